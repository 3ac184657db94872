"""Bad and unusual mail, row by row: what is read, and that everything that is read is storable."""

import hashlib
from typing import Any

import pytest

from mime.invariants import assert_storable
from mime.nasty_bodies import BODIES
from mime.nasty_headers import HEADERS
from postroom.mime import Address, ParsedMessage, attachment_content, parse_message

ROWS = HEADERS + BODIES


@pytest.mark.parametrize(
    ("raw", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_it_reads_what_a_careful_person_reads(raw: bytes, expected: dict[str, object]) -> None:
    before = hashlib.sha256(raw).digest()
    message = parse_message(raw)
    seen = _seen(message)
    assert {name: seen[name] for name in expected} == expected
    assert_storable(message)
    for one in message.attachments:
        assert len(attachment_content(raw, one.part)) == one.size
    assert hashlib.sha256(raw).digest() == before


def test_it_has_seen_enough_nasty_messages() -> None:
    print(f"nasty messages: {len(ROWS)}")
    assert len(ROWS) >= 120
    assert len({raw for _, raw, _ in ROWS}) == len(ROWS)


def _seen(message: ParsedMessage) -> dict[str, object]:
    envelope = message.envelope
    return {
        "subject": envelope.subject,
        "from": _people(envelope.from_),
        "to": _people(envelope.to),
        "sent_at": envelope.sent_at and envelope.sent_at.isoformat(),
        "message_id": envelope.message_id,
        "in_reply_to": envelope.in_reply_to,
        "references": list(envelope.references),
        "list_id": envelope.list_id,
        "text": message.text,
        "html": message.html,
        "search_text": message.search_text,
        "calendar": message.calendar,
        "files": [one.name for one in message.attachments],
        "inline": [one.content_id for one in message.attachments if one.inline],
        "defects": list(message.defects),
    }


def _people(addresses: tuple[Address, ...]) -> list[tuple[str, str]]:
    return [(one.name, one.canonical) for one in addresses]


def test_a_fast_reader_alone_misreads_many_of_them() -> None:
    """The control, and the reason for a reader of our own (ADR 0013)."""
    fast = pytest.importorskip("fast_mail_parser")
    raised, wrong, compared = [], [], 0
    for name, raw, expected in ROWS:
        try:
            theirs = _seen_by_fast_mail_parser(fast.parse_email(raw))
        except (fast.ParseError, ValueError):
            raised.append(name)
            continue
        known = expected.keys() & theirs.keys()
        compared += bool(known)
        if any(theirs[field] != expected[field] for field in known):
            wrong.append(name)
    print(f"fast-mail-parser: {len(raised)} raised, {len(wrong)} of {compared} read otherwise")
    assert len(raised) + len(wrong) >= 50


def _seen_by_fast_mail_parser(mail: Any) -> dict[str, object]:
    senders = [mail.from_] if mail.from_ else []
    return {
        "subject": mail.subject.strip(),
        "from": [(one.display_name or "", one.address.lower()) for one in senders],
        "to": [(one.display_name or "", one.address.lower()) for one in mail.to],
        "sent_at": mail.date_parsed and mail.date_parsed.isoformat(),
        "text": "\n".join(mail.text_plain) or None,
    }
