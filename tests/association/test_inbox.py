"""SalesInbox: the column of a sender as a table, and the database of the same opinion."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Count, Q

from association.test_deals import add_deals, deal_of_people, letter_of
from association.worlds import random_world
from cast import NOON, account_of, folder_of, message, person, received, user
from postroom.accounts.models import EmailAccount, FromAddress
from postroom.archive.actions import ask_for, finish
from postroom.archive.models import (
    ActionKind,
    Email,
    Folder,
    FolderRole,
    Participant,
    ParticipantRole,
)
from postroom.archive.moves import ask_to_move, ask_to_undo
from postroom.archive.triage import finish as done
from postroom.archive.triage import mute, snooze, take_up, unmute
from postroom.archive.wall import seen_by
from postroom.association.inbox import (
    TOP,
    Place,
    columns_of,
    inbox_page,
    stretch,
    unread_counts,
)
from postroom.association.inbox_columns import Column, Known, column_for
from postroom.association.inbox_statements import NEWEST_UNSORTED
from postroom.crm.deals import move_deal
from postroom.crm.models import Deal, Outcome, Person, PersonAddress
from postroom.crm.people import convert, set_addresses
from postroom.crm.pipeline import stages
from postroom.team.models import Organisation, User

LENA = "lena@customer.example"
D, P, N, C = Column.DEALS, Column.PEOPLE, Column.OUTSIDE, Column.COLLEAGUES

NOBODY = Known()
TEAM = Known(
    frozenset({"alice@firm.example", "box@mail.example", "alias@firm.net"}),
    ("firm.example", "firm.co.uk"),
    {
        "lena@customer.example": 1,
        "many@customer.example": 3,
        "lost@customer.example": 0,
        "new@customer.example": 0,
        "alice@firm.example": 2,
        "box@mail.example": 1,
        "spy@firm.example": 1,
        "sub@deep.firm.example": 0,
        "someone@notfirm.example": 0,
        "someone@firm.example.org": 2,
        "ü@münchen.example": 1,
        "用户@例え.example": 0,
    },
)
CASES: list[tuple[str, Known, Column]] = [
    # Nothing is known of anybody: everybody is outside.
    *((who, NOBODY, N) for who in ("", "lena@customer.example", "a@b", "@", "x@firm.example")),
    # Senders of whom nobody can tell.
    ("", TEAM, N),
    # People with open deals, however many.
    ("lena@customer.example", TEAM, D),
    ("many@customer.example", TEAM, D),
    ("ü@münchen.example", TEAM, D),
    ("someone@firm.example.org", TEAM, D),
    # People without one: never any, or all lost and won.
    ("lost@customer.example", TEAM, P),
    ("new@customer.example", TEAM, P),
    ("用户@例え.example", TEAM, P),
    ("someone@notfirm.example", TEAM, P),
    # Colleagues, by address, also when the CRM has them.
    ("alice@firm.example", TEAM, C),
    ("box@mail.example", TEAM, C),
    ("alias@firm.net", TEAM, C),
    # Colleagues by domain and below it, also when the CRM has them.
    ("spy@firm.example", TEAM, C),
    ("sub@deep.firm.example", TEAM, C),
    ("anybody@firm.example", TEAM, C),
    ("anybody@a.b.firm.example", TEAM, C),
    ("anybody@firm.co.uk", TEAM, C),
    ("anybody@mail.firm.co.uk", TEAM, C),
    # What only looks like the organisation's.
    *(
        (who, TEAM, N)
        for who in (
            "x@xfirm.example",
            "x@firm.example.evil",
            "x@firm.exampl",
            "x@co.uk",
            "firm.example@evil.example",
            "alice@firm.example@evil.example",
            "x@firm-example",
            "x@example",
            "alias@firm.ne",
            "alias@mail.firm.net",
            "box@mail.example.evil",
            "alice@mail.example",
            "alice",
            "firm.example",
        )
    ),
    # What only looks like somebody known: an address is the same or another one.
    *(
        (who, TEAM, N)
        for who in (
            "lena@customer.example.evil",
            "lena@mail.customer.example",
            "lena@customer.exampl",
            "ena@customer.example",
            "lena.@customer.example",
            "lena+x@customer.example",
            "lena@customer",
            "customer.example",
            "new@customer.example ",
            "LOST@customer.example.",
            "ü@munchen.example",
            "u@münchen.example",
        )
    ),
    # Strangers.
    *(
        (who, TEAM, N)
        for who in (
            "news@letter.example",
            "no-reply@shop.example",
            "mailer-daemon@mail.example",
            "postmaster@customer.example",
            "info@customer.example",
            "other@customer.example",
        )
    ),
    # A person whose address is a colleague's is none of the CRM's, however many deals they have.
    ("ALICE@firm.example", TEAM, C),
    ("deep@firm.co.uk.firm.example", TEAM, C),
    ("only@own.example", Known(frozenset(), ("own.example",), {"only@own.example": 9}), C),
    ("only@own.example", Known(frozenset(), ("wn.example",), {"only@own.example": 9}), D),
    # An organisation without domains of its own knows colleagues by address alone.
    ("alice@firm.example", Known(frozenset({"alice@firm.example"})), C),
    ("anybody@firm.example", Known(frozenset({"alice@firm.example"})), N),
    ("bob@firm.example", Known(frozenset(), (), {"bob@firm.example": 0}), P),
    ("bob@firm.example", Known(frozenset(), (), {"bob@firm.example": 1}), D),
    ("bob@firm.example", Known(frozenset(), ("firm.example",), {"bob@firm.example": 1}), C),
]


def test_the_column_of_a_sender() -> None:
    wrong = [
        (who, column_for(who, known), right)
        for who, known, right in CASES
        if column_for(who, known) != right
    ]
    assert wrong == []
    assert len(CASES) >= 60
    assert {right for *_, right in CASES} == set(Column)


def known_now() -> Known:
    """What the database knows, as plain facts."""
    colleagues = {*User.objects.values_list("email", flat=True)}
    colleagues |= {*EmailAccount.objects.values_list("address", flat=True)}
    verified = FromAddress.objects.filter(verified_at__isnull=False)
    colleagues |= {*verified.values_list("address", flat=True)}
    is_open = Q(person__deals__closed_at=None)
    people = PersonAddress.objects.order_by().values_list("canonical")
    deals = dict(people.annotate(its_open=Count("person__deals", filter=is_open)))
    return Known(frozenset(colleagues), tuple(Organisation.get().own_domains), deals)


@pytest.mark.django_db
def test_the_database_sorts_as_the_function_does() -> None:
    seen: dict[Column, int] = dict.fromkeys(Column, 0)
    for seed in range(12):
        with transaction.atomic():
            random_world(random.Random(seed), emails=60)
            add_deals(random.Random(seed), list(Person.objects.all()))
            Participant.objects.filter(position=0).update(role=ParticipantRole.FROM)
            known = known_now()
            emails = list(Email.objects.prefetch_related("participants"))
            for email, column in ((e, columns_of([e])[e.pk]) for e in emails):
                senders = [p for p in email.participants.all() if p.role == ParticipantRole.FROM]
                first = min(senders, key=lambda p: p.position, default=None)
                assert column == column_for(first.canonical if first else "", known), (seed, email)
                seen[column] += 1
            transaction.set_rollback(True)
    print(f"{sum(seen.values())} emails: { {c.value: n for c, n in seen.items()} }")
    assert min(seen.values()) >= 15


@pytest.fixture
def account(db: None) -> EmailAccount:
    return account_of(user("Alice"))


def shown(account: EmailAccount, column: Column, days: float = 0) -> list[str]:
    with seen_by(account.owner_id):
        page = inbox_page(account.owner, column, NOON + timedelta(days=days))
    return [email.subject for email in [*page.back, *page.emails]]


def test_what_changes_in_the_crm_sorts_the_inbox_anew_at_once(account: EmailAccount) -> None:
    letter_of(account, "Hello")
    assert shown(account, N) == ["Hello"]
    lena = person("Lena Lead", LENA)
    assert (shown(account, N), shown(account, P)) == ([], ["Hello"])
    offer = deal_of_people("Offer", LENA)
    assert (shown(account, P), shown(account, D)) == ([], ["Hello"])
    move_deal(offer, stages().get(outcome=Outcome.LOST), NOON)
    assert (shown(account, D), shown(account, P)) == ([], ["Hello"])
    convert(lena)
    assert shown(account, P) == ["Hello"]
    set_addresses(lena, ["other@customer.example"])
    assert shown(account, N) == ["Hello"]
    set_addresses(lena, ["other@customer.example", LENA])
    assert shown(account, P) == ["Hello"]
    Organisation.get()
    Organisation.objects.update(own_domains=["customer.example"])
    assert (shown(account, P), shown(account, C)) == ([], ["Hello"])


def test_the_inbox_is_what_lies_in_the_inbox(account: EmailAccount) -> None:
    letter = letter_of(account, "Hello")
    received(account, message("Filed", from_=LENA, to=account.address), folder="Old")
    archive = Folder.objects.create(account=account, name="Archive", role=FolderRole.ARCHIVE)
    EmailAccount.objects.update(capabilities=["MOVE"])
    assert shown(account, N) == ["Hello"]
    letter.refresh_from_db()
    ask_to_move(letter, archive, NOON)
    assert shown(account, N) == []
    ask_to_undo(letter, NOON + timedelta(seconds=1))
    assert shown(account, N) == ["Hello"]


def test_done_snoozed_and_muted_leave_it_and_come_back(account: EmailAccount) -> None:
    letter = letter_of(account, "Hello", message_id="<a@x>")
    for put_away, take_back in (
        (lambda: done(letter, NOON), lambda: take_up(letter)),
        (lambda: snooze(letter, NOON + timedelta(days=1)), lambda: take_up(letter)),
        (lambda: mute(letter, NOON), lambda: unmute(letter)),
    ):
        put_away()
        assert shown(account, N) == []
        take_back()
        assert shown(account, N) == ["Hello"]
    mute(letter, NOON)
    letter_of(account, "Re: Hello", references="<a@x>")
    other = letter_of(account, "Other", sent_at=NOON + timedelta(hours=1))
    assert shown(account, N) == ["Other"]
    unmute(letter)
    snooze(other, NOON + timedelta(hours=2))
    snooze(letter, NOON + timedelta(hours=3))
    assert shown(account, N) == ["Re: Hello"]
    assert set(shown(account, N, days=1)) == {"Other", "Hello", "Re: Hello"}
    assert shown(account, N, days=1)[-1] == "Re: Hello"  # What came back is on top.


def test_several_mailboxes_are_one_inbox_page_by_page(account: EmailAccount) -> None:
    second = account_of(account.owner, address="second@example.com")
    others = account_of(user("Bob"))
    for number in range(9):
        for box in (account, second, others):
            moment = NOON + timedelta(minutes=number // 2)
            letter_of(box, f"{box.address} {number}", sent_at=moment)
    seen: list[str] = []
    after: Place | None = None
    with seen_by(account.owner_id):
        while True:
            page = inbox_page(account.owner, N, NOON, after=after, limit=4)
            seen += [email.subject for email in page.emails]
            after = Place.parse(str(page.next)) if page.next else None
            if after is None:
                break
    assert len(seen) == len(set(seen)) == 18
    assert not any(others.address in subject for subject in seen)
    with seen_by(account.owner_id):
        counts = unread_counts(account.owner, NOON)
    assert (counts[N].number, counts[N].is_more, counts[D].number) == (18, False, 0)


def test_rare_senders_are_found_however_far_down(
    account: EmailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postroom.association.inbox.STRETCHES", (1, 2))
    monkeypatch.setattr("postroom.association.inbox.FURTHER_STRETCHES", (3,))
    user("Bob"), person("Paul People", "paul@customer.example"), person("Lena Lead", LENA)
    deal_of_people("Offer", LENA)
    senders = {D: LENA, P: "paul@customer.example", N: "news@shop.example", C: "bob@example.com"}
    chance = random.Random(5)
    sent: dict[Column, list[str]] = {column: [] for column in Column}
    for number in range(30):
        column = chance.choices(list(Column), (2, 2, 14, 2))[0]
        moment = NOON + timedelta(minutes=number // 3)
        letter_of(account, f"{number}", senders[column], sent_at=moment)
        sent[column].append(f"{number}")
    for column, subjects in sent.items():
        with seen_by(account.owner_id):
            assert list(all_of(account.owner, column)) == subjects[::-1], column
    assert min(map(len, sent.values())) >= 1


def all_of(viewer: User, column: Column) -> Iterator[str]:
    """The subjects of a column, page after page."""
    after, is_more = None, True
    while is_more:
        page = inbox_page(viewer, column, NOON, after=after, limit=2)
        yield from (email.subject for email in page.emails)
        after, is_more = page.next, page.next is not None


def test_what_is_read_elsewhere_is_counted_no_more(account: EmailAccount) -> None:
    letter = letter_of(account, "Hello")
    finish(ask_for(ActionKind.MARK_READ, letter, NOON), NOON)
    assert unread_counts(account.owner, NOON)[N].number == 0
    assert shown(account, N) == ["Hello"]


def test_colleagues_with_whom_mail_is_shared_have_no_inbox_of_it(account: EmailAccount) -> None:
    person("Lena Lead", LENA)
    EmailAccount.objects.update(sharing="public")
    letter_of(account, "Hello")
    bob = user("Bob")
    with seen_by(bob.pk):
        assert all(not inbox_page(bob, column, NOON).emails for column in Column)
    assert shown(account, P) == ["Hello"]
    assert folder_of(account).role == FolderRole.INBOX
    assert Deal.objects.count() == 0


@pytest.mark.django_db
def test_stretches_of_many_mailboxes_are_all_there_is_in_order_and_not_short() -> None:
    """Also where one mailbox has most of the mail, and where moments are the same."""
    dice = random.Random(7)
    accounts = [account_of(user(name)) for name in ("Ann", "Ben", "Cem", "Dora")]
    for account, number in zip(accounts, (25, 6, 1, 0), strict=True):
        for _ in range(number):
            received(account, message(sent_at=NOON + timedelta(hours=dice.randrange(12))))
    emails = Email.objects.filter(in_inbox=True).values_list("sent_at", "pk")
    everything = sorted(emails, reverse=True)
    for size in (1, 2, 5, 9, 40):
        read, place = list[tuple[datetime, int]](), TOP
        while True:
            rows, edge = stretch(NEWEST_UNSORTED, place, [each.pk for each in accounts], size)
            read += [(sent_at, pk) for pk, sent_at, _ in rows]
            if edge is None:
                break
            assert 2 * len(rows) >= size
            place = edge
        assert read == everything
