"""A person who becomes known later: their older mail is searched on the server and brought in."""

import asyncio
from collections.abc import Iterator

import pytest
from django.utils import timezone

from cast import message, person, user
from journeys.installation import ALICE, SECRET
from postroom.accounts.models import EmailAccount, Security
from postroom.archive.models import BodyState, Email, Folder, Inquiry, ServerCopy
from postroom.archive.older import choose_window
from postroom.archive.proofs import proof_of
from postroom.crm.people import set_addresses
from postroom.imap.commands.search import UidSearchPeople
from postroom.setup import AccountRequest, ServerAddress, connect_account
from postroom.sync import asking
from postroom.sync.connecting import signed_in
from postroom.sync.inquiring import asked_for_now, is_looked_for
from postroom.sync.once import pass_over
from postroom.sync.progress import Progress, new_run
from postroom.sync.visit import Visit
from servers.dovecot import Dovecot, dovecot
from sync.real_mailbox import connected, sync
from sync.state_hash import row_versions

pytestmark = pytest.mark.usefixtures("transactional_db")

LONG_AGO = 1_500_000_000  # July 2017
ANNA, HANNA, OTTO = "anna@x.example", "hanna@x.example", "otto@x.example"
PLAIN = "IMAP4rev1 LITERAL+"


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAUSE_SECONDS", 0.0)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}, capability=getattr(request, "param", "")) as running:
        letters = [
            message("from", from_=f"Anna <{ANNA.upper()}>", to=ALICE),
            message("not hers", from_=HANNA, to=ALICE),
            message("copied", from_=OTTO, to=ALICE, cc=f"{HANNA}, {ANNA}"),
            message("replies", from_="list@x.example", to=ALICE, reply_to=ANNA),
        ]
        running.add(ALICE, "INBOX", letters, received=LONG_AGO)
        running.add(ALICE, "INBOX", [message("new", from_=OTTO, to=ALICE)])
        sent = [message("to", from_=ALICE, to=ANNA), message("blind", from_=ALICE, bcc=ANNA)]
        running.add(ALICE, "Sent", sent, received=LONG_AGO)
        yield running


HERS = {"from", "copied", "replies", "to", "blind"}


def called(account: EmailAccount) -> None:
    """The pass of a keeper whose bell was rung: people's addresses changed."""

    async def one() -> None:
        async with signed_in(account, timezone.now) as client:
            progress = Progress(new_run(account, timezone.now()))
            visit = Visit(account, client, timezone.now, progress, is_thorough=False)
            visit.is_called = True
            await pass_over(visit)

    account.refresh_from_db()
    asyncio.run(one())


def subjects() -> set[str]:
    return set(Email.objects.values_list("subject", flat=True))


def is_proved(account: EmailAccount) -> bool:
    return all(proof.is_whole for proof in proof_of(account))


@pytest.mark.parametrize("server", ["", PLAIN], ids=["QRESYNC", "plain"], indirect=True)
@pytest.mark.parametrize("many", [False, True], ids=["searched", "read"])
def test_older_mail_comes_when_its_person_does(
    server: Dovecot, many: bool, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    if many:
        monkeypatch.setattr(asking, "MOST_SEARCHED", 0)
    account = connected(server)
    choose_window(account, "2020-01-01")
    sync(account)
    assert subjects() == {"new"}

    anna = person("Anna", ANNA)
    assert is_looked_for(anna, account.owner)
    assert asked_for_now(account) == 1
    called(account)
    assert subjects() == HERS | {"new"}
    assert not Email.objects.filter(subject__in=HERS).exclude(body_state=BodyState.STORED).exists()
    assert not is_looked_for(anna, account.owner)
    called(account)
    counts = {p.folder.name: (p.server, p.recorded, p.older) for p in proof_of(account)}
    assert (counts["INBOX"], counts["Sent"]) == ((5, 4, 1), (2, 2, 0))
    assert is_proved(account)

    sync(account)
    before = row_versions(database_url)
    called(account)
    sync(account)
    assert row_versions(database_url) == before
    assert asked_for_now(account) == 0


def test_who_is_known_at_first_is_looked_for_in_the_first_sync(server: Dovecot) -> None:
    person("Anna", ANNA)
    account = connected(server)
    choose_window(account, "2020-01-01")
    assert sync(account).messages == 6
    assert subjects() == HERS | {"new"}


def test_a_second_address_and_one_that_came_back_are_looked_for(server: Dovecot) -> None:
    lead = person("Hanna", HANNA)
    account = connected(server)
    choose_window(account, "2020-01-01")
    sync(account)
    assert subjects() == {"new", "not hers", "copied"}
    set_addresses(lead, [HANNA, ANNA])
    called(account)
    assert subjects() > HERS
    set_addresses(lead, [HANNA])
    called(account)
    assert set(Inquiry.objects.values_list("canonical", flat=True)) == {HANNA}
    set_addresses(lead, [HANNA, ANNA])
    assert asked_for_now(account) == 1


def test_strict_mode_finds_what_it_kept_nothing_of(server: Dovecot) -> None:
    person("Otto", OTTO)
    account = connected(server, storage="strict")
    sync(account)
    assert subjects() == {"copied", "new"}
    assert ServerCopy.objects.filter(email__isnull=True).count() == 5
    assert set(Inquiry.objects.values_list("canonical", flat=True)) == {OTTO}
    person("Anna", ANNA)
    called(account)
    assert subjects() == HERS | {"new"}
    assert ServerCopy.objects.filter(email__isnull=True).count() == 1
    assert is_proved(account)


def test_strict_mode_over_pop_reads_the_headers_once_more(server: Dovecot) -> None:
    where = ServerAddress(server.host, server.pop3_port, Security.NONE)
    account = connect_account(
        AccountRequest(
            owner=user("Alice"), address=ALICE, pop=where, password=SECRET, storage="strict"
        )
    )
    person("Otto", OTTO)
    sync(account)
    assert subjects() == {"copied", "new"}
    person("Anna", ANNA)
    assert sync(account).messages == 3
    assert subjects() == {"copied", "new", "from", "replies"}
    assert sync(account).messages == 0


def test_what_is_left_out_later_is_searched_for_everybody(server: Dovecot) -> None:
    person("Anna", ANNA)
    account = connected(server)
    choose_window(account, "2020-01-01")
    sync(account)
    server.add(ALICE, "Old", [message("found", from_=ANNA, to=ALICE)] * 1, received=LONG_AGO)
    server.add(ALICE, "Old", [message("stays", from_=HANNA, to=ALICE)], received=LONG_AGO)
    sync(account)
    assert "found" in subjects()
    assert "stays" not in subjects()
    assert not Folder.objects.filter(is_searched=False).exists()


def test_a_server_that_does_not_search_is_read(
    server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = connected(server)
    choose_window(account, "2020-01-01")
    sync(account)
    person("Anna", ANNA)

    def refused(self: UidSearchPeople, wire: object) -> list[bytes]:
        return [b"UID SEARCH NO-SUCH-KEY"]

    monkeypatch.setattr(UidSearchPeople, "compose", refused)
    called(account)
    assert subjects() == HERS | {"new"}


def test_the_lines_of_a_search_are_short(server: Dovecot) -> None:
    addresses = [f"{n:03}{'x' * 200}@{'y' * 40}.example" for n in range(60)]
    held = [list(batch) for batch in asking.batches(addresses)]
    assert [one for batch in held for one in batch] == addresses
    assert 1 < max(map(len, held)) < 7
    assert not asking.is_searchable("jörg@x.example")
    assert not asking.is_searchable('"a b"@x.example')
    assert not asking.is_searchable("a@xn--strae-oqa.example")
