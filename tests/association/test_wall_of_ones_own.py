"""Triage, labels, a team's words, writings, runs of rules and webhooks are behind the wall too.

Alice has one of each; Charlie must see none.
"""

from datetime import timedelta

import pytest
from django.db import connection

from cast import NOON, account_of, message, person, received, user
from postroom.accounts.models import EmailAccount, Sharing, Sight
from postroom.archive.labels import label_called
from postroom.archive.models import (
    Assignment,
    Email,
    Labelling,
    MutedThread,
    Presence,
    ResponseWatch,
    TeamEntry,
    Triage,
)
from postroom.archive.wall import seen_by
from postroom.outbox.models import NoticedPlace, OutgoingEmail, OutgoingFile, Sighting
from postroom.rules.models import Rule, RuleRun
from postroom.team.models import User
from postroom.webhooks.models import Delivery, Webhook

pytestmark = pytest.mark.django_db

KEY = "5f1d4c38-5d33-4d0f-a5b0-1b1c7a1f9f01"
# Whose random worlds are in test_wall.py.
OF_THE_MAIL = {
    "archive_email",
    "archive_participant",
    "archive_rawmessage",
    "archive_searchentry",
}
GUARDED = (
    Triage,
    MutedThread,
    ResponseWatch,
    Assignment,
    TeamEntry,
    Presence,
    Labelling,
    OutgoingEmail,
    OutgoingFile,
    NoticedPlace,
    Sighting,
    RuleRun,
    Webhook,
    Delivery,
)


@pytest.fixture
def email(alice: User) -> Email:
    """An email of Alice's, with one of everything about it."""
    email = received(account_of(alice), message("Order", from_="a@b.example", to="c@d.example"))
    beside_the_mail(email, email.account, alice)
    writing_of(email, alice)
    by_itself(email, alice)
    return email


def beside_the_mail(email: Email, account: EmailAccount, alice: User) -> None:
    of_it = {"email": email, "account": account}
    Triage.objects.create(**of_it, done_at=NOON)
    MutedThread.objects.create(account=account, thread_root="<x>", muted_at=NOON)
    ResponseWatch.objects.create(**of_it, by=alice, due_at=NOON, made_at=NOON)
    Assignment.objects.create(**of_it, thread="<x>", to=alice)
    TeamEntry.objects.create(**of_it, kind="comment", text="Frank words", at=NOON, by=alice)
    Presence.objects.create(
        account=account, thread="<x>", user=alice, is_writing=True, until=NOON + timedelta(1)
    )
    Labelling.objects.create(email=email, label=label_called(account, "Secret"))


def writing_of(email: Email, alice: User) -> OutgoingEmail:
    written = OutgoingEmail.objects.create(author=alice, key=KEY, changed_at=NOON, text="Dear Mum")
    OutgoingFile.objects.create(email=written, name="a", media_type="a/b", size=1, content=b"x")
    place = NoticedPlace.objects.create(outgoing=written, kind="image", digest=b"x" * 32)
    Sighting.objects.create(place=place, at=NOON, reader="phone")
    return written


def by_itself(email: Email, alice: User) -> None:
    rule = Rule(owner=alice, name="r", position=1)
    rule.begin_anew(NOON)
    rule.save()
    RuleRun.objects.create(rule=rule, email=email, at=NOON, words="labelled “Secret”")
    hook = Webhook(user=alice, url="https://x.example/", events=[], secret=b"", made_at=NOON)
    hook.begin_anew(NOON)
    hook.save()
    Delivery.objects.create(webhook=hook, event="ping", email=email, made_at=NOON)


def seen(viewer: User | None) -> dict[str, int]:
    """How many rows of each table a query without any filter of ours finds."""
    with seen_by(viewer and viewer.pk):
        return {model._meta.db_table: model._default_manager.count() for model in GUARDED}


def test_who_has_no_part_in_it_finds_nothing_and_each_policy_taken_away_is_noticed(
    alice: User, email: Email
) -> None:
    charlie = user("Charlie")
    assert set(seen(alice).values()) == {1}
    for stranger in (charlie, None):
        assert set(seen(stranger).values()) == {0}
    for table in seen(charlie):
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER POLICY wall ON {table} USING (true)")
        assert seen(charlie)[table] == 1


def test_every_guarded_table_is_looked_at() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_policies WHERE policyname = 'wall'")
        guarded = {table for (table,) in cursor.fetchall()}
    named = {model._meta.db_table for model in GUARDED}
    assert guarded == OF_THE_MAIL | named | {"archive_label"}  # Shown by its labelling.


def test_a_label_is_shown_with_an_email_that_bears_it_and_is_seen_whole(alice: User) -> None:
    bob = user("Bob")
    account = account_of(alice, Sharing.PUBLIC)
    person("Lena Lead", "lena@customer.example")
    email = received(account, message("Order", from_="lena@customer.example", to="c@d.example"))
    label = label_called(account, "Secret")
    label_called(account, "Not borne")
    Labelling.objects.create(email=email, label=label)
    outgoing = OutgoingEmail.objects.create(author=alice, key=KEY, changed_at=NOON, copy=email)
    for sight, shown in ((Sight.SUBJECT, 0), (Sight.EVERYTHING, 1)):
        account.sight = sight
        account.save()
        with seen_by(bob.pk):
            assert account.labels.count() == shown
            assert OutgoingEmail.objects.filter(pk=outgoing.pk).count() == shown


def test_nobody_writes_in_anothers_name(alice: User, email: Email) -> None:
    charlie = user("Charlie")
    with seen_by(charlie.pk):
        assert OutgoingEmail.objects.update(text="mine") == 0
        assert Delivery.objects.all().delete()[0] == 0
        assert RuleRun.objects.update(words="mine") == 0
    assert OutgoingEmail.objects.get().text == "Dear Mum"
