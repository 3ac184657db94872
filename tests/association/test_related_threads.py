"""The Emails related list as threads."""

from datetime import timedelta

import pytest

from cast import NOON, account_of, message, person, received, user
from postroom.accounts.matters import Matter
from postroom.accounts.models import EmailAccount, Sharing, Sight
from postroom.accounts.rulings import rule
from postroom.archive.models import Email
from postroom.association import Choice, Cursor, related_threads
from postroom.association.filters import Filters
from postroom.crm.models import Person
from postroom.team.models import User

pytestmark = pytest.mark.django_db

LEAD = "lena@customer.example"


@pytest.fixture
def account(alice: User) -> EmailAccount:
    return account_of(alice, Sharing.PUBLIC)


@pytest.fixture
def lena() -> Person:
    return person("Lena Lead", LEAD)


def letter(account: EmailAccount, subject: str, hours: float, **headers: str) -> Email:
    at = NOON - timedelta(days=90) + timedelta(hours=hours)
    return received(account, message(subject, at, from_=LEAD, to=account.address, **headers))


def threads(lena: Person, viewer: User, choice: Choice = Choice()) -> list[tuple[str, int, int]]:  # noqa: B008
    found = related_threads(lena, viewer, choice).rows
    return [(row.email.subject, row.count, row.unread) for row in found]


def test_a_thread_is_one_row_at_its_newest_email(
    alice: User, account: EmailAccount, lena: Person
) -> None:
    letter(account, "Offer", 0, message_id="<1@x>")
    letter(account, "Lunch", 1, message_id="<2@x>")
    letter(account, "Re: Offer", 2, references="<1@x>", message_id="<3@x>")
    letter(account, "Re: Offer", 3, references="<1@x> <3@x>")
    Email.objects.filter(subject="Re: Offer").update(is_read=True)
    assert threads(lena, alice) == [("Re: Offer", 3, 1), ("Lunch", 1, 1)]
    unread = Filters(is_unread=True, as_threads=True).choice
    assert threads(lena, alice, unread) == [("Lunch", 1, 1), ("Offer", 1, 1)]


def test_threads_are_paged_without_gap_or_overlap(
    alice: User, account: EmailAccount, lena: Person
) -> None:
    for number in range(30):
        root = f"<{number % 9}@x>"
        letter(account, f"n{number}", number // 2, references=root)
    for is_oldest_first in (False, True):
        found: list[str] = []
        choice, after = Choice(is_oldest_first=is_oldest_first), None
        while not found or after:
            page = related_threads(lena, alice, choice, after=after, limit=2)
            found += [row.email.thread_root for row in page.rows]
            after = Cursor.parse(str(page.next)) if page.next else None
        assert sorted(found) == sorted(f"{number}@x" for number in range(9)) or len(found) == 9
        assert len(set(found)) == 9


def test_an_answer_that_names_nothing_belongs_to_the_subject_and_the_people(
    alice: User, account: EmailAccount, lena: Person
) -> None:
    letter(account, "Offer", 0)
    letter(account, "RE: Aw[2]:  offer", 24)
    letter(account, "Re: Offer", 48)
    letter(account, "Offer", 96)  # No answer.
    letter(account, "Re: Something", 120)  # Answers nothing that is here.
    letter(account, "Re: Offer", 24 * 70)  # Too late.
    assert [(subject, count) for subject, count, _ in threads(lena, alice)] == [
        ("Re: Offer", 1),
        ("Re: Something", 1),
        ("Offer", 1),
        ("Re: Offer", 3),
    ]
    first = related_threads(lena, alice, limit=3)
    rest = related_threads(lena, alice, after=first.next)
    assert [(row.email.subject, row.count) for row in rest.rows] == [("Re: Offer", 3)]
    last = related_threads(lena, alice, after=rest.rows[0].cursor)
    assert last.rows == []


def test_of_a_thread_everybody_counts_what_they_see(
    alice: User, account: EmailAccount, lena: Person
) -> None:
    bob, charlie = user("Bob"), user("Charlie")
    letter(account, "Offer", 0, message_id="<1@x>")
    hidden = letter(account, "Re: Offer", 1, references="<1@x>")
    rule(Matter(account, bytes(hidden.identity)), Sight.NOTHING, alice, NOON)
    assert threads(lena, alice) == [("Re: Offer", 2, 2)]
    assert threads(lena, bob) == [("Offer", 1, 1)]
    EmailAccount.objects.update(is_to_all=False, to_users=[bob.pk])
    assert threads(lena, charlie) == []


def test_mail_of_the_thread_with_others_is_not_the_persons(
    alice: User, account: EmailAccount, lena: Person
) -> None:
    letter(account, "Offer", 0, message_id="<1@x>")
    aside = message("Re: Offer", NOON, from_="boss@x.example", references="<1@x>")
    received(account, aside)
    assert threads(lena, alice) == [("Offer", 1, 1)]
