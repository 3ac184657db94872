"""Every response of RFC 3501 §7 and its extensions, whole, octet by octet, and with more behind."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imap.feeding import parse, parse_all, responses_in, weighed
from imap.responses import RESPONSES
from postroom.imap.errors import ImapError, LimitExceeded, MalformedResponse
from postroom.imap.framing import Framer, Oversized
from postroom.imap.limits import Limits
from postroom.imap.parsing import parse_response
from postroom.imap.responses import Exists, FetchedMessage, Found, Response
from postroom.imap.uid_set import UidSet


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
    line=200, numbers=300, blank_lines=3, literal=20, message=30, response=40, skipped_message=100,
    literals=3, words=5,
)  # fmt: skip


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
        ("numbers", b"* SEARCH " + b"1 " * 150 + b"\r\n"),
        ("numbers", b"* ESEARCH UID ALL 1" + b",1" * 150),
        ("numbers", b"* VANISHED 1" + b",1" * 150 + b"\r\n"),
        ("blank_lines", b"\r\n" * 4),
        ("blank_lines", b"* 1 FETCH (BODY[] {1}\r\nx" + b"\n" * 5),
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


def test_numbers_may_be_many() -> None:
    assert parse_all(b"* SEARCH " + b"7 " * 140 + b"\r\n", SMALL) == [Found(UidSet([7]))]


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


PLAIN = (
    b'* 12 FETCH (UID 7 FLAGS (\\Seen x) INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 42 '
    b"MODSEQ (624140003) BODY[HEADER.FIELDS (DATE LIST-ID)] {7}\r\nA: b\r\n\r)\r\n"
)
PIECES = [PLAIN[n : n + size] for n in range(0, len(PLAIN), 9) for size in (3, 9, 30)]


@given(
    at=st.integers(0, len(PLAIN)),
    taken=st.integers(0, 40),
    put=st.one_of(st.binary(max_size=8), st.sampled_from(PIECES), st.just(b"")),
)
def test_the_short_way_says_what_the_grammar_says(at: int, taken: int, put: bytes) -> None:
    damaged = PLAIN[:at] + put + PLAIN[at + taken :]
    said = []
    for by_short_way in (False, True):
        try:
            chunks = [PLAIN + damaged + PLAIN]
            read = list(responses_in(chunks, SMALL_BUT_ENOUGH, by_short_way))
            said.append(repr(weighed(read)))
        except ImapError as error:
            said.append(type(error).__name__)
    assert said[0] == said[1]


SMALL_BUT_ENOUGH = Limits(line=220, message=40, response=30, skipped_message=60)
