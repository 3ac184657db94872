"""Columns of one's own: which mail stands in them, however far down, at once, for their owner."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import pytest

from association.test_deals import deal_of_people, letter_of
from cast import NOON, account_of, message, person, received, user
from postroom.accounts.models import EmailAccount, FromAddress
from postroom.archive.models import Email
from postroom.archive.triage import finish, mute, snooze
from postroom.archive.wall import seen_by
from postroom.association.conditions import KINDS, asked_of_email
from postroom.association.inbox import Count, columns_of, count_newest, inbox_page, unread_counts
from postroom.association.inbox_columns import Column
from postroom.association.inbox_own import (
    MOST_SENDERS,
    Question,
    own_columns,
    question_of,
    ready_made,
    those_meeting,
)
from postroom.association.steps import Step
from postroom.crm.deals import move_deal
from postroom.crm.models import Deal, Outcome, Person, PersonAddress
from postroom.crm.people import convert
from postroom.crm.pipeline import stages
from postroom.team.inbox_column import (
    MOST_COLUMNS,
    InboxColumn,
    TooManyColumns,
    change_places,
    keep_column,
)
from postroom.team.models import Organisation, User

pytestmark = pytest.mark.django_db

LENA, CLARA = "lena@fair.example", "clara@works.example"
STRANGER, BOB = "news@shop.example", "bob@example.com"
FAIR = ["to_me", "lead", "source:Trade Show"]

# Its conditions, whether all must be so, and the letters that stand in it.
CASES: list[tuple[list[str], bool, str]] = [
    (FAIR, True, "lena lena-read"),
    (FAIR, False, "lena lena-cc lena-read clara stranger bob max"),
    (["lead"], True, "lena lena-cc lena-read max"),
    (["lead", "to_me"], True, "lena lena-read max"),
    (["lead", "unread"], True, "lena lena-cc max"),
    (["lead", "contact"], True, ""),
    (["lead", "contact"], False, "lena lena-cc lena-read clara max"),
    (["source:trade show", "subject:offer"], True, "lena-read"),
    (["source:trade show", "subject:offer"], False, "lena lena-cc lena-read clara"),
    (["source:Website"], True, "max"),
    (["source:Fair"], True, ""),
    (["deal"], True, "clara"),
    (["deal", "unread", "to_me"], True, "clara"),
    (["deal_over:900", "subject:offer"], True, "clara"),
    (["deal_over:1001", "subject:offer"], True, ""),
    (["deal_stage:new"], True, "clara"),
    (["customer"], True, "lena lena-cc lena-read"),
    (["customer", "deal"], True, ""),
    (["customer", "deal"], False, "lena lena-cc lena-read clara"),
    (["customer", "not_subject:offer"], True, "lena lena-cc"),
    (["closing_month"], True, "clara"),
    (["closing:29", "contact"], True, "clara"),
    (["closing:1", "contact"], True, ""),
    (["unknown"], True, "stranger"),
    (["unknown", "colleague"], False, "stranger bob"),
    (["colleague", "unread"], True, "bob"),
    (["unread"], True, "lena lena-cc clara stranger bob max"),
    (["starred"], True, "stranger"),
    (["starred", "known"], False, "lena lena-cc lena-read clara stranger max"),
    (["from:shop", "from:works"], False, "clara stranger"),
    (["from:shop", "from:works"], True, ""),
    (["deal_owner:alice", "known"], True, "clara"),
]


@pytest.fixture
def account() -> EmailAccount:
    account = account_of(user("Alice"))
    FromAddress.objects.create(account=account, address="sales@example.com", verified_at=NOON)
    user("Bob")
    return account


@pytest.fixture
def letters(account: EmailAccount) -> dict[str, Email]:
    """A lead of the trade show who bought once, a contact with a deal, others."""
    for name, address, source in (
        ("Lena Lead", LENA, "Trade Show"),
        ("Max Web", "max@web.example", "Website"),
    ):
        made = person(name, address)
        Person.objects.filter(pk=made.pk).update(lead_source=source)
    convert(person("Clara Contact", CLARA))
    offer = deal_of_people("Offer", CLARA)
    Deal.objects.filter(pk=offer.pk).update(
        amount=1000, owner=account.owner, closing_on=date(2026, 3, 31)
    )
    move_deal(deal_of_people("Won", LENA), stages().get(outcome=Outcome.WON), NOON)
    senders = {
        "lena": (LENA, "Hello", "sales@example.com"),
        "lena-cc": (LENA, "Hello", "list@x.example"),
        "lena-read": (LENA, "Offer", account.address),
        "clara": (CLARA, "Offer", account.address),
        "stranger": (STRANGER, "News", account.address),
        "bob": (BOB, "Lunch", account.address),
        "max": ("max@web.example", "Hi", account.address),
    }
    letters = {
        name: received(account, message(subject, from_=sender, to=to))
        for name, (sender, subject, to) in senders.items()
    }
    Email.objects.filter(pk=letters["lena-read"].pk).update(is_read=True)
    Email.objects.filter(pk=letters["stranger"].pk).update(is_flagged=True)
    return letters


def column(owner: User, steps: Sequence[str], *, needs_all: bool = True) -> InboxColumn:
    parts = [step.partition(":") for step in steps]
    conditions = [Step(kind=kind, text=text) for kind, _, text in parts]
    made = InboxColumn(owner=owner, name="Mine", needs_all=needs_all, conditions=conditions)
    keep_column(made)
    return made


def stands_in(column: InboxColumn, now: datetime = NOON) -> set[int]:
    with seen_by(column.owner_id):
        page = inbox_page(column.owner, column, now)
    return {email.pk for email in [*page.back, *page.emails]}


def test_which_mail_stands_in_a_column(letters: dict[str, Email]) -> None:
    owner, wrong = letters["lena"].account.owner, []
    for steps, needs_all, names in CASES:
        made = column(owner, steps, needs_all=needs_all)
        want = {letters[name].pk for name in names.split()}
        unread = len(want - {letters["lena-read"].pk})
        with seen_by(owner.pk):
            counted = unread_counts(owner, NOON, [made])[made], count_newest(owner, made, NOON)
        if (stands_in(made), *counted) != (want, Count(unread, False), len(want)):
            wrong.append((steps, needs_all, stands_in(made), counted))
        made.delete()
    assert wrong == []
    assert len(CASES) >= 30


def test_it_stands_in_its_usual_column_besides(letters: dict[str, Email]) -> None:
    made = column(letters["lena"].account.owner, FAIR)
    assert stands_in(made) == {letters["lena"].pk, letters["lena-read"].pk}
    assert columns_of([letters["lena"]]) == {letters["lena"].pk: Column.PEOPLE}
    usual = inbox_page(made.owner, Column.PEOPLE, NOON).emails
    assert letters["lena"] in usual


def test_what_changes_in_the_crm_changes_it_at_once(letters: dict[str, Email]) -> None:
    made = column(letters["lena"].account.owner, ["lead", "source:Trade Show", "to_me"])
    lena = Person.objects.get(addresses__canonical=LENA)
    assert letters["lena"].pk in stands_in(made)
    convert(lena)
    assert stands_in(made) == set()
    Person.objects.update(lead_source="trade show")
    assert stands_in(made) == {letters["max"].pk}


def test_its_number_follows_the_organisation_and_the_day(letters: dict[str, Email]) -> None:
    """The question is kept while the same is asked; what is answered never is."""
    owner = letters["lena"].account.owner
    ours, closing = column(owner, ["colleague"]), column(owner, ["closing_month"])

    def numbers(now: datetime = NOON) -> tuple[int, int]:
        with seen_by(owner.pk):
            found = unread_counts(owner, now, [ours, closing])
        return found[ours].number, found[closing].number

    assert numbers() == (1, 1)
    assert numbers(NOON + timedelta(days=31)) == (1, 0)
    Organisation.objects.update_or_create(pk=1, defaults={"own_domains": ["web.example"]})
    assert numbers() == (2, 1)
    move_deal(Deal.objects.get(name="Offer"), stages().get(outcome=Outcome.LOST), NOON)
    assert numbers() == (2, 0)


def test_done_snoozed_and_muted_leave_it_too(letters: dict[str, Email]) -> None:
    made = column(letters["lena"].account.owner, ["lead"])
    finish(letters["lena"], NOON)
    snooze(letters["max"], NOON + timedelta(hours=1))
    mute(letters["lena-cc"], NOON)
    assert stands_in(made) == {letters["lena-read"].pk}
    back = stands_in(made, NOON + timedelta(hours=2))
    assert back == {letters["lena-read"].pk, letters["max"].pk}


# The moment, the organisation's time zone, the day on which a deal is to close, and whether that
# is this month.
MONTHS = [
    ("2026-03-31T21:59:00+00:00", "Europe/Berlin", date(2026, 3, 1), True),
    ("2026-03-31T22:01:00+00:00", "Europe/Berlin", date(2026, 3, 31), False),
    ("2026-03-31T22:01:00+00:00", "Europe/Berlin", date(2026, 4, 30), True),
    ("2026-04-01T03:00:00+00:00", "America/New_York", date(2026, 3, 31), True),
    ("2026-04-01T03:00:00+00:00", "America/New_York", date(2026, 4, 1), False),
    ("2026-04-01T03:00:00+00:00", "UTC", date(2026, 4, 1), True),
    ("2026-12-31T11:00:00+00:00", "Pacific/Auckland", date(2027, 1, 31), True),
    ("2027-01-15T12:00:00+00:00", "UTC", date(2026, 1, 15), False),
]


def test_this_month_is_the_organisations(letters: dict[str, Email]) -> None:
    made = ready_made("closing_month", letters["lena"].account.owner)
    Organisation.get()
    for moment, zone, closing_on, is_this_month in MONTHS:
        Organisation.objects.update(time_zone=zone)
        Deal.objects.filter(closed_at=None).update(closing_on=closing_on)
        found = stands_in(made, datetime.fromisoformat(moment))
        assert found == ({letters["clara"].pk} if is_this_month else set()), (moment, zone)
    assert stands_in(ready_made("customer", made.owner)) == {
        letters[name].pk for name in ("lena", "lena-cc", "lena-read")
    }


@pytest.mark.parametrize("steps", [["source:Trade Show"], ["subject:rare"]])
def test_rare_mail_is_found_however_far_down(
    steps: list[str], account: EmailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postroom.association.inbox.STRETCHES", (1, 2))
    monkeypatch.setattr("postroom.association.inbox.FURTHER_STRETCHES", (3,))
    second = account_of(account.owner, address="second@example.com")
    Person.objects.filter(pk=person("Lena Lead", LENA).pk).update(lead_source="Trade Show")
    chance, wanted = random.Random(7), []
    for number in range(40):
        is_rare = chance.random() < 0.15
        subject = f"{'Rare' if is_rare else 'Usual'} {number}"
        moment = NOON + timedelta(minutes=number // 3)
        box = chance.choice((account, second))
        letter_of(box, subject, LENA if is_rare else STRANGER, sent_at=moment)
        wanted += [subject] if is_rare else []
    made = column(account.owner, steps)
    is_by_sender = steps[0].startswith("source")
    assert question_of(made, NOON).senders() == ([LENA] if is_by_sender else None)
    with seen_by(account.owner_id):
        assert sorted(all_of(made)) == sorted(wanted)
    assert len(wanted) >= 3


def all_of(column: InboxColumn) -> Iterator[str]:
    """The subjects of a column, page after page."""
    after, is_more = None, True
    while is_more:
        page = inbox_page(column.owner, column, NOON, after=after, limit=2)
        yield from (email.subject for email in page.emails)
        after, is_more = page.next, page.next is not None


def test_too_many_senders_are_not_looked_for_one_by_one(account: EmailAccount) -> None:
    lena = person("Lena Lead", LENA)
    PersonAddress.objects.bulk_create(
        PersonAddress(person=lena, address=f"{n}@many.example", canonical=f"{n}@many.example")
        for n in range(MOST_SENDERS)
    )
    made = column(account.owner, ["lead"])
    assert question_of(made, NOON).senders() is None
    PersonAddress.objects.filter(canonical="1@many.example").delete()
    senders = question_of(made, NOON).senders()
    assert senders is not None
    assert len(senders) == MOST_SENDERS


def test_few_emails_are_asked_the_same_as_all(letters: dict[str, Email]) -> None:
    ids, some = [email.pk for email in letters.values()], 0
    for name, kind in KINDS.items():
        words = "Trade Show" if name == "source" else "New" if name == "deal_stage" else "o"
        steps = [Step(kind=name, text={"nothing": "", "number": "1"}.get(kind.takes, words))]
        asked = asked_of_email(steps, "received", NOON.date(), needs_all=True)
        right = set(Email.objects.filter(asked, pk__in=ids).values_list("pk", flat=True))
        assert those_meeting(Question(steps, needs_all=True, today=NOON.date()), ids) == right, name
        some += 0 < len(right) < len(ids)
    assert some >= len(KINDS) // 2


def test_nobody_elses_mail_comes_to_it_whatever_is_shared(letters: dict[str, Email]) -> None:
    EmailAccount.objects.update(sharing="public")
    bob = User.objects.get(name="Bob")
    made = column(bob, ["known"])
    assert stands_in(made) == set()
    with seen_by(bob.pk):
        assert (count_newest(bob, made, NOON), own_columns(bob)) == (0, [made])
    assert len(stands_in(column(letters["lena"].account.owner, ["known"]))) == 5


def test_they_stand_in_their_owners_order_and_are_not_too_many(account: EmailAccount) -> None:
    made = [column(account.owner, ["lead"]) for _ in range(MOST_COLUMNS)]
    with pytest.raises(TooManyColumns):
        column(account.owner, ["lead"])
    column(User.objects.get(name="Bob"), ["lead"])
    change_places(made[2], is_up=True)
    change_places(made[0], is_up=True)
    change_places(made[-1], is_up=False)
    hidden = InboxColumn.objects.get(pk=made[3].pk)
    hidden.is_shown = False
    keep_column(hidden)
    assert own_columns(account.owner)[:3] == [made[0], made[2], made[1]]
    assert hidden not in own_columns(account.owner)
    assert len(own_columns(account.owner)) == MOST_COLUMNS - 1


def test_a_kind_that_is_no_more_is_left_out(letters: dict[str, Email]) -> None:
    made = column(letters["lena"].account.owner, ["lead", "moon_phase:full"])
    assert len(stands_in(made)) == 4
