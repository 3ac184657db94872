"""Every limit has a message that hits it: it is read up to the limit, and the defect is named."""

import re
from pathlib import Path

from postroom.mime import Defect, limits, parse_headers, parse_message
from postroom.mime.reports import DeliveryReport


def _defects(raw: bytes) -> tuple[Defect, ...]:
    return parse_message(raw).defects


def test_a_header_is_read_up_to_its_limit() -> None:
    raw = b"Subject: x\n" + b"X: " + b"y" * limits.MAX_HEADER + b"\nFrom: a@b.c\n\n"
    envelope = parse_headers(raw)
    assert (envelope.subject, envelope.from_) == ("x", ())
    assert Defect.HEADER_TOO_LARGE in envelope.defects


def test_a_field_is_read_up_to_its_limit() -> None:
    raw = b"To: a@b.c, " + b" " * limits.MAX_FIELD + b"d@e.f\n\n"
    envelope = parse_headers(raw)
    assert [one.canonical for one in envelope.to] == ["a@b.c"]
    assert Defect.FIELD_TOO_LARGE in envelope.defects


def test_fields_are_read_up_to_their_limit() -> None:
    envelope = parse_headers(b"X: y\n" * limits.MAX_FIELDS + b"Subject: x\n\n")
    assert envelope.subject == ""
    assert Defect.HEADER_TOO_LARGE in envelope.defects


def test_addresses_are_read_up_to_their_limit() -> None:
    plain, scanned = b"a@b.c, " * 3000, b"(x) a@b.c; " * 3000
    for field in (plain, scanned):
        envelope = parse_headers(b"To: " + field + b"\n\n")
        assert len(envelope.to) == limits.MAX_ADDRESSES
        assert Defect.TOO_MANY_ADDRESSES in envelope.defects


def test_an_address_longer_than_mail_allows_is_nobody_s() -> None:
    fits, long = (b"a" * size + b"@b.c" for size in (316, 317))
    envelope = parse_headers(b"To: " + fits + b", " + long + b"\n\n")
    assert [len(one.canonical) for one in envelope.to] == [limits.MAX_ADDRESS, 0]


def test_names_subjects_and_ids_are_cut() -> None:
    letters = b"x" * 5000
    raw = b"From: %b <a@b.c>\nSubject: %b\nMessage-ID: <%b>\n\n" % (letters, letters, letters)
    envelope = parse_headers(raw)
    assert len(envelope.from_[0].name) == limits.MAX_NAME
    assert len(envelope.subject) == limits.MAX_SUBJECT
    assert len(envelope.message_id) == limits.MAX_MESSAGE_ID


def test_of_too_many_references_the_first_and_the_last_are_kept() -> None:
    ids = b" ".join(b"<%d@x>" % number for number in range(2000))
    references = parse_headers(b"References: " + ids + b"\n\n").references
    assert len(references) == limits.MAX_REFERENCES
    assert (references[0], references[1], references[-1]) == ("0@x", "1501@x", "1999@x")


def test_parts_are_read_up_to_their_limit() -> None:
    part = b"--B\nContent-Type: a/b; name=x\n\nc\n"
    raw = b"Content-Type: multipart/mixed; boundary=B\n\n" + part * 2000 + b"--B--\n"
    message = parse_message(raw)
    assert len(message.attachments) == limits.MAX_PARTS - 1
    assert Defect.TOO_MANY_PARTS in message.defects


def test_nesting_is_read_up_to_its_limit_and_what_is_deeper_is_text() -> None:
    levels = limits.MAX_NESTING + 10
    raw = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels)
    )
    message = parse_message(raw + b"\ninmost\n")
    assert Defect.TOO_DEEP in message.defects
    assert "inmost" in message.search_text


def test_look_alike_delimiters_are_examined_up_to_their_limit() -> None:
    head = b"Content-Type: multipart/mixed; boundary=B\n\n"
    near, far = (b"--Bx\n" * count + b"--B\n\nfound\n--B--\n" for count in (1000, 30_000))
    assert parse_message(head + near).text == "found"
    assert parse_message(head + far).text != "found"


def test_text_html_and_search_text_are_cut() -> None:
    text = parse_message(b"\n" + b"words " * 1_000_000)
    html = parse_message(b"Content-Type: text/html\n\n" + b"words " * 1_000_000)
    assert len(text.text or "") == limits.MAX_TEXT
    assert len(html.html or "") == limits.MAX_TEXT
    assert len(text.search_text) == len(html.search_text) == limits.MAX_SEARCH_TEXT
    assert Defect.TEXT_CUT in text.defects
    assert Defect.TEXT_CUT in html.defects


def test_snippets_and_file_names_are_cut() -> None:
    assert len(parse_message(b"\n" + b"x" * 1000).snippet) == limits.MAX_SNIPPET
    named = parse_message(b"Content-Type: a/b; name=" + b"x" * 1000 + b".pdf\n\n")
    assert len(named.attachments[0].name) == limits.MAX_FILE_NAME


def test_reported_recipients_are_read_up_to_their_limit() -> None:
    recipient = b"\nFinal-Recipient: rfc822; a@b.c\nAction: failed\n"
    report = parse_message(
        b"Content-Type: multipart/report; boundary=B\n\n--B\nContent-Type: message/delivery-status"
        b"\n\nReporting-MTA: dns; x\n" + recipient * 1000 + b"--B--\n"
    ).delivery_report
    assert isinstance(report, DeliveryReport)
    assert len(report.recipients) == limits.MAX_REPORTED


def test_every_limit_is_a_named_figure_with_its_reason() -> None:
    source = Path(limits.__file__).read_text()
    described = re.findall(r'^(MAX_\w+): Final = .*\n"""', source, re.MULTILINE)
    assert described == [name for name in vars(limits) if name.startswith("MAX_")]
