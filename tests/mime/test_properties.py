"""Whatever the bytes are: reading never raises, its values can be stored, composing is undone.

The generator writes mail as a sender would who has read half of the RFCs: pieces of real syntax,
joined at random, with raw bytes between.
"""

import dataclasses
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mime.invariants import assert_storable
from postroom.mime import (
    Address,
    Draft,
    DraftFile,
    attachment_content,
    canonical_address,
    compose_message,
    is_identified,
    parse_addresses,
    parse_headers,
    parse_message,
    safe_file_name,
    stable_identity,
)
from postroom.mime.charsets import decode_text
from postroom.mime.dates import parse_date
from postroom.mime.encoded_words import decode_words, one_line
from postroom.mime.flowed import flow, unflow
from postroom.mime.html_text import html_to_text
from postroom.mime.parameters import parse_content_type, parse_disposition
from postroom.mime.snippet import snippet_of
from postroom.mime.transfer import decode_transfer

PIECES = [
    b"\n", b"\r\n", b"\r", b"\n ", b"\n\n", b"\x00", b" ", b"\t", b"--B\n", b"\n--B\n",
    b"\n--B--\n", b"From: ", b"To: ", b"Cc: ", b"Subject: ", b"Date: ", b"Message-ID: ",
    b"References: ", b"Content-Type: ", b"Content-Transfer-Encoding: ", b"Content-Disposition: ",
    b"Content-ID: ", b"text/plain", b"text/html", b"multipart/mixed", b"multipart/alternative",
    b"multipart/related", b"multipart/report", b"message/rfc822", b"message/delivery-status",
    b"text/calendar", b"a/b", b"; boundary=B", b'; boundary="B"', b"; charset=", b"utf-8",
    b"utf-16", b"iso-2022-jp", b"gb2312", b"utf-7", b"; name=", b"; filename=",
    b"; filename*0*=utf-8''", b"; format=flowed", b"%C3%BC", b"base64", b"quoted-printable",
    b"x-uuencode", b"attachment", b"inline", b"=?utf-8?q?", b"=?utf-8?b?", b"?=", b"=C3", b"=",
    b"w7w=", b"begin 644 x\n", b"<a@b.c>", b"a@b.c", b"Doe, John ", b'"', b"(", b")", b"<", b">",
    b",", b";", b":", b"@", b"\\", b"[", b"]", b"\xc3\xbc", b"\xfc", b"\xe3\x81", b"\x1b$B",
    b"Thu, 22 Aug 2002 18:26:25 +0700", b"99", b"<p>", b"<!--", b"-->", b"<script>", b"&#xD800;",
    b"&amp;", b"> ", b"-- \n", b"On Monday, Alice wrote:\n", b"Final-Recipient: rfc822; ",
    b"Action: failed", b"Mime-Version: 1.0", b"Auto-Submitted: ", b"X: y", b"words and words",
]  # fmt: skip

mail = st.lists(st.sampled_from(PIECES) | st.binary(max_size=12), max_size=60).map(b"".join)
words = st.lists(
    st.sampled_from([piece.decode("latin-1") for piece in PIECES]) | st.text(max_size=8),
    max_size=20,
).map("".join)
texts = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cc", "Zl", "Zp", "Zs"], include_characters=" \n"
    ),
    max_size=400,
)
names = texts.map(lambda text: one_line(text)[:100])
people = names.map(lambda name: Address(name, "alice@example.com", "alice@example.com"))


@given(mail)
def test_any_bytes_are_read(raw: bytes) -> None:
    message = parse_message(raw)
    assert_storable(message)
    for one in message.attachments:
        assert len(attachment_content(raw, one.part)) == one.size


@given(mail)
def test_any_bytes_are_a_header(raw: bytes) -> None:
    envelope = parse_headers(raw)
    assert len(stable_identity(raw)) == 32
    assert is_identified(raw) or not (envelope.message_id and envelope.sent_at)
    for one in envelope.all_addresses():
        assert canonical_address(one.canonical) == one.canonical
        assert one.canonical == one.canonical.lower()


@given(mail)
def test_the_envelope_of_a_message_is_that_of_its_header(raw: bytes) -> None:
    whole, header = parse_message(b"X: y\n" + raw).envelope, parse_headers(b"X: y\n" + raw)
    # A message has more fields to find fault with than an envelope reads.
    assert set(header.defects) <= set(whole.defects)
    assert dataclasses.replace(whole, defects=()) == dataclasses.replace(header, defects=())


@given(mail, st.text(max_size=12))
def test_any_bytes_are_text_in_any_charset(content: bytes, charset: str) -> None:
    decode_text(content, charset).encode("utf-8")


@given(mail, st.sampled_from(["base64", "quoted-printable", "x-uuencode", "", "?"]))
def test_any_bytes_are_encoded_content(content: bytes, encoding: str) -> None:
    assert len(decode_transfer(content, encoding)[0]) <= len(content) + 2


@given(words)
def test_any_words_are_read_as_anything(value: str) -> None:
    for one in parse_addresses(value):
        assert "\n" not in one.name + one.address + one.canonical
    parse_content_type(value)
    parse_disposition(value)
    moment = parse_date(value)
    assert moment is None or moment.utcoffset() == timedelta(0)
    decode_words(value).encode("utf-8")
    assert "\n" not in snippet_of(value)
    assert safe_file_name(safe_file_name(value)) == safe_file_name(value)


@given(words)
def test_the_text_of_any_page_has_no_element(html: str) -> None:
    text = html_to_text(html, 10_000)
    text.encode("utf-8")
    if "&" not in html:
        assert "<p>" not in text


@given(texts)
def test_flowed_text_is_the_text_again(text: str) -> None:
    plain = "\n".join(line.rstrip(" ") for line in text.split("\n") if not line.startswith(">"))
    assert unflow(flow(plain), delete_space=False) == plain


@given(
    people, st.lists(people, max_size=3), names, texts, st.datetimes(timezones=st.just(UTC)),
    st.lists(st.tuples(names, st.binary(max_size=200)), max_size=3),
)  # fmt: skip
def test_what_was_composed_is_read_as_it_was_meant(
    author: Address,
    readers: list[Address],
    subject: str,
    text: str,
    sent_at: datetime,
    files: list[tuple[str, bytes]],
) -> None:
    draft = Draft(
        "1@example.com", sent_at, author, to=tuple(readers), subject=subject, text=text,
        files=tuple(DraftFile(name, "a/b", content) for name, content in files),
    )  # fmt: skip
    raw = compose_message(draft)
    message = parse_message(raw)
    assert message.envelope.subject == subject
    assert message.envelope.sent_at == sent_at.replace(microsecond=0)
    assert message.envelope.message_id == "1@example.com"
    assert [_unquoted(one.name) for one in (*message.envelope.from_, *message.envelope.to)] == [
        _unquoted(one.name) for one in (author, *readers)
    ]
    assert [attachment_content(raw, one.part) for one in message.attachments] == [
        content for _, content in files
    ]
    assert raw.isascii()
    again = dataclasses.replace(draft, text=message.text or "")
    assert parse_message(compose_message(again)).text == message.text


def _unquoted(name: str) -> str:
    """A name wholly in quotation marks loses them: readers see `'Bob'` as Bob."""
    return name.strip("'\" ")
