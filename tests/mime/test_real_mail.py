"""1,600 messages that people sent: nothing raises, nothing is lost, the standard library agrees."""

import email.utils
import hashlib
import time
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message

from mime.corpora import cpython_mail, real_mail
from mime.invariants import assert_storable
from postroom.mime import HEADER_FIELDS, Defect, parse_headers, parse_message, stable_identity

ROLES = {"From": "from_", "Sender": "sender", "Reply-To": "reply_to", "To": "to", "Cc": "cc"}


def test_every_real_message_is_read_quickly_and_without_exception() -> None:
    slowest = 0.0
    for raw in real_mail().values():
        before = hashlib.sha256(raw).digest()
        start = time.process_time()
        message = parse_message(raw)
        slowest = max(slowest, time.process_time() - start)
        assert hashlib.sha256(raw).digest() == before
        assert_storable(message)
        assert message.search_text or not message.text
    print(f"real mail: {len(real_mail())} messages, slowest {slowest * 1000:.1f} ms")
    assert len(real_mail()) == 1600
    assert slowest < 2


def test_python_s_own_test_mail_is_read_without_exception() -> None:
    messages = cpython_mail()
    for raw in messages.values():
        assert_storable(parse_message(raw))
    print(f"CPython's test mail: {len(messages)} messages")
    assert len(messages) >= 46


def test_addresses_agree_with_the_standard_library_but_where_it_errs() -> None:
    differences = {}
    seen = 0
    for name, raw in real_mail().items():
        theirs, ours = message_from_bytes(raw), parse_headers(raw)
        for field, role in ROLES.items():
            expected = _addresses(theirs.get_all(field, []))
            found = [one.canonical for one in getattr(ours, role) if one.canonical]
            seen += len(expected)
            if found != expected:
                differences[name.rpartition("/")[2], field] = (expected, found)
    print(f"real mail: {seen} addresses compared, {len(differences)} fields differ")
    assert seen > 5000
    assert differences == EXPLAINED_ADDRESSES


def test_subjects_and_dates_agree_with_the_standard_library() -> None:
    subjects, dates = {}, {}
    for name, raw in real_mail().items():
        theirs, ours = message_from_bytes(raw), parse_headers(raw)
        if ours.subject != _subject(theirs):
            subjects[name.rpartition("/")[2]] = (_subject(theirs), ours.subject)
        if ours.sent_at != _date(theirs):
            dates[name.rpartition("/")[2]] = (_date(theirs), ours.sent_at)
    print(f"real mail: {len(subjects)} subjects and {len(dates)} dates differ")
    assert subjects == EXPLAINED_SUBJECTS
    assert dates == EXPLAINED_DATES


def test_bodies_and_attachments_agree_with_the_standard_library() -> None:
    texts, files = [], []
    for name, raw in real_mail().items():
        theirs = message_from_bytes(raw, policy=policy.compat32)
        ours = parse_message(raw)
        leaves = [part for part in theirs.walk() if not part.is_multipart()]
        if len(leaves) == 1 and leaves[0].get_content_type() == "text/plain":
            payload = leaves[0].get_payload(decode=True)
            assert isinstance(payload, bytes)
            if _ascii_words(payload.decode("ascii", "ignore")) != _ascii_words(ours.text or ""):
                texts.append(name.rpartition("/")[2])
        named = [part.get_filename() for part in leaves if part.get_filename()]
        if len(named) > len(ours.attachments):
            files.append(name.rpartition("/")[2])
    print(f"real mail: {len(texts)} texts differ, {len(files)} messages miss a file")
    assert texts == EXPLAINED_TEXTS
    assert files == []


def test_an_answer_to_a_fetch_of_fields_has_the_identity_of_the_message() -> None:
    identities = set()
    for raw in real_mail().values():
        fetched = _fetched(raw)
        assert stable_identity(fetched) == stable_identity(raw)
        assert stable_identity(fetched.replace(b"\n", b"\r\n")) == stable_identity(raw)
        from_fields, from_whole = parse_headers(fetched), parse_headers(raw)
        assert Defect.NO_HEADER not in from_fields.defects
        assert replace(from_fields, defects=()) == replace(from_whole, defects=())
        identities.add(stable_identity(raw))
    print(f"real mail: {len(identities)} identities")
    assert len(identities) == len({_fetched(raw) for raw in real_mail().values()})


def _fetched(raw: bytes) -> bytes:
    """What a server answers to BODY.PEEK[HEADER.FIELDS (…)]: these fields, in their order."""
    wanted = {name.lower() for name in HEADER_FIELDS}
    header = raw.partition(b"\n\n")[0] + b"\n"
    fields: list[bytes] = []
    for line in header.splitlines(keepends=True):
        if line[:1] in b" \t" and fields:
            fields[-1] += line
        else:
            fields.append(line)
    kept = [one for one in fields if one.partition(b":")[0].decode("latin-1").lower() in wanted]
    return b"".join(kept) + b"\n"


def _addresses(values: list[str]) -> list[str]:
    pairs = email.utils.getaddresses([str(value) for value in values])
    return [address.lower() for _, address in pairs if "@" in address]


def _subject(message: Message) -> str:
    value = str(message.get("Subject", ""))
    return " ".join(str(make_header(decode_header(value))).split())


def _date(message: Message) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(str(message.get("Date")))
    except (ValueError, TypeError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _ascii_words(text: str) -> list[str]:
    return "".join(one for one in text if one.isascii()).replace(">", " ").split()


EXPLAINED_ADDRESSES: dict[tuple[str, str], tuple[list[str], list[str]]] = {
    # A local part of one control character: no mailbox, so we find nobody by it.
    ("0714.eml", "Cc"): (['"\x06"@argote.ch'], []),
}
EXPLAINED_SUBJECTS: dict[str, tuple[str, str]] = {}
EXPLAINED_DATES: dict[str, tuple[datetime | None, datetime | None]] = {}
EXPLAINED_TEXTS = [
    "0896.eml",  # format=flowed; delsp=yes: an address broken over two lines is whole in ours
    "1542.eml",  # ISO-2022-JP: its bytes are ASCII, its text is not
]
