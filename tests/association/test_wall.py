"""The second wall: a query that forgot the rule shows nothing either. ADR 0032."""

import os
import random
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import Client

from association.worlds import World, random_world, sight_of
from cast import account_of, message, person, received, user
from postroom.accounts.models import Sharing, Sight
from postroom.archive.models import Email, Participant, RawMessage
from postroom.archive.wall import round_the_wall, seen_by
from postroom.team.models import User

pytestmark = pytest.mark.django_db

WORLDS = 24

# These notice what few others do, so they are asked first.
TELLING = (30, 21, 16, 13)
SOURCES = Path(__file__).parents[2] / "src" / "postroom"
MIGRATION = import_module("postroom.archive.migrations.0003_wall")

# The only ones that may ask for what the wall does not guard, and what for.
BESIDE_THE_WALL = {
    "EveryParticipant": {"archive/models", "association", "web/live/concerns.py", "web/people"},
    "every_searchentry": {
        "association/related_candidates.py",
        "association/search_candidates.py",
    },
    "every_thread": {"archive/search.py", "association/related_candidates.py"},
    "round_the_wall": {
        "archive/wall.py",
        "archive/amounts.py",
        "association/awaiting_with.py",
        "association/held_back.py",
        "cleanup/facts.py",
        "cleanup/holding.py",
        "cleanup/stock.py",
        "erasure/again.py",
        "erasure/erasing.py",
        "erasure/known.py",
        "erasure/left.py",
        "erasure/register.py",
        "intake/taking_in.py",
        "outbox/no_notices.py",
        "outbox/noticing.py",
        "outbox/outgoing.py",
        "outbox/sightings.py",
    },
}


def all_there_is(world: World, viewer: User) -> tuple[set[int], set[int]]:
    """What queries without any filter of ours find: emails, and emails by their participants."""
    with seen_by(viewer.pk):
        emails = Email.objects.filter(removed_at=None)
        participants = Participant.objects.filter(email__removed_at=None)
        return (
            set(emails.values_list("pk", flat=True)),
            set(participants.values_list("email", flat=True)),
        )


def disagreements(seeds: range) -> list[tuple[int, User]]:
    """Where the wall and the oracle differ, in random worlds that are left behind."""
    found = []
    for seed in seeds:
        with transaction.atomic():
            world = random_world(random.Random(seed), emails=120)
            for viewer in world.users:
                right = {e.pk for e in world.emails if sight_of(world, viewer, e)}
                if all_there_is(world, viewer) != (right, right):
                    found.append((seed, viewer))
            transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("piece", range(4))
def test_without_any_filter_the_wall_shows_what_the_rule_says(piece: int) -> None:
    assert disagreements(range(piece, WORLDS, 4)) == []


def test_bytes_are_for_those_who_see_everything() -> None:
    alice, bob = user("Alice"), user("Bob")
    account = account_of(alice, Sharing.PUBLIC)
    person("Lena Lead", "lena@customer.example")
    received(account, message("Order", from_="lena@customer.example", to=account.address))
    received(account, message("Private", from_="mum@home.example", to=account.address))
    seen = {}
    for sight in (Sight.SUBJECT, Sight.EVERYTHING):
        account.sight = sight
        account.save()
        with seen_by(bob.pk):
            seen[sight] = (Email.objects.count(), RawMessage.objects.count())
    assert seen == {Sight.SUBJECT: (1, 0), Sight.EVERYTHING: (1, 1)}
    with seen_by(alice.pk):
        assert RawMessage.objects.count() == 2
    with seen_by(None):
        assert (Email.objects.count(), RawMessage.objects.count()) == (0, 0)


def test_nobody_changes_what_they_do_not_see() -> None:
    alice, charlie = user("Alice"), user("Charlie")
    email = received(
        account_of(alice), message("Private", from_="mum@home.example", to="a@b.example")
    )
    with seen_by(charlie.pk):
        assert Email.objects.filter(pk=email.pk).update(subject="mine") == 0
        assert Email.objects.filter(pk=email.pk).delete()[0] == 0
    with seen_by(alice.pk):
        assert Email.objects.filter(pk=email.pk).update(is_read=True) == 1


def test_the_connection_is_given_back_as_it_was() -> None:
    bob = user("Bob")
    before = role_and_viewer()
    with seen_by(bob.pk):
        inside = role_and_viewer()
        with round_the_wall():
            assert role_and_viewer() == (before[0], str(bob.pk))
        assert role_and_viewer() == inside == ("postroom_web", str(bob.pk))
    assert role_and_viewer() == before


def role_and_viewer() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('postroom.viewer', true)")
        role, viewer = cursor.fetchone()
    return role, viewer or ""


# Each condition of the wall, and what stands there when somebody takes it away.
CONDITIONS = {
    "the viewer is active": ("WHERE id = wall_viewer() AND is_active", "WHERE id = wall_viewer()"),
    "the account is active": ("WHERE account.activation <> 'deactivated'", "WHERE true"),
    "own or a member": ("WHERE is_own)", "WHERE true)"),
    "meant for the viewer": ("CASE WHEN force.is_to_all OR", "CASE WHEN true OR"),
    "superiors only if it is said so": (" AND organisation.superiors_see", ""),
    "superiors and not equals": ("WHERE role.superior_id = viewer.role_id", "WHERE role.id > 0"),
    "private by a rule opens nothing": (
        "NOT (force.is_set AND force.mode = 'private') AS is_open",
        "true AS is_open",
    ),
    "a known person": ("IF here IS NULL OR NOT EXISTS (", "IF here IS NULL OR false AND EXISTS ("),
    "a known person, plainly": (
        "THEN (\n        SELECT true FROM wall_known",
        "THEN true OR (\n        SELECT true FROM wall_known",
    ),
    "no colleague": ("WHERE colleague.email = person.canonical) IS NULL", "WHERE false) IS NULL"),
    "no mailbox of ours": (
        "WHERE account.address = person.canonical) IS NULL",
        "WHERE false) IS NULL",
    ),
    "none of our domains": ("AND NOT canonical LIKE ANY", "AND true OR canonical LIKE ANY"),
    "nobody excluded": ("place.has_exclusions AND EXISTS", "false AND EXISTS"),
    "exclusions are looked for": ("OR owner_id = owner\n", "AND owner_id = owner\n"),
    "excluded below a domain": (
        "IN ('@' || listed.pattern, '.' || listed.pattern)",
        "IN ('@' || listed.pattern)",
    ),
    "whoever cannot be told": (
        "canonical IN ('', listed.pattern)",
        "canonical IN (listed.pattern)",
    ),
    "hidden": ("IF ruled = 0 THEN", "IF false THEN"),
    "rulings are looked for": (
        "WHERE account_id = account\n          ))",
        "WHERE false\n          ))",
    ),
    "an email's own ruling first": (
        "ORDER BY identity LIMIT 1;",
        "ORDER BY identity DESC LIMIT 1;",
    ),
    "shares are of the account": ("AND share.account_id = account", ""),
    "shares end": ("AND (share.until IS NULL OR share.until > statement_timestamp())", ""),
    "shares by address": ("AND shared.is_shared", ""),
    "grants are the viewer's": (
        "WHERE account_id = account AND user_id = public.wall_viewer()",
        "WHERE account_id = account",
    ),
    "grants end": ("AND (until IS NULL OR until > statement_timestamp())", ""),
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_taken_away_is_noticed(condition: str) -> None:
    there, instead = CONDITIONS[condition]
    whole = "\n".join(MIGRATION.WALL)
    assert there in whole
    with connection.cursor() as cursor:
        for table in other_tables(cursor):
            cursor.execute(f"DROP POLICY wall ON {table}")
        cursor.execute(MIGRATION.OPEN)
        cursor.execute(whole.replace(there, instead))
        import_module("postroom.archive.wall").build()
    assert any(disagreements(range(n, n + 1)) for n in (*TELLING, *range(WORLDS * 3)))


def other_tables(cursor: CursorWrapper) -> list[str]:
    """Whose policies lean on the wall's functions too, which are taken down here."""
    cursor.execute("SELECT tablename FROM pg_policies WHERE policyname = 'wall'")
    return [table for (table,) in cursor.fetchall() if table not in MIGRATION.GUARDED]


def test_a_page_that_forgot_the_rule_shows_nothing(
    monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    alice, charlie = user("Alice"), user("Charlie")
    lena = person("Lena Lead", "lena@customer.example")
    raw = message(
        "Canary subject", body="canary body", from_="lena@customer.example", to="a@b.example"
    )
    email = received(account_of(alice), raw)
    forget_the_rule(monkeypatch)
    pages = [
        f"/people/{lena.pk}/",
        f"/emails/{email.pk}/",
        f"/emails/{email.pk}/source/",
        "/leads/",
    ]
    shown = {viewer: everything(client, viewer, pages) for viewer in (alice, charlie)}
    assert "canary" in shown[alice].lower()
    assert "canary" not in shown[charlie].lower()
    monkeypatch.setattr("postroom.web.behind_the_wall.enter", lambda _: ("none", "", None))
    assert "canary" in everything(client, charlie, pages).lower()  # The attack works without it.


def forget_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every list and page began from all emails."""
    from django.db.models import Q

    from postroom.association import visibility
    from postroom.team import written_once

    monkeypatch.setattr(written_once, "is_kept", False)
    monkeypatch.setattr(visibility, "in_sight", lambda *_: Q())
    monkeypatch.setattr(visibility, "sight", lambda *_: visibility.WHOLE)


def everything(client: Client, viewer: User, pages: list[str]) -> str:
    client.force_login(viewer, backend="postroom.web.door.known.KnownUsers")
    return "".join(client.get(page).content.decode(errors="replace") for page in pages)


@pytest.mark.parametrize("name", BESIDE_THE_WALL)
def test_only_these_ask_beside_the_wall(name: str) -> None:
    users = {
        str(path.relative_to(SOURCES))
        for path in SOURCES.rglob("*.py")
        if name in path.read_text() and "migrations" not in path.parts
    }
    allowed = tuple(BESIDE_THE_WALL[name])
    assert [user for user in sorted(users) if not user.startswith(allowed)] == []


SHOWN_BY_THE_PROCESS = """
import django; django.setup()
from django.db import connection
from postroom.archive import wall
from postroom.archive.models import Email
before = Email.objects.count()
wall.stand_behind_it()
with connection.cursor() as cursor:
    cursor.execute("SELECT current_user")
    print(before, cursor.fetchone()[0], Email.objects.count())
"""


@pytest.mark.django_db(transaction=True)
def test_the_process_of_the_pages_sees_nothing_by_itself(database_url: str) -> None:
    received(account_of(user("Alice")), message("Hello", from_="x@y.example", to="a@b.example"))
    environment = os.environ | {"DATABASE_URL": database_url}
    command = [sys.executable, "-c", SHOWN_BY_THE_PROCESS]
    told = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert told.stdout.split() == ["1", "postroom_web", "0"], told.stderr
