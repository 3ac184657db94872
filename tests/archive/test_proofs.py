"""A proof compares UIDs and not counts, and is written when it changes."""

from datetime import timedelta

import pytest

from cast import NOON, account_of, folder_of, user
from postroom.accounts.models import EmailAccount
from postroom.archive import proofs
from postroom.archive.models import ProofEntry
from postroom.archive.proofs import Listing, gaps_since, history_of, proof_of, prove
from postroom.archive.quarantine import quarantine

pytestmark = pytest.mark.django_db

# Server, recorded, set aside → what the proof says: server, recorded, set aside, missing UIDs.
CASES = {
    "nothing": ([], [], [], (0, 0, 0, [])),
    "all recorded": ([1, 2], [1, 2], [], (2, 2, 0, [])),
    "one set aside": ([1, 2], [1], [2], (2, 1, 1, [])),
    "one missing": ([1, 2, 3], [1, 3], [], (3, 2, 0, [2])),
    "one missing, one too many: the counts agree": ([1, 2], [1, 9], [], (2, 1, 0, [2])),
    "recorded and set aside": ([1], [1], [1], (1, 1, 0, [])),
    "set aside and gone from the server": ([1], [1], [7], (1, 1, 0, [])),
}


@pytest.fixture
def account() -> EmailAccount:
    return account_of(user("Alice"))


@pytest.mark.parametrize("name", CASES)
def test_every_uid_of_the_server_is_recorded_set_aside_or_missing(
    name: str, account: EmailAccount
) -> None:
    server, recorded, aside, expected = CASES[name]
    for uid in aside:
        quarantine(folder_of(account), uid, "It broke the parser.", NOON, None)
    assert prove(folder_of(account), Listing(server), recorded, NOON) == len(expected[3])
    [proof] = proof_of(account)
    said = (proof.server, proof.recorded, proof.quarantined, list(proof.missing_uids))
    assert said == expected
    assert proof.server == proof.recorded + proof.quarantined + proof.missing


def test_what_the_ledger_cannot_tell_apart_is_missing(account: EmailAccount) -> None:
    assert prove(folder_of(account), Listing([1, 2], nameless=1), [1, 2], NOON) == 1
    assert proof_of(account)[0].server == 3


def test_only_a_change_is_written(account: EmailAccount) -> None:
    inbox = folder_of(account)
    assert proof_of(account)[0].since is None
    for minute, server in enumerate([[1], [1], [1, 2], [1, 2], [1]]):
        prove(inbox, Listing(server), [1], NOON + timedelta(minutes=minute))
    minutes = [(entry.proved_at - NOON).seconds // 60 for entry in history_of(account, 10)]
    assert minutes == [4, 2, 0]
    assert proof_of(account)[0].since == NOON + timedelta(minutes=4)


def test_the_history_is_bounded_and_remembers_every_day(
    account: EmailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proofs, "KEPT_CHANGES", 3)
    inbox = folder_of(account)
    for hour in range(0, 24 * 10, 6):
        prove(inbox, Listing(range(1, hour + 2)), [], NOON + timedelta(hours=hour))
    entries = list(ProofEntry.objects.order_by("pk"))
    assert len(entries) == 3 + 9
    assert len({entry.proved_at.date() for entry in entries[:-3]}) == 9
    prove(inbox, Listing([]), [], NOON + timedelta(days=1_000))
    assert ProofEntry.objects.count() == 3


def test_a_gap_is_counted_once_however_long_it_lasted(account: EmailAccount) -> None:
    inbox = folder_of(account)
    prove(inbox, Listing([1, 2, 3]), [1], NOON)
    prove(inbox, Listing([1, 2, 3]), [1, 2], NOON)
    prove(inbox, Listing([1, 2, 3]), [1, 2, 3], NOON)
    assert gaps_since(account, NOON) == {inbox.pk: 2}
    assert gaps_since(account, NOON + timedelta(seconds=1)) == {}
