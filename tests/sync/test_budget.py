"""A day's budget holds existing mail back and new mail never; the next day goes on."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from cast import message
from journeys.installation import ALICE, SECRET
from postroom.accounts.lifecycle import pause, resume
from postroom.accounts.models import EmailAccount, Security
from postroom.accounts.traffic import allowed_octets, used_octets
from postroom.archive.models import Email, ServerCopy, SyncRun
from postroom.setup import AccountRequest, ServerAddress, connect_account
from postroom.sync import bodies, new_mail
from postroom.sync import progress as progress_module
from postroom.sync.budget import PauseAsked
from postroom.sync.once import SyncResult, one_pass, sync_once
from postroom.sync.parsing import SHARED
from postroom.sync.planning import find_plan
from postroom.sync.progress import Progress, new_run
from postroom.sync.surveying import survey
from postroom.team.models import Organisation
from servers.dovecot import Dovecot, dovecot
from sync.real_mailbox import connected

pytestmark = pytest.mark.usefixtures("transactional_db")

DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOMORROW = DAY + timedelta(days=1)
LETTERS, OCTETS = 12, 20_000
BUDGET = 50_000


@pytest.fixture(autouse=True)
def many_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dozen letters fill four windows, and each is a moment to look whether to end."""
    monkeypatch.setattr(bodies, "BATCH_MESSAGES", 3)
    monkeypatch.setattr(new_mail, "WINDOW", 3)
    monkeypatch.setattr(progress_module, "SECONDS_BETWEEN_NOTES", -1.0)


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        running.add(ALICE, "INBOX", letters(LETTERS))
        yield running


def letters(count: int, prefix: str = "old") -> list[bytes]:
    body = "x" * 76 + "\r\n"
    return [
        message(f"{prefix}{n}", from_="a@x.example", to=ALICE, body=body * (OCTETS // 78))
        for n in range(count)
    ]


def sync(account: EmailAccount, now: datetime = DAY) -> SyncResult:
    account.refresh_from_db()
    result = asyncio.run(sync_once(account, lambda: now))
    account.refresh_from_db()
    return result


def missing(result: SyncResult) -> int:
    return sum(proof.missing for proof in result.folders)


def left_out(result: SyncResult) -> int:
    return sum(proof.left_out for proof in result.folders)


@pytest.mark.parametrize(("storage", "budget"), [("everything", BUDGET), ("matched", 500)])
def test_existing_mail_waits_for_tomorrow_and_new_mail_comes(
    storage: str, budget: int, server: Dovecot
) -> None:
    account = connected(server, storage=storage)
    EmailAccount.objects.update(octets_a_day=budget)

    first = sync(account)
    brought = first.messages
    assert first.is_held_back
    assert 0 < brought < LETTERS
    assert missing(first) == 0
    assert left_out(first) == LETTERS - brought
    assert account.first_complete_at is None
    assert account.trouble == ""
    assert used_octets(account, DAY.date()) >= budget

    server.add(ALICE, "INBOX", letters(3, "new"))
    second = sync(account, DAY + timedelta(hours=5))
    assert (second.messages, second.is_held_back) == (3, True)
    assert Email.objects.filter(subject__startswith="new").count() == 3
    assert Email.objects.filter(subject__startswith="old").count() == brought

    EmailAccount.objects.update(octets_a_day=100 * BUDGET)
    third = sync(account, TOMORROW)
    assert (missing(third), left_out(third), third.is_held_back) == (0, 0, False)
    assert ServerCopy.objects.count() == LETTERS + 3
    assert account.first_complete_at == TOMORROW
    print(f"{brought} of {LETTERS} on the first day")


def test_without_a_budget_all_of_it_comes_at_once(server: Dovecot) -> None:
    account = connected(server, storage="everything")
    result = sync(account)
    assert (result.messages, missing(result), result.is_held_back) == (LETTERS, 0, False)
    assert account.first_complete_at == DAY


def test_over_pop_new_mail_comes_too(server: Dovecot) -> None:
    from cast import user

    owner = user("Alice")
    account = connect_account(
        AccountRequest(
            owner=owner,
            address=owner.email,
            pop=ServerAddress(server.host, server.pop3_port, Security.NONE),
            password=SECRET,
            storage="everything",
        )
    )
    EmailAccount.objects.update(octets_a_day=BUDGET)
    first = sync(account)
    here = ServerCopy.objects.count()
    assert 0 < here < LETTERS
    assert (missing(first), left_out(first)) == (0, LETTERS - here)
    assert Email.objects.filter(raw__isnull=True).count() == 0
    server.add(ALICE, "INBOX", letters(2, "new"))
    assert sync(account).messages == 2
    assert account.first_complete_at is None
    EmailAccount.objects.update(octets_a_day=None)
    assert missing(sync(account, TOMORROW)) == 0
    assert account.first_complete_at == TOMORROW


def test_the_limit_is_the_accounts_else_the_organisations_else_part_of_the_services() -> None:
    organisation = Organisation.get()
    gmail = EmailAccount(provider="gmail")
    assert allowed_octets(gmail) == 2_000_000_000
    assert allowed_octets(EmailAccount(provider="gmail", protocol="pop")) == 1_000_000_000
    assert allowed_octets(EmailAccount(imap_host="IMAP.gmail.com")) == 2_000_000_000
    assert allowed_octets(EmailAccount(imap_host="mail.example.com")) is None
    assert allowed_octets(EmailAccount()) is None
    organisation.octets_a_day = 7
    organisation.save()
    assert allowed_octets(gmail) == 7
    assert allowed_octets(EmailAccount(octets_a_day=5)) == 5


def test_a_pause_is_heard_in_the_middle_and_a_resumed_sync_goes_on_from_there(
    server: Dovecot,
) -> None:
    account = connected(server, storage="everything")

    def pause_soon(run: SyncRun) -> None:
        if run.messages_done:
            asking = Thread(target=pause, args=(account,))
            asking.start()
            asking.join()

    async def first() -> None:
        progress = Progress(new_run(account, DAY), pause_soon, heeds_pause=True)
        await one_pass(account, lambda: DAY, progress, SHARED)

    with pytest.raises(PauseAsked):
        asyncio.run(first())
    here = ServerCopy.objects.count()
    assert 0 < here < LETTERS

    resume(account)
    sync(account, TOMORROW)
    run = SyncRun.objects.latest("started_at")
    assert (run.messages_before, run.messages_done) == (here, LETTERS - here)
    assert (run.messages_here, run.messages_in_all) == (LETTERS, LETTERS)
    assert ServerCopy.objects.count() == LETTERS


def test_the_plan_is_what_the_server_has(server: Dovecot) -> None:
    server.add(ALICE, "Sales", letters(2, "sales"))
    server.add(ALICE, "Junk", letters(1, "junk"))
    account = connected(server)
    assert find_plan(account) is None
    planned = asyncio.run(survey(account, lambda: DAY))
    assert {folder.name: folder.messages for folder in planned.folders if folder.messages} == {
        "INBOX": LETTERS, "Sales": 2,
    }  # fmt: skip
    assert planned.octets is not None
    assert planned.octets == pytest.approx((LETTERS + 2) * OCTETS, rel=0.01)
    assert not planned.is_measured
    assert planned.seconds == planned.messages / 300
    sync(account)
    kept = find_plan(account)
    assert kept is not None
    assert (kept.messages, kept.octets, kept.recorded) == (LETTERS + 2, planned.octets, LETTERS + 2)
    assert kept.seconds == 0
