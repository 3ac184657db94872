"""A mailbox proves itself: gaps are found by UID, healed, told, and nothing else is written."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from cast import message
from journeys.installation import ALICE, SECRET
from postroom.accounts.lifecycle import pause, resume
from postroom.archive.comparisons import ask_for_comparison, find_comparison
from postroom.archive.models import Comparison, Email, ProofEntry, ServerCopy
from postroom.archive.proofs import history_of, proof_of
from postroom.sync.comparing import compare, compare_as_asked
from servers.dovecot import Dovecot, dovecot
from sync.real_mailbox import connected, numbers_of, sync

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        running.add(ALICE, "INBOX", [message(f"n{n}", to=ALICE) for n in range(6)])
        running.add(ALICE, "Sales", [message(f"s{n}", to=ALICE) for n in range(4)])
        yield running


def test_what_is_lost_here_is_missed_by_its_uid_told_and_fetched_again(
    server: Dovecot, caplog: pytest.LogCaptureFixture
) -> None:
    account = connected(server)
    sync(account)
    identities = set(Email.objects.values_list("identity", flat=True))
    lost = Email.objects.filter(subject__in=("n2", "n4"))
    uids = sorted(ServerCopy.objects.filter(email__in=lost).values_list("uid", flat=True))
    lost.delete()

    with caplog.at_level(logging.WARNING, "postroom.sync.passing"):
        compared = asyncio.run(compare(account, timezone.now))
    healed = {folder.proof.folder.name: folder.healed for folder in compared}
    assert (healed["INBOX"], healed["Sales"]) == (2, 0)
    assert sum(folder.proof.missing for folder in compared) == 0
    assert set(Email.objects.values_list("identity", flat=True)) == identities
    assert numbers_of("INBOX", account) == (6, 6, 0, 0)
    assert "2 were missing" in caplog.text
    inbox = [entry for entry in history_of(account, 99) if entry.folder.name == "INBOX"]
    assert [entry.missing_uids for entry in inbox] == [[], uids, []]


def test_new_mail_is_no_gap(server: Dovecot) -> None:
    account = connected(server)
    sync(account)
    server.add(ALICE, "INBOX", [message("new", to=ALICE)])
    compared = asyncio.run(compare(account, timezone.now))
    assert sum(folder.healed for folder in compared) == 0
    assert numbers_of("INBOX", account) == (7, 7, 0, 0)
    assert not ProofEntry.objects.exclude(missing=0).exists()


def test_comparing_what_did_not_change_writes_no_proof(server: Dovecot) -> None:
    account = connected(server)
    sync(account)
    before = list(ProofEntry.objects.values())
    for _ in range(2):
        asyncio.run(compare(account, timezone.now))
    assert list(ProofEntry.objects.values()) == before
    assert len(before) == len(proof_of(account))


def test_a_folder_that_cannot_be_opened_is_not_proved(server: Dovecot) -> None:
    account = connected(server)
    sync(account)
    places = sorted(path.parent for path in Path(server.maildir(ALICE)).rglob("cur"))
    sales = next(path for path in places if "Sales" in path.name)
    closed = sales.rename(sales.with_name("closed"))
    sales.symlink_to("/nowhere")
    sync(account)
    [proof] = [proof for proof in proof_of(account) if not proof.is_whole]
    assert (proof.folder.name, proof.recorded, "Sales" in proof.refusal) == ("Sales", 4, True)
    sales.unlink()
    closed.rename(sales)
    sync(account)
    assert numbers_of("Sales", account) == (4, 4, 0, 0)
    assert all(proof.is_whole for proof in proof_of(account))


def test_a_comparison_that_was_asked_for_tells_its_outcome(server: Dovecot) -> None:
    account = connected(server)
    sync(account)
    asked = ask_for_comparison(account, timezone.now())
    assert ask_for_comparison(account, timezone.now()) == asked
    Email.objects.filter(subject="s1").delete()
    asyncio.run(compare_as_asked(account, timezone.now))
    asked = Comparison.objects.get()
    assert (asked.server, asked.missing, asked.healed, asked.trouble) == (10, 0, 1, "")
    asyncio.run(compare_as_asked(account, timezone.now))
    assert find_comparison(account) == asked

    pause(account)
    ask_for_comparison(account, timezone.now())
    asyncio.run(compare_as_asked(account, timezone.now))
    latest = find_comparison(account)
    assert latest is not None
    assert "Resume it first" in latest.trouble

    resume(account)
    server.kill()
    ask_for_comparison(account, timezone.now())
    asyncio.run(compare_as_asked(account, timezone.now))
    latest = find_comparison(account)
    assert latest is not None
    assert "127.0.0.1" in latest.trouble
    assert latest.finished_at is not None
