"""Every response of RFC 3501 §7 and its extensions, whole, octet by octet, and with more behind."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imap.feeding import parse, parse_all
from postroom.imap.errors import ImapError, LimitExceeded, MalformedResponse
from postroom.imap.framing import Framer, Oversized
from postroom.imap.limits import Limits
from postroom.imap.parsing import parse_response
from postroom.imap.responses import (
    CapabilityList,
    Code,
    Condition,
    Continuation,
    Enabled,
    Exists,
    Expunged,
    FetchedMessage,
    FlagsDefined,
    Found,
    Listed,
    Namespace,
    Namespaces,
    Response,
    ServerId,
    Status,
    StatusOf,
    Unknown,
    Vanished,
)
from postroom.imap.uid_set import UidSet

RESPONSES: list[tuple[bytes, Response]] = [
    (b"* OK ready", Condition("OK", None, "ready")),
    (b"* ok [UIDVALIDITY 38] fine", Condition("OK", Code("UIDVALIDITY", b"38"), "fine")),
    (b"* PREAUTH hello", Condition("PREAUTH", None, "hello")),
    (b"* BYE", Condition("BYE", None, "")),
    (b"* OK literal-like text {5}", Condition("OK", None, "literal-like text {5}")),
    (b"A1 NO [X y] z", Condition("NO", Code("X", b"y"), "z", b"A1")),
    (b"A1 BAD", Condition("BAD", None, "", b"A1")),
    (b"A2 OK [READ-ONLY] done", Condition("OK", Code("READ-ONLY"), "done", b"A2")),
    (b"+ go on", Continuation(b"go on")),
    (b"+", Continuation(b"")),
    (b"* CAPABILITY IMAP4rev1 idle", CapabilityList(frozenset({"IMAP4REV1", "IDLE"}))),
    (b"* ENABLED QRESYNC", Enabled(frozenset({"QRESYNC"}))),
    (b"* 23 EXISTS", Exists(23)),
    (b"* 4 EXPUNGE", Expunged(4)),
    (b"* 3 RECENT", Unknown(b"RECENT")),
    (b"* XYZZY (a {3}\r\nb c)", Unknown(b"XYZZY")),
    (b"* FLAGS (\\Seen Work)", FlagsDefined(frozenset({"\\Seen", "Work"}))),
    (b'* LIST (\\Noselect) "/" ""', Listed(b"", "/", frozenset({"\\Noselect"}))),
    (b"* LIST () NIL INBOX", Listed(b"INBOX", None, frozenset())),
    (b'* LIST () "\\\\" "a\\"b"', Listed(b'a"b', "\\", frozenset())),
    (b'* LIST () "." {5}\r\na b"c', Listed(b'a b"c', ".", frozenset())),
    (b'* LIST (\\Sent) "/" x ("OLDNAME" ("y"))', Listed(b"x", "/", frozenset({"\\Sent"}))),
    (b"* STATUS x (MESSAGES 2 UIDNEXT 4 FOO (1 (2)))", StatusOf(b"x", Status(2, 4))),
    (
        b'* STATUS "a b" (HIGHESTMODSEQ 9 SIZE 7 MAILBOXID (F2))',
        StatusOf(b"a b", Status(highestmodseq=9, size=7)),
    ),
    (b"* SEARCH", Found(UidSet())),
    (b"* SEARCH 2 3 6", Found(UidSet([2, 3, 6]))),
    (b"* SEARCH 2 5 (MODSEQ 917162500)", Found(UidSet([2, 5]))),
    (b'* ESEARCH (TAG "A5") UID ALL 1:3,7', Found(UidSet([1, 2, 3, 7]), b"A5")),
    (b'* ESEARCH (TAG "A5") UID', Found(UidSet(), b"A5")),
    (b"* ESEARCH UID COUNT 5 ALL 4:18", Found(UidSet(range(4, 19)))),
    (b"* VANISHED (EARLIER) 41,43:45", Vanished(UidSet([41, 43, 44, 45]), True)),
    (b"* VANISHED 405", Vanished(UidSet([405]))),
    (b"* ID NIL", ServerId({})),
    (b'* ID ("Name" "Dovecot" "x" NIL)', ServerId({"name": "Dovecot", "x": ""})),
    (
        b'* NAMESPACE (("" "/")) NIL (("#shared." "." "X" ("y")))',
        Namespaces((Namespace(b"", "/"),), (), (Namespace(b"#shared.", "."),)),
    ),
    (
        b'* 12 FETCH (FLAGS (\\Seen) UID 7 INTERNALDATE "17-Jul-1996 02:44:25 -0700" '
        b"RFC822.SIZE 4286 MODSEQ (624140003))",
        FetchedMessage(
            12,
            uid=7,
            flags=frozenset({"\\Seen"}),
            internal_date=datetime(1996, 7, 17, 2, 44, 25, tzinfo=timezone(-timedelta(hours=7))),
            size=4286,
            modseq=624140003,
        ),
    ),
    (b"* 1 FETCH (UID 1 BODY[] {3}\r\na\r\n)", FetchedMessage(1, uid=1, body=b"a\r\n")),
    (b'* 1 FETCH (UID 1 BODY[] "quoted")', FetchedMessage(1, uid=1, body=b"quoted")),
    (b"* 1 FETCH (UID 1 BODY[] NIL)", FetchedMessage(1, uid=1)),
    (b"* 1 FETCH (BODY[] {0}\r\n UID 1)", FetchedMessage(1, uid=1, body=b"")),
    (b"* 1 FETCH (UID 1 BODY[]<0> {1}\r\nx)", FetchedMessage(1, uid=1, body=b"x")),
    (
        b"* 1 FETCH (UID 2 BODY[HEADER.FIELDS (Date From)] {2}\r\n\r\n)",
        FetchedMessage(1, uid=2, header=b"\r\n"),
    ),
    (
        b'* 1 FETCH (UID 2 ENVELOPE ("x" ({1}\r\n") NIL) BODYSTRUCTURE (("a" "b") "c"))',
        FetchedMessage(1, uid=2),
    ),
    (
        b'* 1 FETCH (X-GM-MSGID 12 X-GM-THRID 13 X-GM-LABELS ("\\\\Inbox" A) UID 2)',
        FetchedMessage(1, uid=2, gm_message_id=12, gm_thread_id=13,
                       gm_labels=frozenset({"\\Inbox", "A"})),
    ),
    (
        b'* 1 FETCH (EMAILID (M1) THREADID NIL PREVIEW "hi" UID 2)',
        FetchedMessage(1, uid=2, email_id="M1", preview="hi"),
    ),
    (b'* 1 FETCH (UID 2 INTERNALDATE "99-Foo-1996 02:44:25 +0000")', FetchedMessage(1, uid=2)),
]  # fmt: skip


@pytest.mark.parametrize(("line", "response"), RESPONSES, ids=[str(r[0][:40]) for r in RESPONSES])
def test_it_reads(line: bytes, response: Response) -> None:
    assert parse(line) == response


def test_utc_is_utc() -> None:
    message = parse(b'* 1 FETCH (INTERNALDATE " 1-Jan-2026 00:00:00 +0000")')
    assert isinstance(message, FetchedMessage)
    assert message.internal_date == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        b"HTTP/1.1 400 Bad Request",
        b"220 mx ESMTP",
        b"* 1 FETCH (UID",
        b"* 1 FETCH UID 1",
        b"* LIST x",
        b"* STATUS x (MESSAGES many)",
        b"* SEARCH one two",
        b"* SEARCH 99999999999",
        b"* SEARCH 0 1",
        b"* VANISHED 0",
        b"* NAMESPACE ((",
        b"*",
        b"\x16\x03\x01\x02",
    ],
)
def test_it_refuses(line: bytes) -> None:
    with pytest.raises(MalformedResponse):
        parse(line)


def test_two_responses_and_a_blank_line_between() -> None:
    assert parse_all(b"* 1 EXISTS\r\n\r\n* 2 EXISTS\n") == [Exists(1), Exists(2)]


def test_a_blank_line_after_a_literal_is_passed_over() -> None:
    """Seen: a server that ends each message's literal with a line end of its own."""
    assert parse_all(b"* 1 FETCH (UID 1 BODY[] {1}\r\nx\r\n UID 1)\r\n") == [
        FetchedMessage(1, uid=1, body=b"x")
    ]


SMALL = Limits(
    line=200, literal=20, message=30, response=40, skipped_message=100, literals=3, words=5
)


def test_a_message_that_is_too_large_costs_only_itself() -> None:
    found = parse_all(
        b"* 1 FETCH (UID 1 BODY[] {31}\r\n" + b"x" * 31 + b")\r\n"
        b"* 2 FETCH (UID 2 BODY[] {30}\r\n" + b"y" * 30 + b")\r\n",
        SMALL,
    )
    assert found == [
        FetchedMessage(1, uid=1, too_large=True),
        FetchedMessage(2, uid=2, body=b"y" * 30),
    ]


@pytest.mark.parametrize(
    ("limit", "octets"),
    [
        ("line", b"* LIST " + b"x" * 200),
        ("line", b"* OK " + b"x" * 200 + b"\r\n"),
        ("line", (b"* X {1}\r\nx" + b"y" * 70) * 3 + b"\r\n"),
        ("literal", b"* LIST () NIL {21}\r\n"),
        ("skipped_message", b"* 1 FETCH (BODY[] {101}\r\n"),
        ("skipped_message", b"* 1 FETCH (BODY[] {4294967295}\r\n"),
        ("skipped_message", b"* 1 FETCH (BODY[] {18446744073709551616}\r\n"),
        ("response", b"* 1 FETCH (" + b"BODY[] {30}\r\n" + b"x" * 30 + b" BODY[] {30}\r\n"),
        ("literals", b"* X" + b" {1}\r\nx" * 4),
        ("depth", b"* 1 FETCH (BODYSTRUCTURE " + b"(" * 60 + b"\r\n"),
        ("words", b"* CAPABILITY a b c d e f\r\n"),
    ],
)
def test_limits_are_kept(limit: str, octets: bytes) -> None:
    framer = Framer(SMALL)
    framer.feed(octets)
    with pytest.raises(LimitExceeded) as caught:
        drain(framer)
    assert caught.value.limit == limit


def drain(framer: Framer) -> None:
    while (frame := framer.next_frame()) is not None:
        parse_response(frame, SMALL)


@given(st.binary(max_size=300))
def test_no_octets_crash_it(octets: bytes) -> None:
    framer = Framer(SMALL)
    try:
        framer.feed(octets)
        drain(framer)
    except ImapError:
        pass


TOKENS = st.sampled_from(
    [b"* ", b"1 ", b"FETCH ", b"(", b")", b"UID ", b"BODY[]", b" {3}\r\n", b"abc", b"NIL ", b'"',
     b"\\", b"\r\n", b"FLAGS ", b"OK ", b"[", b"]", b"LIST ", b"STATUS ", b"A1 ", b"+ ", b"\x00",
     b"ESEARCH ", b"ALL ", b"1:5,", b"~{0}\r\n", b"ID ", b"NAMESPACE ", b"VANISHED ", b"\xff"]
)  # fmt: skip


@given(st.lists(TOKENS, max_size=40))
def test_no_sequence_of_tokens_crashes_it_or_depends_on_slicing(tokens: list[bytes]) -> None:
    octets = b"".join(tokens)
    outcomes = []
    for chunks in ([octets], [octets[i : i + 1] for i in range(len(octets))]):
        framer, found = Framer(Limits()), []
        try:
            for chunk in chunks:
                framer.feed(chunk)
                while (frame := framer.next_frame()) is not None:
                    found.append(repr(parse_response(frame, Limits())))
        except ImapError as error:
            found.append(type(error).__name__)
        outcomes.append(found)
    assert outcomes[0] == outcomes[1]


def test_a_sink_gets_the_octets_in_chunks() -> None:
    class Counting:
        def __init__(self) -> None:
            self.sizes: list[int] = []

        def write(self, chunk: bytes) -> None:
            self.sizes.append(len(chunk))

    opened: list[tuple[bytes, int]] = []
    sink = Counting()

    def open_literal(text: bytes, size: int) -> Counting:
        opened.append((text, size))
        return sink

    framer = Framer(Limits(), open_literal)
    framer.feed(b"* 1 FETCH (UID 5 BODY[] {10}\r\nabc")
    framer.feed(b"defgh")
    framer.feed(b"ij)\r\n")
    frame = framer.next_frame()
    assert frame is None or frame.literals == [sink]
    while frame is None:
        frame = framer.next_frame()
    message = parse_response(frame, Limits())
    assert isinstance(message, FetchedMessage)
    assert message.sink is sink
    assert message.body is None
    assert opened[0][1] == 10
    assert opened[0][0].startswith(b"* 1 FETCH (UID 5")
    assert sum(sink.sizes) == 10


def test_oversized_says_how_much() -> None:
    framer = Framer(SMALL)
    framer.feed(b"* 1 FETCH (BODY[] {50}\r\n" + b"x" * 50 + b")\r\n")
    frame = framer.next_frame()
    assert frame is not None
    assert frame.literals == [Oversized(50)]
