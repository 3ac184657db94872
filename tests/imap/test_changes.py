"""Changes: how a message goes on the wire, where it came to lie, and which were left alone."""

import pytest

from imap.feeding import connected, hear, say
from postroom.imap.commands.append import Append, AppendUid
from postroom.imap.commands.relocate import CopyUid, UidCopy, UidMove
from postroom.imap.commands.session import Noop
from postroom.imap.commands.store import UidStore
from postroom.imap.errors import IllegalCommand
from postroom.imap.states import State
from postroom.imap.uid_set import UidSet

SEEN = frozenset({"\\Seen"})
ASKED = UidSet.parse("304,319:320")
COPY_UIDS: list[tuple[bytes, CopyUid | None]] = [
    (b"38505 304,319:320 3956:3958", CopyUid(38505, {304: 3956, 319: 3957, 320: 3958})),
    # In the order of copying, which need not be that of numbers; a range always runs upwards.
    (b"1 320:319,304 8,5:6", CopyUid(1, {319: 8, 320: 5, 304: 6})),
    (b"1 304 9", CopyUid(1, {304: 9})),
    (b"1 304 9:10", None),
    (b"1 304,319 9", None),
    (b"1 305 9", None),
    (b"1 1:4294967295 1:4294967295", None),
    (b"1 304", None),
    (b"1 304 9 9", None),
    (b"x 304 9", None),
    (b"1 * 9", None),
    (b"1 304 x", None),
    (b"", None),
]


@pytest.mark.parametrize(("argument", "expected"), COPY_UIDS)
def test_copyuid_pairs_old_with_new(argument: bytes, expected: CopyUid | None) -> None:
    copy, move = UidCopy(ASKED, "x"), UidMove(ASKED, "x")
    connection = connected("MOVE UIDPLUS")
    say(connection, copy)
    hear(connection, b"A1 OK [COPYUID " + argument + b"] done\r\n")
    assert copy.copied == expected
    say(connection, move)
    hear(connection, b"* OK [COPYUID " + argument + b"] .\r\n* 1 EXPUNGE\r\nA2 OK done\r\n")
    assert move.copied == expected


def test_a_server_that_tells_nothing_is_no_error() -> None:
    copy = UidCopy(ASKED, "x")
    connection = connected()
    say(connection, copy)
    hear(connection, b"* OK [ALERT] .\r\nA1 OK done\r\n")
    assert copy.copied is None


@pytest.mark.parametrize(
    ("ending", "left_alone"),
    [
        (b"OK done", ""),
        (b"OK [MODIFIED 304,320] conditional STORE failed", "304,320"),
        (b"NO [MODIFIED 319] some are gone", "319"),
        (b"OK [MODIFIED 1,319] numbers nobody asked about", "319"),
        (b"OK [MODIFIED nonsense] which?", "304,319:320"),
        (b"OK [MODIFIED] which?", "304,319:320"),
    ],
)
def test_what_changed_meanwhile_is_named(ending: bytes, left_alone: str) -> None:
    store = UidStore(ASKED, "+", SEEN, unchanged_since=12)
    connection = connected("CONDSTORE")
    say(connection, store)
    hear(connection, b"* 1 FETCH (UID 304 MODSEQ (13))\r\n* 2 FETCH (UID 5 MODSEQ (99))\r\n")
    hear(connection, b"A1 " + ending + b"\r\n")
    assert str(store.left_alone) == left_alone
    assert store.modseq == 13


UMLAUTS = "Subject: Grüße\r\n\r\nx".encode()


@pytest.mark.parametrize(
    ("message", "utf8", "offered", "octets"),
    [
        (UMLAUTS, True, "LITERAL+", b'APPEND "x" UTF8 (~{21+}\r\n' + UMLAUTS + b")"),
        (UMLAUTS, False, "LITERAL+", b'APPEND "x" {21+}\r\n' + UMLAUTS),
        ("A: b\r\n\r\nä".encode(), True, "LITERAL+", b'APPEND "x" {10+}\r\nA: b\r\n\r\n\xc3\xa4'),
        (b"A: b\r\n\r\n\0", False, "LITERAL+ BINARY", b'APPEND "x" ~{9+}\r\nA: b\r\n\r\n\0'),
        (b"A: b\r\n\r\n\0", False, "BINARY", b'APPEND "x" ~{9}'),
    ],
)
def test_a_message_is_appended_as_what_it_is(
    message: bytes, utf8: bool, offered: str, octets: bytes
) -> None:
    connection = connected(offered, State.AUTHENTICATED)
    connection.names.utf8 = utf8
    assert say(connection, Append("x", message, frozenset(), None)) == b"A1 " + octets + b"\r\n"


def test_no_literal_but_a_binary_one_holds_nul() -> None:
    with pytest.raises(IllegalCommand):
        connected("LITERAL+").send(Append("x", b"\0", frozenset(), None))


def test_a_literal_waits_for_its_invitation_and_holds_the_queue() -> None:
    connection = connected("IMAP4rev1")
    append = Append("Sent", b"12345", frozenset(), None)
    assert say(connection, append) == b'A1 APPEND "Sent" {5}\r\n'
    assert say(connection, Noop()) == b""
    hear(connection, b"+ go\r\n")
    assert connection.data_to_send() == b"12345\r\nA2 NOOP\r\n"
    hear(connection, b"A1 OK [APPENDUID 38505 3955] done\r\n")
    assert append.appended == AppendUid(38505, 3955)


def test_a_refused_literal_is_not_sent() -> None:
    connection = connected("IMAP4rev1")
    append = Append("Sent", b"12345", frozenset(), None)
    say(connection, append)
    say(connection, Noop())
    hear(connection, b"A1 NO [TRYCREATE] no such mailbox\r\n")
    assert connection.data_to_send() == b"A2 NOOP\r\n"
    assert append.appended is None


@pytest.mark.parametrize(
    ("offered", "size", "marker"),
    [("LITERAL+", 5000, b"{5000+}"), ("LITERAL-", 4096, b"{4096+}"), ("LITERAL-", 4097, b"{4097}"),
     ("IMAP4rev2", 100, b"{100+}"), ("", 5, b"{5}")],
)  # fmt: skip
def test_literals_follow_rfc_7888(offered: str, size: int, marker: bytes) -> None:
    assert marker in say(connected(offered), Append("x", b"x" * size, frozenset(), None))
