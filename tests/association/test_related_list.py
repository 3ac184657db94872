"""The Emails related list. Reference: View Emails."""

from datetime import timedelta

import pytest

from cast import NOON, account_of, message, person, received, user
from postroom.accounts.models import EmailAccount, Protocol, Sharing
from postroom.archive.search_query import parse_query
from postroom.association import (
    Choice,
    Cursor,
    all_related_emails,
    related_candidates,
    related_emails,
    sharers_with,
)
from postroom.association.related import asked_for
from postroom.crm.models import Person
from postroom.crm.people import convert, set_addresses
from postroom.team.models import User
from search.worlds import searchable

pytestmark = pytest.mark.django_db

LEAD = "lena@customer.example"


@pytest.fixture
def account(alice: User) -> EmailAccount:
    return account_of(alice)


@pytest.fixture
def lena() -> Person:
    return person("Lena Lead", LEAD)


def subjects(person: Person, viewer: User, **choice: object) -> list[str]:
    page = related_emails(person, viewer, Choice(**choice))  # type: ignore[arg-type]
    return [row.email.subject for row in page.rows]


def test_sent_and_received_mail_comes_newest_first(
    alice: User, account: EmailAccount, lena: Person
) -> None:
    received(account, message("first", NOON, from_=LEAD, to=alice.email))
    received(account, message("third", NOON + timedelta(hours=2), from_=LEAD, to=alice.email))
    received(
        account, message("second", NOON + timedelta(hours=1), from_=alice.email, to=LEAD), "Sent"
    )
    assert subjects(lena, alice) == ["third", "second", "first"]
    directions = [row.email.direction for row in related_emails(lena, alice).rows]
    assert directions == ["received", "sent", "received"]


@pytest.mark.parametrize("header", ["from_", "to", "cc", "bcc", "reply_to"])
def test_a_person_is_found_in_every_header_that_names_people(
    alice: User, account: EmailAccount, lena: Person, header: str
) -> None:
    received(
        account, message("x", **({"from_": "other@x.example"} | {header: f"Lena <{LEAD.upper()}>"}))
    )
    assert subjects(lena, alice) == ["x"]


def test_a_secondary_address_brings_its_mail_at_once(
    alice: User, account: EmailAccount, lena: Person
) -> None:
    received(account, message("old job", from_="lena@elsewhere.example", to=alice.email))
    assert subjects(lena, alice) == []
    set_addresses(lena, [LEAD, "Lena@Elsewhere.example"])
    assert subjects(lena, alice) == ["old job"]


def test_a_converted_lead_keeps_their_mail(
    alice: User, account: EmailAccount, lena: Person
) -> None:
    received(account, message("before", from_=LEAD, to=alice.email))
    assert subjects(convert(lena), alice) == ["before"]


def test_pages_join_without_gap_or_overlap(
    alice: User, account: EmailAccount, lena: Person
) -> None:
    for number in range(25):
        at = NOON + timedelta(minutes=number // 3)  # Several at the same moment.
        received(account, message(f"n{number}", at, from_=LEAD, to=alice.email))
    found: list[str] = []
    after = None
    while not found or after:
        page = related_emails(lena, alice, after=after, limit=7)
        found += [row.email.subject for row in page.rows]
        after = Cursor.parse(str(page.next)) if page.next else None
    assert len(found) == len(set(found)) == 25
    assert found == [row.email.subject for row in all_related_emails(lena, alice)]


def test_more_emails_of_one_moment_than_a_page_looks_at_come_to_an_end(
    alice: User, account: EmailAccount, lena: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(related_candidates, "LOOKED_THROUGH", 2)
    monkeypatch.setitem(asked_for.__kwdefaults__, "most", 3)
    for number in range(6):
        at = NOON - timedelta(days=number == 5)
        received(account, message(f"n{number}", at, from_=LEAD, to=alice.email))
    for order in (False, True):
        found, after, pages = list[str](), None, 0
        while (not pages or after) and pages < 10:
            page = related_emails(lena, alice, Choice(is_oldest_first=order), after=after, limit=5)
            found += [row.email.subject for row in page.rows]
            after, pages = page.next, pages + 1
        assert pages < 5, "a page led to itself"
        assert sorted(found) == [f"n{number}" for number in range(6)]


def test_colleagues_copies_of_one_email_are_one_row(alice: User, lena: Person) -> None:
    bob = user("Bob")
    raw = message("to both", from_=LEAD, to="alice@example.com, bob@example.com")
    later = message("later", NOON + timedelta(hours=1), from_=LEAD, to=alice.email)
    for owner in (alice, bob):
        received(account_of(owner, Sharing.PUBLIC), raw)
    received(alice.email_accounts.get(), later)
    rows = related_emails(lena, bob, limit=2).rows
    assert [row.email.subject for row in rows] == ["later", "to both"]
    assert rows[1].shared_by == (bob, alice)
    assert rows[1].email.account.owner == bob
    assert len(related_emails(lena, bob, limit=1).rows) == 1


def test_the_drop_down_offers_all_or_one_who_shares(alice: User, lena: Person) -> None:
    bob, charlie = user("Bob"), user("Charlie")
    received(account_of(alice, Sharing.PUBLIC), message("alice's", from_=LEAD, to=alice.email))
    received(account_of(bob, Sharing.PUBLIC), message("bob's", from_=LEAD, to=bob.email))
    received(account_of(charlie), message("private", from_=LEAD, to=charlie.email))
    assert {u.name for u in sharers_with(lena, alice)} == {"Alice", "Bob"}
    assert subjects(lena, alice, shared_by=bob) == ["bob's"]
    assert subjects(lena, alice, shared_by=charlie) == []
    assert sorted(subjects(lena, alice)) == ["alice's", "bob's"]


def test_all_holds_mail_of_imap_and_pop_mailboxes_alike(alice: User, lena: Person) -> None:
    bob = user("Bob")
    by_pop = account_of(bob, Sharing.PUBLIC)
    EmailAccount.objects.filter(pk=by_pop.pk).update(protocol=Protocol.POP)
    received(account_of(alice), message("by IMAP", from_=LEAD, to=alice.email))
    received(by_pop, message("by POP", from_=LEAD, to=bob.email))
    assert sorted(subjects(lena, alice)) == ["by IMAP", "by POP"]
    assert subjects(lena, alice, shared_by=bob) == ["by POP"]


@pytest.mark.parametrize("text", ["", "x", "1_zz", "99999999999999999999999_00", "_"])
def test_a_forged_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is not shown
        Cursor.parse(text)


@pytest.mark.parametrize(
    ("looked_at", "listed", "most", "following"),
    [
        (0, 0, 128, 256),  # Nothing is known yet.
        (128, 0, 128, 256),
        (128, 20, 128, 64),  # 49 would do; so few are not worth a question.
        (128, 6, 128, 256),  # 554 would do; not all at once.
        (384, 15, 256, 366),
        (900, 1, 900, 1_024),
        (128, 60, 128, 64),
    ],
)
def test_the_next_stretch_is_as_long_as_it_takes_to_fill_the_page(
    looked_at: int, listed: int, most: int, following: int
) -> None:
    assert related_candidates.Tally(looked_at, listed).following(most) == following


def test_words_are_looked_for_before_sight_and_the_copy_that_lacks_them_still_counts() -> None:
    """Of many addresses the mail is read off their index and asked for words, copies and all."""
    alice, bob = user("Alice"), user("Bob")
    mine, shared = account_of(alice), account_of(bob, Sharing.PUBLIC)
    addresses = [f"lena{number}@acme.example" for number in range(9)]
    lena = person("Lena Vogt", *addresses)
    for number, address in enumerate(addresses):
        body = "The invoice is due." if number == 3 else "Nothing."
        raw = message(f"Mail {number}", NOON + timedelta(hours=number), body, from_=address)
        for account in (mine, shared):
            received(account, raw)
    searchable()
    found = related_emails(lena, alice, Choice(query=parse_query("invoice ")))
    assert [row.email.subject for row in found.rows] == ["Mail 3"]
    assert found.rows[0].is_own
    assert found.rows[0].shared_by == (alice, bob)
    assert not related_emails(lena, alice, Choice(query=parse_query("absent "))).rows
