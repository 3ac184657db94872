"""Two copies of a message share an identity; two messages do not."""

from itertools import permutations

import pytest

from postroom.mime import HEADER_FIELDS, is_identified, stable_identity

FIELDS = [
    b"Message-ID: <a@b>\r\n",
    b"From: Alice <alice@example.com>\r\n",
    b"To: bob@example.com,\r\n charlie@example.com\r\n",
    b"Date: Thu, 22 Aug 2002 18:26:25 +0700\r\n",
    b"Subject: a\r\n b\r\n",
]
WHOLE = b"".join(FIELDS) + b"\r\nbody\r\n"

SAME = {
    "line ends": WHOLE.replace(b"\r\n", b"\n"),
    "another body": WHOLE + b"a footer\r\n",
    "fields added on the way": b"Received: by x\r\nX-Spam: no\r\n" + WHOLE,
    "names in capitals": WHOLE.replace(b"Subject", b"SUBJECT").replace(b"From", b"FROM"),
    "folded elsewhere": WHOLE.replace(b"a\r\n b", b"a b").replace(b", 22", b",\r\n\t22"),
    "spaces at the end": WHOLE.replace(b"<a@b>\r\n", b"<a@b>  \r\n"),
    "no body": b"".join(FIELDS) + b"\r\n",
    "no empty line": b"".join(FIELDS),
    "an mbox line": b"From alice Thu Aug 22 2002\n" + WHOLE,
}
OTHER = {
    "another id": WHOLE.replace(b"<a@b>", b"<c@d>"),
    "the same id with another subject": WHOLE.replace(b"a\r\n b", b"other"),
    "the same id at another moment": WHOLE.replace(b"18:26:25", b"18:26:26"),
    "another sender": WHOLE.replace(b"Alice", b"Alicia"),
    "another recipient": WHOLE.replace(b"charlie", b"dora"),
    "a value moved to another field": WHOLE.replace(b"Subject:", b"In-Reply-To:"),
}


@pytest.mark.parametrize("copy", SAME.values(), ids=SAME)
def test_a_copy_has_the_same_identity(copy: bytes) -> None:
    assert stable_identity(copy) == stable_identity(WHOLE)
    assert len(stable_identity(copy)) == 32


@pytest.mark.parametrize("other", OTHER.values(), ids=OTHER)
def test_another_message_has_another_identity(other: bytes) -> None:
    assert stable_identity(other) != stable_identity(WHOLE)


def test_the_order_of_fields_does_not_matter() -> None:
    identities = {stable_identity(b"".join(order) + b"\r\n") for order in permutations(FIELDS)}
    assert identities == {stable_identity(WHOLE)}


def test_a_nul_counts_as_little_as_what_dovecot_writes_for_it() -> None:
    assert stable_identity(b"Subject: a\0b\n\n") == stable_identity(b"Subject: a\x80b\n\n")


def test_a_header_that_says_too_little_identifies_nothing() -> None:
    assert is_identified(WHOLE)
    assert is_identified(b"Message-ID: <a@b>\n\n")
    assert is_identified(b"Date: today\nFrom: a@b.c\n\n")
    for weak in (b"", b"\nbody", b"Subject: Hello\n\n", b"Date: today\n\n", b"Message-ID:\n\n"):
        assert not is_identified(weak)


def test_the_fields_to_ask_for_hold_all_that_identifies() -> None:
    asked = {name.lower() for name in HEADER_FIELDS}
    assert asked >= {
        "message-id",
        "from",
        "to",
        "cc",
        "date",
        "subject",
        "in-reply-to",
        "references",
    }
