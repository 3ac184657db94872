"""Every page with mail on it × everybody × every way to share: what is right, and nothing beside.

As for the API: a refusal writes nothing, and says of what is forbidden exactly what it says of what
does not exist. Which pages there are at all is the affair of `test_pages_and_their_guards.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from api.letters import whole_letter
from cast import NOON, account_of, person, received, user
from postroom.accounts import access as account_access
from postroom.accounts.members import add_member
from postroom.accounts.models import Sight
from postroom.archive.models import Email
from postroom.association.redaction import WHOLE, redacted
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Deal, Person
from postroom.crm.notes import write_note
from postroom.crm.pipeline import first_stage
from postroom.crm.tasks import TaskEntry, add_task
from postroom.team.models import Organisation, Profile, Role, User
from postroom.web.emails import access as email_access
from postroom.web.mailbox import access as mailbox_access
from postroom.web.urls import urlpatterns
from sharing_modes import ANSWERS, FEWER, MODES, Mode, forget, is_asked
from taking_away import take_away
from web.browser import SIGN_IN
from zips import text_in

pytestmark = pytest.mark.django_db

LENA = "lena@customer.example"
CANARY = b"Kanarienvogel"
WORDS = (b"twelve", b"offer.pdf")  # Only everything shows these.
# What pages must show to whoever sees everything: the frame of the text is a page of its own.
CONTROLS = {
    "email": (b"offer.pdf",),
    "email-message": (b"offer.pdf",),
    "email-body": (b"twelve",),
    "email-print": WORDS,
    "email-headers": WORDS,
    "attachments": (b"offer.pdf",),
    "email-source": WORDS,
}
ABSENT = 987654321
OUTSIDE = ("deactivated", "stranger")

# Verb, page, whom it concerns, what is sent with it. What only its owner may do is asked for with
# what would work for them.
ROWS: list[tuple[str, str, str, dict[str, str]]] = [
    ("GET", "person", "everyone", {}),
    ("GET", "person", "everyone", {"as": "threads"}),
    ("GET", "person-figures", "everyone", {"sharers": "1"}),
    ("GET", "leads", "everyone", {}),
    ("GET", "search", "everyone", {"q": "lena"}),
    ("GET", "search-suggestions", "everyone", {"q": "le"}),
    ("GET", "deal", "everyone", {}),
    ("GET", "company", "everyone", {}),
    ("GET", "deal-figures", "everyone", {"sharers": "1"}),
    ("GET", "company-figures", "everyone", {"sharers": "1"}),
    ("GET", "email-deal", "viewer", {}),
    ("POST", "email-deal", "viewer", {"deal": "none"}),
    ("GET", "tasks", "everyone", {"tab": "colleagues"}),
    ("GET", "email", "viewer", {}),
    ("GET", "email-access", "viewer", {}),
    ("GET", "email-message", "viewer", {}),
    ("GET", "email-body", "reader", {}),
    ("GET", "email-print", "reader", {}),
    ("GET", "email-headers", "reader", {}),
    ("POST", "email-images", "reader", {"show": "once"}),
    ("GET", "attachments", "reader", {}),
    ("GET", "attachment", "reader", {}),
    ("GET", "preview", "reader", {}),
    ("GET", "email-source", "reader", {}),
    ("GET", "email-actions", "holder", {}),
    ("POST", "email-actions", "holder", {"do": "flag"}),
    ("GET", "email-team", "holder", {}),
    ("POST", "email-assignment", "holder", {"to": ""}),
    ("POST", "email-comments", "holder", {"text": "A word"}),
    ("POST", "email-presence", "holder", {"doing": "reading"}),
    ("GET", "email-sharing", "holder", {}),
    ("POST", "email-sharing", "holder", {"shows": "0"}),
    ("POST", "email-request", "asker", {"reason": "Please."}),
    ("POST", "share", "owner", {"address": LENA}),
    ("POST", "share-end", "owner", {}),
    ("GET", "account", "caretaker", {}),
    ("POST", "sharing", "owner", {"sharing": "public", "sight": "3", "reach": "everyone"}),
    ("POST", "pause", "keeper", {"sure": "on"}),
    ("GET", "person-export", "everyone", {}),
    ("POST", "person-export", "everyone", {"kind": "eml"}),
    ("GET", "thread-export", "viewer", {}),
    ("POST", "thread-export", "viewer", {"kind": "mbox"}),
    ("GET", "account-export", "holder", {}),
    ("POST", "account-export", "holder", {"kind": "ndjson"}),
    ("GET", "handing-over", "owner", {}),
    ("POST", "handing-over", "owner", {"sharing": "end"}),
    ("POST", "account-keeping", "keeper", {}),
]
WHOM = ANSWERS | {
    "keeper": lambda who, mode: who in ("owner", "administrator"),
    "asker": lambda who, mode: Sight.NOTHING < mode.sight_for(who) < Sight.EVERYTHING,
}


@dataclass(frozen=True, slots=True)
class World:
    """Alice's letter, and a signed-in browser for everybody but strangers."""

    letter: Email
    lena: Person
    offer: Deal
    browsers: dict[str, Client]

    def ask(self, who: str, verb: str, name: str, sent: dict[str, str], *, absent: bool) -> Any:
        """One request; `absent` asks for an email and a mailbox that never were."""
        email = ABSENT if absent else self.letter.pk
        account = ABSENT if absent else self.letter.account_id
        filled = {"email": email, "account": account, "lena": self.lena.pk}
        filled |= {"offer": self.offer.pk, "company": self.offer.company_id}
        path = "/" + ADDRESSES[name].format(**filled)
        browser = self.browsers[who]
        return browser.get(path, sent) if verb == "GET" else browser.post(path, sent)


def address_of(name: str) -> str:
    """The page's address with names where numbers come."""
    route = str(next(p.pattern for p in urlpatterns if p.name == name))
    row = {
        "people/": "{lena}",
        "emails/": "{email}",
        "setup/": "{account}",
        "deals/": "{offer}",
        "companies/": "{company}",
    }
    for start, number in row.items():
        if route.startswith(start):
            route = route.replace("<id:pk>", number)
    route = route.replace("<id:person>", "{lena}")
    return route.replace("<id:account>", "{account}").replace("<str:part>", "2")


ADDRESSES = {name: address_of(name) for _, name, _, _ in ROWS}


def world_of(mode: Mode) -> World:
    Profile.default(), Organisation.get()  # Both are made on first use.
    alice, lena = user("Alice"), person("Lena Lead", LENA)
    account = account_of(alice, mode.sharing)
    cast = {name: user(name) for name in ("Mia", "Bob", "Ada", "Dora", "Sue")}
    add_member(account, cast["Mia"], alice, NOON)
    User.objects.filter(name="Ada").update(is_administrator=True)
    above = Role.objects.create(name="Head")
    User.objects.filter(name="Sue").update(role=above)
    User.objects.filter(name="Alice").update(role=Role.objects.create(name="S", superior=above))
    letter = received(account, whole_letter(LENA, account.address, CANARY.decode()))
    mode.prepare(account, lena)
    offer = Deal()
    entry = DealEntry("Offer", first_stage(), company="Customer Ltd")
    keep_deal(offer, entry, NOON)
    offer.people.add(lena)
    Person.objects.filter(pk=lena.pk).update(company=offer.company)
    write_note(offer, "From the letter.", alice, NOON, bytes(letter.identity))
    task = TaskEntry("Answer it", NOON.date(), assignee=alice)
    add_task(lena, task, cast["Bob"], NOON, bytes(letter.identity))
    people = {
        "owner": alice,
        "member": cast["Mia"],
        "colleague": cast["Bob"],
        "administrator": cast["Ada"],
        "superior": cast["Sue"],
        "deactivated": cast["Dora"],
    }
    browsers = {who: signed_in(one) for who, one in people.items()} | {"stranger": Client()}
    User.objects.filter(name="Dora").update(is_active=False)
    User.objects.update(active_on=datetime.now(UTC).date())  # Written once a day: not here.
    return World(letter, lena, offer, browsers)


def signed_in(one: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=one.pk), backend=SIGN_IN)
    return client


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside has not happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def written() -> int:
    """Rows written in this transaction; that somebody was here is no change."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
            " WHERE relname NOT IN ('team_session', 'django_session', 'team_throttle')"
        )
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("name", MODES)
def test_who_may_see_and_do_what(name: str) -> None:
    mode, cells = MODES[name], 0
    world = world_of(mode)
    for verb, page, concerns, sent in ROWS:
        for who in world.browsers:
            if not is_asked(concerns, who, name, OUTSIDE):
                continue
            with undone():
                check(world, mode, who, (verb, page, sent), concerns)
            cells += 1
    print(f"{name}: {cells} cells")
    assert cells == len(ROWS) * 7 or (name not in FEWER and cells >= 130)


def check(
    world: World, mode: Mode, who: str, asked: tuple[str, str, dict[str, str]], concerns: str
) -> None:
    verb, page, sent = asked
    mode = mode_for(who, mode)
    before, where = written(), f"{who}: {verb} {page}"
    response = world.ask(who, verb, page, sent, absent=False)
    if who in OUTSIDE:
        assert response.status_code == 302, where
        assert "/accounts/login/" in response.headers["Location"], where
    elif WHOM[concerns](who, mode):
        assert response.status_code in (200, 302, 422), where  # 422: something is left to enter.
        shows_what_it_may(page, response, mode.sight_for(who), where)
        return
    else:
        assert response.status_code == 404, where
        absent = world.ask(who, verb, page, sent, absent=True)
        assert absent.status_code == 404, where
        assert response.content == absent.content, where
    assert written() == before, where
    assert not any(word in response.content for word in (CANARY, *WORDS)), where


def mode_for(who: str, mode: Mode) -> Mode:
    """A superior is a colleague, and not Bob, as long as the organisation says nothing else."""
    if who != "superior" or mode.administrator is None:
        return mode
    return replace(mode, colleague=mode.administrator)


def shows_what_it_may(page: str, response: Any, sight: Sight, where: str) -> None:
    """No word above the sight; with the control that a page for it shows them."""
    content = text_in(response)
    if sight < Sight.SUBJECT:
        assert CANARY not in content, where
    if sight < Sight.EVERYTHING:
        assert not any(word in content for word in WORDS), where
    if page == "email" and sight >= Sight.SUBJECT:
        assert CANARY in content, where
    if sight == Sight.EVERYTHING:
        assert all(word in content for word in CONTROLS.get(page, ())), where


# A guard of the pages, and what is left when somebody takes it away.
EVERYBODYS = "redacted(Email.objects.all(), WHOLE)"
GUARDS: list[tuple[ModuleType, str, str]] = [
    (email_access, "seen_by(User(pk=viewer), reach)", EVERYBODYS),
    (email_access, "find_among(own_emails(viewer), pk)", f"find_among({EVERYBODYS}, pk)"),
    (
        mailbox_access,
        "accounts_for(viewer).filter(pk=pk, owner=viewer)",
        "accounts_for(viewer).filter(pk=pk)",
    ),
    (
        mailbox_access,
        "found(accounts_for(viewer).filter(pk=pk))",
        "found(EmailAccount.objects.filter(pk=pk))",
    ),
    (account_access, "return accounts.filter(pk__in=mailboxes_of(viewer))", "return accounts"),
]


@pytest.mark.parametrize("number", range(len(GUARDS)))
def test_a_guard_taken_away_is_noticed(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the second wall, which would stand in for the first."""
    for name, thing in {"redacted": redacted, "WHOLE": WHOLE}.items():
        monkeypatch.setattr(email_access, name, thing, raising=False)
    monkeypatch.setattr("postroom.web.behind_the_wall.enter", lambda _: ("none", "", None))
    take_away(*GUARDS[number], monkeypatch)
    world = world_of(MODES["public, subject"])
    with pytest.raises(AssertionError):
        visit_all(world, MODES["public, subject"])


def visit_all(world: World, mode: Mode) -> None:
    for verb, page, concerns, sent in ROWS:
        for who in ("colleague", "administrator", "member"):
            with undone():
                check(world, mode, who, (verb, page, sent), concerns)


@pytest.mark.parametrize("name", ["private", "public, hidden", "public, subject"])
def test_a_superior_sees_what_the_organisation_says(name: str) -> None:
    mode = MODES[name]
    world = world_of(mode)
    email = world.ask("superior", "GET", "email", {}, absent=False)
    assert (CANARY in email.content) == (mode.colleague >= Sight.SUBJECT)
    Organisation.objects.update(superiors_see=True)
    text = world.ask("superior", "GET", "email-body", {}, absent=False)
    assert (WORDS[0] in text.content) == (name != "public, hidden")


def test_a_list_has_the_letter_for_those_who_see_it() -> None:
    for mode in MODES.values():
        with undone():
            world = world_of(mode)
            for who in ("owner", "colleague", "administrator"):
                is_shown = mode.sight_for(who) > Sight.NOTHING and mode.prepare is not forget
                row = f"email-row-{world.letter.pk}".encode()
                for name in ("person", "deal", "company"):
                    page = world.ask(who, "GET", name, {}, absent=False).content
                    assert (row in page) == is_shown, (mode, who, name)
