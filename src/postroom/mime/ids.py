"""Message-ID, In-Reply-To and References (RFC 5322 §3.6.4), without their angle brackets."""

import re

from postroom.mime.encoded_words import decode_words, one_line
from postroom.mime.limits import MAX_MESSAGE_ID, MAX_REFERENCES

_BRACKETED = re.compile(r"<([^<>]+)>")


def parse_message_id(value: str) -> str:
    """Return the one id of a Message-ID field; '' if it names none."""
    found = _BRACKETED.search(value)
    return _clean(found[1] if found else value)


def parse_in_reply_to(value: str) -> str:
    """Return the first id of an In-Reply-To field, which old mail fills with prose."""
    found = _BRACKETED.search(value)
    if found:
        return _clean(found[1])
    return _clean(value) if "@" in value and " " not in value.strip() else ""


def parse_references(value: str) -> tuple[str, ...]:
    """Return the ids of a References field, oldest first, each once."""
    if not value:
        return ()
    if "=?" in value:
        value = decode_words(value)
    written = _BRACKETED.findall(value) or [word for word in value.split() if "@" in word]
    ids = tuple(dict.fromkeys(filter(None, map(_clean, written))))
    if len(ids) > MAX_REFERENCES:
        return ids[:1] + ids[1 - MAX_REFERENCES :]
    return ids


def _clean(written: str) -> str:
    return "".join(one_line(written).split())[:MAX_MESSAGE_ID].strip("<>")
