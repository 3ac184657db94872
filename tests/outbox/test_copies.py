"""Store sent messages on the server: by the owner's choice, once, whoever put the copy there."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

import pytest

from cast import NOON, folder_of, message
from outbox.conftest import SECRET
from postroom.accounts.models import Direction, EmailAccount, KeepSent
from postroom.accounts.seals import keep_secret
from postroom.mime import parse_headers
from postroom.net.errors import NetError, SignInRefused
from postroom.outbox import copies
from postroom.outbox.copies import Kept, keep_copy
from postroom.outbox.models import OutgoingEmail
from servers.dovecot import Dovecot, dovecot

ALICE = "alice@example.com"
RAW = message("Offer", message_id="<offer@mail.example>", from_=ALICE, to="lena@x.example")


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        running.add(ALICE, "Sent", [message("Another")])
        yield running


@pytest.fixture
def mailbox(account: EmailAccount, server: Dovecot) -> EmailAccount:
    """Alice's mailbox on the server, whose Sent folder is known."""
    account.imap_port, account.imap_security = server.port, "none"
    account.save()
    keep_secret(account, Direction.INCOMING, SECRET)
    folder_of(account, "Sent")
    return account


def sent(server: Dovecot) -> list[str]:
    """The Message-IDs in the Sent folder, with their flags."""
    place = server.maildir(ALICE) / ".Sent"
    files = [*(place / "cur").iterdir(), *(place / "new").iterdir()]
    found = [(parse_headers(file.read_bytes()).message_id, file.name) for file in files]
    return [name for message_id, name in found if message_id == "offer@mail.example"]


CASES = {
    "auto, nothing known": (KeepSent.AUTO, "", False, Kept.ADDED, 1),
    "auto, and it is there": (KeepSent.AUTO, "", True, Kept.FOUND, 1),
    "auto, the service keeps one": (KeepSent.AUTO, "gmail", False, Kept.BY_THE_SERVICE, 0),
    "auto, the service keeps none": (KeepSent.AUTO, "fastmail", False, Kept.ADDED, 1),
    "always": (KeepSent.ALWAYS, "gmail", False, Kept.ADDED, 1),
    "always, and it is there": (KeepSent.ALWAYS, "gmail", True, Kept.FOUND, 1),
    "never": (KeepSent.NEVER, "", False, Kept.NOT_WANTED, 0),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_copy_is_kept_as_chosen(
    case: tuple[KeepSent, str, bool, Kept, int], mailbox: EmailAccount, server: Dovecot
) -> None:
    choice, provider, is_there, kept, number = case
    mailbox.keep_sent, mailbox.provider = choice, provider
    if is_there:
        server.add(ALICE, "Sent", [RAW])
    assert keep_copy(mailbox, RAW, NOON) == kept
    assert len(sent(server)) == number


def test_twice_is_once_and_it_is_read(mailbox: EmailAccount, server: Dovecot) -> None:
    assert keep_copy(mailbox, RAW, NOON) == Kept.ADDED
    assert keep_copy(mailbox, RAW, NOON) == Kept.FOUND
    [name] = sent(server)
    assert name.endswith("S")


def test_where_there_is_no_sent_folder_it_is_said(mailbox: EmailAccount, server: Dovecot) -> None:
    folder = folder_of(mailbox, "Sent")
    folder.name = "Sent Items"
    folder.save()
    assert keep_copy(mailbox, RAW, NOON) == Kept.NO_FOLDER
    folder.delete()
    assert keep_copy(mailbox, RAW, NOON) == Kept.NO_FOLDER
    mailbox.protocol = "pop"
    assert keep_copy(mailbox, RAW, NOON) == Kept.POP


def test_a_refused_sign_in_is_a_failure_and_no_copy(mailbox: EmailAccount, server: Dovecot) -> None:
    keep_secret(mailbox, Direction.INCOMING, "canary-wrong")
    with pytest.raises(SignInRefused) as refusal:
        keep_copy(mailbox, RAW, NOON)
    assert isinstance(refusal.value, NetError)
    assert "canary" not in str(refusal.value)
    assert sent(server) == []


class Searchless:
    """A server that refuses to search by header, with these messages in its Sent folder.

    They are there when it is looked into for the `nth` time.
    """

    def __init__(self, message_ids: Sequence[bytes], nth: int = 1) -> None:
        self.stored = list(enumerate(message_ids, 1))
        self.nth, self.looks = nth, 0
        self.appended: list[bytes] = []

    @property
    def message_ids(self) -> list[tuple[int, bytes]]:
        """What is there by now."""
        return self.stored if self.looks >= self.nth else []

    def answers(self, words: bytes) -> list[bytes]:
        """What is said to a command before its end."""
        count = len(self.message_ids)
        table = {
            b"CAPABILITY": [b"CAPABILITY IMAP4rev1"],
            b"EXAMINE": [b"FLAGS ()", b"%d EXISTS" % count, b"OK [UIDVALIDITY 1] x"],
            b"UID SEARCH": [b"SEARCH " + b" ".join(b"%d" % n for n, _ in self.message_ids)],
            b"UID FETCH": [self.fetched(n, one) for n, one in self.message_ids],
        }
        return next((said for word, said in table.items() if words.startswith(word)), [])

    def fetched(self, number: int, message_id: bytes) -> bytes:
        """A message's id in a FETCH response."""
        head = b"Message-ID: <%s>\r\n\r\n" % message_id
        field = b"BODY[HEADER.FIELDS (MESSAGE-ID)] {%d}\r\n%s" % (len(head), head)
        return b"%d FETCH (UID %d FLAGS () %s)" % (number, number, field)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        writer.write(b"* OK ready\r\n")
        while line := await reader.readline():
            tag, _, words = line.rstrip().partition(b" ")
            if words.startswith(b"APPEND"):
                writer.write(b"+ go on\r\n")
                size = int(words.rpartition(b"{")[2].strip(b"}+"))
                self.appended.append(await reader.readexactly(size + 2))
            self.looks += words.startswith(b"EXAMINE")
            is_refused = words.startswith(b"UID SEARCH") and b"HEADER" in words
            said = [] if is_refused else self.answers(words)
            writer.write(b"".join(b"* " + one + b"\r\n" for one in said))
            writer.write(tag + (b" NO not here\r\n" if is_refused else b" OK done\r\n"))


@contextmanager
def serving(server: Searchless) -> Iterator[int]:
    """Run it in a thread of its own; yields its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    starting = asyncio.start_server(server.serve, "127.0.0.1", 0)
    listener = asyncio.run_coroutine_threadsafe(starting, loop).result(10)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(listener.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


@pytest.mark.parametrize(
    ("there", "kept"),
    [((b"other@x", b"offer@mail.example"), Kept.FOUND), ((b"other@x",), Kept.ADDED)],
)
def test_a_server_that_does_not_search_is_asked_for_the_newest(
    there: tuple[bytes, ...], kept: Kept, mailbox: EmailAccount
) -> None:
    server = Searchless(there)
    with serving(server) as port:
        mailbox.imap_port = port
        assert keep_copy(mailbox, RAW, NOON) == kept
    assert len(server.appended) == (kept == Kept.ADDED)


@pytest.mark.parametrize(("nth", "kept"), [(2, Kept.FOUND), (3, Kept.FOUND), (4, Kept.ADDED)])
def test_a_server_that_stores_it_a_moment_later_is_waited_for(
    nth: int, kept: Kept, mailbox: EmailAccount, quick: None
) -> None:
    server = Searchless((b"offer@mail.example",), nth)
    with serving(server) as port:
        mailbox.imap_port = port
        assert keep_copy(mailbox, RAW, NOON) == kept
    assert server.looks == min(nth, 3)
    assert len(server.appended) == (kept == Kept.ADDED)


@pytest.mark.parametrize(
    ("notes", "looks"),
    [
        ([Kept.ADDED], 2),
        ([Kept.FOUND, Kept.ADDED], 2),
        ([Kept.ADDED, Kept.BY_THE_SERVICE], 2),
        ([Kept.ADDED, Kept.FOUND], 3),
        ([Kept.ADDED, Kept.TWICE], 3),
    ],
)
def test_where_the_last_copy_had_to_be_added_nobody_waits_for_the_next(
    notes: list[Kept], looks: int, mailbox: EmailAccount, quick: None
) -> None:
    remember(mailbox, *notes)
    server = Searchless((b"other@x",))
    with serving(server) as port:
        mailbox.imap_port = port
        assert keep_copy(mailbox, RAW, NOON) == Kept.ADDED
    assert (server.looks, len(server.appended)) == (looks, 1)


def test_a_server_that_took_to_storing_it_is_noticed_and_waited_for_from_then_on(
    mailbox: EmailAccount, quick: None
) -> None:
    remember(mailbox, Kept.ADDED)
    server = Searchless((b"offer@mail.example", b"offer@mail.example"), nth=2)
    with serving(server) as port:
        mailbox.imap_port = port
        assert keep_copy(mailbox, RAW, NOON) == Kept.TWICE
        remember(mailbox, Kept.TWICE)
        server.looks = 0
        assert keep_copy(mailbox, RAW, NOON) == Kept.FOUND
    assert len(server.appended) == 1


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that need not be waited for as long."""
    monkeypatch.setattr(copies, "UNKNOWN", copies.Patience((0.0, 0.01, 0.01)))
    monkeypatch.setattr(copies, "ADDED_BEFORE", copies.Patience(afterwards=0.01))


def remember(account: EmailAccount, *notes: Kept) -> None:
    """What became of the copies of emails that were sent before, oldest first."""
    for note in notes:
        sent = {"author": account.owner, "account": account, "copy_note": note.value}
        OutgoingEmail.objects.create(key=uuid4(), changed_at=NOON, **sent)
