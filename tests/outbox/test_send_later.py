"""Send later: in the writer's own time, also where clocks change; composed when its time comes."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from cast import NOON
from outbox.outgoing import LENA, attempt
from postroom.accounts.models import EmailAccount, FromAddress
from postroom.mime import parse_message
from postroom.outbox.drafts import NotSendable, Written, keep, senders_of
from postroom.outbox.holding import call_back
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.outbox.moments import instant_of, is_left_out, moments_from
from postroom.outbox.outgoing import due_outgoing, unsettled_of
from postroom.outbox.scheduling import release_scheduled, schedule, send_now
from servers.moody import Moody

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # Its clocks change by half an hour.
MORNING = datetime.fromisoformat("2026-03-03 08:00")

TOMORROW = ["Tomorrow morning", "Tomorrow evening"]
EVENING, MONDAY = "This evening", "Monday morning"


@pytest.mark.parametrize(
    ("local", "zone", "instant", "is_there"),
    [
        ("2027-01-04 08:00", BERLIN, "2027-01-04 07:00", True),
        ("2027-07-05 08:00", BERLIN, "2027-07-05 06:00", True),
        ("2027-03-28 01:59", BERLIN, "2027-03-28 00:59", True),
        ("2027-03-28 02:30", BERLIN, "2027-03-28 01:30", False),
        ("2027-03-28 03:00", BERLIN, "2027-03-28 01:00", True),
        ("2026-10-25 02:30", BERLIN, "2026-10-25 00:30", True),
        ("2026-03-08 02:15", NEW_YORK, "2026-03-08 07:15", False),
        ("2026-10-04 02:10", LORD_HOWE, "2026-10-03 15:40", False),
        ("2026-12-01 08:00", UTC, "2026-12-01 08:00", True),
    ],
)
def test_a_moment_of_the_clock_on_the_wall_is_one_instant(
    local: str, zone: ZoneInfo, instant: str, is_there: bool
) -> None:
    moment = datetime.fromisoformat(local)
    assert instant_of(moment, zone) == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert is_left_out(moment, zone) != is_there


@pytest.mark.parametrize(
    ("now", "names"),
    [
        ("2026-11-25 09:00", [EVENING, *TOMORROW, MONDAY]),
        ("2026-11-25 17:30", [*TOMORROW, MONDAY]),
        ("2026-11-29 20:00", TOMORROW),
        ("2026-11-30 07:30", [EVENING, *TOMORROW, MONDAY]),
    ],
)
def test_the_choices_lie_ahead_and_each_is_there_once(now: str, names: list[str]) -> None:
    local = datetime.fromisoformat(now)
    found = moments_from(instant_of(local, BERLIN), BERLIN)
    assert [one.name for one in found] == names
    assert all(one.local > local for one in found)
    if len(names) == 4:
        assert found[-1].local.weekday() == 0


def scheduled(account: EmailAccount, local: datetime = MORNING, **words: str) -> OutgoingEmail:
    """An email of Alice's for tomorrow morning; NOON is the day before."""
    key = uuid4()
    written = Written(senders_of(account.owner)[0], **{"to": LENA, "subject": "Later", **words})  # type: ignore[arg-type]
    keep(account.owner, key, written, (), NOON)
    return schedule(account.owner, key, local, BERLIN, NOON)


def test_it_waits_for_its_moment_and_bears_its_date(server: Moody, account: EmailAccount) -> None:
    outgoing = scheduled(account)
    due = instant_of(MORNING, BERLIN)
    assert (outgoing.state, outgoing.due_at, outgoing.raw) == (OutgoingState.SCHEDULED, due, None)
    assert [row.state for row in unsettled_of(account.owner)] == [OutgoingState.SCHEDULED]
    early = due - timedelta(seconds=1)
    assert release_scheduled(early) == 0
    assert attempt(outgoing, early).state == OutgoingState.SCHEDULED
    assert [release_scheduled(due), release_scheduled(due)] == [1, 0]
    assert due_outgoing(due) == [(outgoing.pk, account.pk)]
    assert attempt(outgoing, due).state == OutgoingState.SENT
    assert parse_message(bytes(outgoing.raw or b"")).envelope.sent_at == due
    assert list(server.taken.values()) == [1]


def test_until_then_it_can_be_moved_called_back_or_sent_at_once(
    server: Moody, account: EmailAccount
) -> None:
    owner, outgoing = account.owner, scheduled(account)
    moved = schedule(owner, outgoing.key, MORNING + timedelta(days=1), BERLIN, NOON)
    assert moved.due_at == instant_of(MORNING, BERLIN) + timedelta(days=1)
    assert call_back(owner, outgoing.key, NOON)
    assert release_scheduled(NOON + timedelta(days=9)) == 0
    assert send_now(owner, outgoing.key, NOON) is False
    again = scheduled(account)
    assert send_now(owner, again.key, NOON)
    again.refresh_from_db()
    assert again.state == OutgoingState.HELD


def test_what_can_not_be_sent_is_said_when_it_is_scheduled(
    server: Moody, account: EmailAccount
) -> None:
    for days, words in ((-9, "passed"), (400, "a year")):
        local = MORNING + timedelta(days=days)
        with pytest.raises(NotSendable, match=words):
            scheduled(account, local)
    with pytest.raises(NotSendable, match="not an email address"):
        scheduled(account, to="nobody")
    assert {row.state for row in OutgoingEmail.objects.all()} == {OutgoingState.DRAFT}


def test_what_can_not_be_sent_any_more_says_why_and_is_no_draft_nobody_looks_at(
    server: Moody, account: EmailAccount
) -> None:
    outgoing = scheduled(account)
    FromAddress.objects.update(verified_at=NOON, is_default=False)
    FromAddress.objects.all().delete()
    later = NOON + timedelta(days=2)
    assert release_scheduled(later) == 0
    assert attempt(outgoing, later).state == OutgoingState.REFUSED
    assert "Choose an address" in outgoing.reason
    assert not server.taken
