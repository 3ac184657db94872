"""What was set aside comes back: from its bytes at once, else from the server."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cast import NOON, account_of, arrival, folder_of, message, person, user
from journeys.installation import ALICE, SECRET
from postroom.accounts.models import EmailAccount
from postroom.archive.models import BodyState, Email, Quarantine, ServerCopy
from postroom.archive.proofs import Listing, prove
from postroom.archive.quarantine import (
    entries_of,
    find_entry_for,
    find_raw_of,
    ignore,
    needing_a_person,
    quarantine,
    set_aside_in,
)
from postroom.archive.record import record
from postroom.confinement import process
from postroom.sync.bodies import NOT_ANNOUNCED
from postroom.sync.parsing import TOO_MUCH, LimitedParser
from postroom.sync.retrying import OF_ANOTHER, retry
from servers.dovecot import Dovecot, dovecot
from sync.real_mailbox import connected, numbers_of, sync

CRASHING = (sys.executable, str(Path(__file__).with_name("crashing_parser.py")))


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        yield running


@pytest.fixture
def parser() -> Iterator[LimitedParser]:
    made = LimitedParser()
    yield made
    made.close()


@pytest.mark.parametrize("storage", ["matched", "everything", "strict"])
@pytest.mark.usefixtures("transactional_db")
def test_mail_that_no_parser_could_read_is_read_when_one_can(
    server: Dovecot,
    parser: LimitedParser,
    storage: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person("Lena Lead", "lead@x.example")
    letters = [message(f"n{n}", from_="lead@x.example", to=ALICE) for n in range(3)]
    server.add(ALICE, "INBOX", letters, flags="SF")
    account = connected(server, storage=storage)
    with monkeypatch.context() as a_bad_day:
        a_bad_day.setattr(process, "PROGRAM", CRASHING)
        sync(account)
        entries = list(entries_of(account))
        came_whole = storage == "everything"
        assert [find_raw_of(one) for one in entries] == (letters if came_whole else [None] * 3)
        assert not (came_whole and retry(entries[0], parser, NOON))
    parser.close()
    assert needing_a_person(account) == 3
    assert not Email.objects.filter(body_state=BodyState.STORED).exists()

    assert all(retry(entry, parser, NOON) for entry in entries)
    assert needing_a_person(account) == 0
    sync(account)
    assert Email.objects.filter(body_state=BodyState.STORED, snippet="Hi.").count() == 3
    before = list(Email.objects.order_by("subject").values_list("identity", "received_at"))
    sync(account)
    assert list(Email.objects.order_by("subject").values_list("identity", "received_at")) == before
    assert Email.objects.filter(is_read=True, is_flagged=True).count() == 3
    assert numbers_of("INBOX", account) == (3, 3, 0, 0)


@pytest.mark.usefixtures("transactional_db")
def test_mail_that_never_came_is_fetched_again(server: Dovecot, parser: LimitedParser) -> None:
    server.add(ALICE, "INBOX", [message("n", from_="a@x.example")])
    account = connected(server)
    sync(account)
    place = ServerCopy.objects.get()
    Email.objects.all().delete()
    quarantine(place.folder, place.uid, "The server lists it but does not give it.", NOON, None)
    assert sync(account).messages == 0
    assert needing_a_person(account) == 1
    assert retry(entries_of(account).get(), parser, NOON)
    assert sync(account).messages == 1
    assert Email.objects.get().subject == "n"
    assert numbers_of("INBOX", account) == (1, 1, 0, 0)


@pytest.fixture
def account(db: None) -> EmailAccount:
    return account_of(user("Alice"))


def test_what_fails_again_stays_with_its_new_reason(
    account: EmailAccount, parser: LimitedParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarantine(folder_of(account), 7, "An old reason.", NOON, message("broken"))
    ignore(entries_of(account), NOON)
    monkeypatch.setattr(process, "PROGRAM", CRASHING)
    assert not retry(entries_of(account).get(), parser, NOON)
    [entry] = set_aside_in(account)
    assert (entry.reason, entry.is_ignored, entry.has_bytes) == (TOO_MUCH, False, True)


def test_what_is_ignored_stays_in_the_proof_and_needs_nobody(account: EmailAccount) -> None:
    inbox = folder_of(account)
    quarantine(inbox, 7, "It broke the parser.", NOON, None)
    assert needing_a_person(account) == 1
    ignore(entries_of(account), NOON)
    assert needing_a_person(account) == 0
    assert prove(inbox, Listing([7]), [], NOON) == 0
    assert numbers_of("INBOX", account) == (1, 0, 1, 0)


def test_only_the_owner_of_the_mailbox_gets_the_bytes(account: EmailAccount) -> None:
    raw = message("secret")
    quarantine(folder_of(account), 7, "It broke the parser.", NOON, raw)
    entry = Quarantine.objects.get()
    found = find_entry_for(account.owner, entry.pk)
    assert found is not None
    assert find_raw_of(found) == raw
    account.sharing = "public"
    account.save()
    for other in (user("Bob"), user("Charlie")):
        other.is_administrator = True
        other.save()
        assert find_entry_for(other, entry.pk) is None


def test_a_message_that_lies_in_anothers_place_says_so(
    account: EmailAccount, parser: LimitedParser
) -> None:
    inbox, strange = folder_of(account), message("strange", from_="lead@x.example")
    record(inbox, inbox.uidvalidity, [arrival(message("announced"), uid=7)])
    quarantine(inbox, 7, NOT_ANNOUNCED, NOON, strange)
    assert not retry(entries_of(account).get(), parser, NOON)
    assert [entry.reason for entry in set_aside_in(account)] == [OF_ANOTHER]
    # Once it is known, what came is its text.
    record(inbox, inbox.uidvalidity, [arrival(strange, uid=8)])
    assert retry(entries_of(account).get(), parser, NOON)
    assert Email.objects.get(subject="strange").body_state == BodyState.STORED
