"""The filters of the Emails related list: asked of the row that is shown, and of nothing unseen."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cast import NOON, account_of, message, person, received, shared, user
from postroom.accounts.models import EmailAccount, Sharing, Sight
from postroom.archive.models import Email
from postroom.association import (
    Choice,
    Cursor,
    all_related_emails,
    count_related,
    related_emails,
    sharers_with,
)
from postroom.association.filters import Filters
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Company, Deal, Person
from postroom.crm.pipeline import first_stage
from postroom.team.models import User
from search.worlds import searchable

pytestmark = pytest.mark.django_db

LEAD = "lena@customer.example"
FILE = (
    "--b\r\nContent-Type: text/plain\r\n\r\nHere.\r\n--b\r\nContent-Type: application/pdf\r\n"
    'Content-Disposition: attachment; filename="offer.pdf"\r\n\r\n%PDF\r\n--b--\r\n'
)
MIXED = {"mime_version": "1.0", "content_type": 'multipart/mixed; boundary="b"'}


@pytest.fixture
def account(alice: User) -> EmailAccount:
    return account_of(alice, Sharing.PUBLIC)


@pytest.fixture
def lena() -> Person:
    return person("Lena Lead", LEAD)


@pytest.fixture
def mail(account: EmailAccount, lena: Person) -> dict[str, Email]:
    """Four emails, a day apart, the newest first."""

    def at(days: int) -> datetime:
        return NOON - timedelta(days=days)

    to = account.address
    made = {
        "order": received(account, message("order", at(0), "Twelve mills.", from_=LEAD, to=to)),
        "file": received(account, message("file", at(1), FILE, from_=LEAD, to=to, **MIXED)),
        "answer": received(account, message("answer", at(2), from_=to, to=LEAD), "Sent"),
        "first": received(account, message("first", at(3), from_=LEAD, to=to)),
    }
    Email.objects.filter(subject__in=("file", "answer")).update(is_read=True)
    searchable()
    return made


def subjects(whose: object, viewer: User, filters: Filters) -> list[str]:
    found = all_related_emails(whose, viewer, filters.choice, as_threads=filters.as_threads)
    return [row.email.subject for row in found]


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        (Filters(), ["order", "file", "answer", "first"]),
        (Filters(is_unread=True), ["order", "first"]),
        (Filters(has_attachments=True), ["file"]),
        (Filters(way="sent"), ["answer"]),
        (Filters(way="received"), ["order", "file", "first"]),
        (Filters(since=date(2026, 3, 1)), ["order", "file"]),
        (Filters(until=date(2026, 2, 28)), ["answer", "first"]),
        (Filters(since=date(2026, 3, 1), until=date(2026, 3, 1)), ["file"]),
        (Filters(words="mills"), ["order"]),
        (Filters(words="offer.pdf"), ["file"]),
        (Filters(words="-mills"), ["file", "answer", "first"]),
        (Filters(words="mills", is_oldest_first=True), ["order"]),
        (Filters(words="is:read", way="sent"), ["answer"]),
        (Filters(is_oldest_first=True), ["first", "answer", "file", "order"]),
        (Filters(is_oldest_first=True, is_unread=True), ["first", "order"]),
        (Filters(words="nowhere"), []),
    ],
)
def test_each_filter_leaves_what_it_says(
    alice: User, lena: Person, mail: dict[str, Email], filters: Filters, shown: list[str]
) -> None:
    assert subjects(lena, alice, filters) == shown


def test_what_is_not_seen_is_not_asked(alice: User, lena: Person, mail: dict[str, Email]) -> None:
    """Bob is told of who and when: no filter tells him of a text or an attachment."""
    bob, charlie = user("Bob"), user("Charlie")
    EmailAccount.objects.update(sight=Sight.WHEN, is_to_all=False, to_users=[bob.pk])
    assert len(all_related_emails(lena, bob)) == 4
    for filters in (Filters(has_attachments=True), Filters(words="mills")):
        assert subjects(lena, alice, filters) != []
        assert subjects(lena, bob, filters) == []
    assert count_related(lena, bob, Choice()).with_attachments == 0
    for filters in (Filters(), Filters(is_unread=True), Filters(as_threads=True)):
        assert subjects(lena, charlie, filters) == []
    assert count_related(lena, charlie, Choice()).emails == 0
    assert not sharers_with(lena, charlie).exists()


def test_a_filter_is_asked_of_the_copy_that_is_shown(alice: User, lena: Person) -> None:
    bob = user("Bob")
    raw = message("to both", from_=alice.email, to=f"{LEAD}, {bob.email}")
    received(account_of(alice, Sharing.PUBLIC), raw, "Sent")
    received(account_of(bob, Sharing.PUBLIC), raw)
    for viewer, sent, got in ((alice, 1, 0), (bob, 0, 1)):
        assert len(subjects(lena, viewer, Filters())) == 1
        assert len(subjects(lena, viewer, Filters(way="sent"))) == sent
        assert len(subjects(lena, viewer, Filters(way="received"))) == got
        counts = count_related(lena, viewer, Choice())
        assert (counts.emails, counts.sent, counts.received) == (1, sent, got)


@pytest.mark.parametrize("is_oldest_first", [False, True])
def test_pages_join_in_either_order(
    alice: User, account: EmailAccount, lena: Person, *, is_oldest_first: bool
) -> None:
    for number in range(25):
        at = NOON + timedelta(minutes=number // 3)  # Several at the same moment.
        received(account, message(f"n{number}", at, from_=LEAD, to=alice.email))
    found: list[Cursor] = []
    choice, after = Choice(is_oldest_first=is_oldest_first), None
    while not found or after:
        page = related_emails(lena, alice, choice, after=after, limit=7)
        found += [row.cursor for row in page.rows]
        after = Cursor.parse(str(page.next)) if page.next else None
    assert found == sorted(set(found), reverse=not is_oldest_first)
    assert len(found) == 25


def test_the_figures_say_what_each_filter_leaves(
    alice: User, lena: Person, mail: dict[str, Email]
) -> None:
    counts = count_related(lena, alice, Choice())
    assert (counts.emails, counts.unread, counts.with_attachments) == (4, 2, 1)
    assert counts.is_whole
    since = Filters(since=date(2026, 3, 1), is_unread=True)
    assert count_related(lena, alice, since.without_marks.choice).emails == 2


def test_whose_mail_there_is_costs_the_same_however_many_share_it(
    alice: User, account: EmailAccount, lena: Person
) -> None:
    costs = []
    for number in range(6):
        owner = user(f"Colleague{number}")
        raw = message(f"n{number}", from_=LEAD, to=owner.email)
        theirs = account_of(owner, Sharing.CUSTOM if number % 2 else Sharing.PUBLIC)
        received(theirs, raw)
        if number == 1:
            shared(theirs, lena)
        with CaptureQueriesContext(connection) as asked:
            names = {one.name for one in sharers_with(lena, alice)}
        costs.append(len(asked))
    assert names == {"Colleague0", "Colleague1", "Colleague2", "Colleague4"}
    assert len(set(costs[1:])) <= 2


def test_a_company_and_a_deal_have_the_same_list(
    alice: User, account: EmailAccount, lena: Person, mail: dict[str, Email]
) -> None:
    omar, mill = person("Omar", "omar@mill.example"), Company.objects.create(name="Mill")
    Person.objects.filter(pk__in=(lena.pk, omar.pk)).update(company=mill)
    later = NOON + timedelta(hours=1)
    received(account, message("omar's", later, from_="omar@mill.example", to=LEAD))
    deal = Deal()
    keep_deal(deal, DealEntry("Offer", first_stage(), people=[LEAD]), NOON - timedelta(days=9))
    everything = ["omar's", "order", "file", "answer", "first"]
    charlie = user("Charlie")
    EmailAccount.objects.update(sharing=Sharing.PRIVATE)
    for whose in (mill, deal, [lena, omar]):
        assert subjects(whose, alice, Filters()) == everything
        assert subjects(whose, alice, Filters(way="sent")) == ["answer"]
        assert subjects(whose, alice, Filters(words="mills")) == ["order"]
        assert subjects(whose, alice, Filters(shared_by=alice)) == everything
        assert subjects(whose, alice, Filters(as_threads=True)) == everything
        assert list(sharers_with(whose, alice)) == [alice]
        assert subjects(whose, charlie, Filters()) == []
        assert not sharers_with(whose, charlie).exists()
