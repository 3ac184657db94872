"""Drafts become bytes that hold what was meant, whatever hostile values they are made of."""

import dataclasses
import email
import re
from datetime import UTC, datetime
from email import policy
from random import Random

import pytest

from postroom.mime import (
    Address,
    Draft,
    DraftFile,
    UnusableAddress,
    attachment_content,
    compose_message,
    parse_addresses,
    parse_message,
)

MOMENT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
FIELDS = ("Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type",
          "Content-Transfer-Encoding")  # fmt: skip


def _person(written: str) -> Address:
    return parse_addresses(written)[0]


ALICE = _person('"Example, Alice" <alice@example.com>')
BOB = _person("Bób <bob@bücher.example>")
CHARLIE = _person("charlie@example.com")
DRAFT = Draft("1@postroom.example", MOMENT, ALICE, to=(BOB,), subject="Offer", text="Hello\n")


def test_a_plain_draft_is_a_plain_message() -> None:
    raw = compose_message(DRAFT)
    header = raw.partition(b"\r\n\r\n")[0].decode()
    assert [line.partition(":")[0] for line in header.split("\r\n")] == list(FIELDS)
    message = parse_message(raw)
    assert message.defects == ()
    assert message.text == "Hello\n"
    assert message.envelope.from_ == (ALICE,)
    assert message.envelope.to[0].name == "Bób"
    assert message.envelope.to[0].canonical == "bob@xn--bcher-kva.example"
    assert message.envelope.sent_at == MOMENT
    assert message.envelope.message_id == "1@postroom.example"


def test_the_same_draft_is_the_same_bytes() -> None:
    assert compose_message(DRAFT) == compose_message(dataclasses.replace(DRAFT))


def test_an_answer_names_its_ancestors() -> None:
    ids = tuple(f"{number}@x" for number in range(50))
    raw = compose_message(dataclasses.replace(DRAFT, in_reply_to="49@x", references=ids))
    envelope = parse_message(raw).envelope
    assert envelope.in_reply_to == "49@x"
    assert (envelope.references[0], envelope.references[-1]) == ("0@x", "49@x")
    assert len(envelope.references) == 20
    alone = compose_message(dataclasses.replace(DRAFT, in_reply_to="49@x"))
    assert parse_message(alone).envelope.thread_root == "49@x"


def test_bcc_decides_who_gets_it_and_is_not_on_the_wire() -> None:
    draft = dataclasses.replace(DRAFT, cc=(BOB,), bcc=(CHARLIE,))
    assert [one.canonical for one in draft.recipients] == [BOB.canonical, CHARLIE.canonical]
    raw = compose_message(draft)
    assert b"charlie" not in raw
    assert b"bcc" not in raw.lower()
    # The control: with the standard library the field stays in the bytes.
    naive = email.message.EmailMessage()
    naive["Bcc"] = "charlie@example.com"
    assert b"charlie" in naive.as_bytes()


def test_text_html_images_and_files_come_back_as_they_were() -> None:
    image = DraftFile("Bild ü.png", "image/png", bytes(range(256)) * 50, "logo@x")
    files = (image, DraftFile("a" * 300 + ".pdf", "application/pdf", b"%PDF\r\n"),
             DraftFile("名前" * 60 + ".txt", "text/plain; evil=1\r\nX: y", b""),
             DraftFile("mail.eml", "message/rfc822", b"Subject: x\n\n\xff"))  # fmt: skip
    html = '<p>Grüße <img src="cid:logo@x"></p>'
    raw = compose_message(dataclasses.replace(DRAFT, text="Grüße", html=html, files=files))
    message = parse_message(raw)
    assert (message.text, message.html, message.defects) == ("Grüße", html, ())
    assert [attachment_content(raw, one.part) for one in message.attachments] == [
        one.content for one in files
    ]
    assert [one.inline for one in message.attachments] == [True, False, False, False]
    assert [one.media_type for one in message.attachments] == [
        "image/png", "application/pdf", "application/octet-stream", "application/octet-stream"
    ]  # fmt: skip
    assert message.attachments[0].name == "Bild ü.png"
    assert message.attachments[2].name == ("名前" * 60 + ".txt")
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one line",
        "two\nlines\n",
        "word " * 100 + "end",
        "x" * 5000,
        "Grüße\n" + "ü" * 400,
        "> quoted\n> > twice\nanswer",
        "From here\n  indented\n>quoted?",
        "-- \nAlice",
        "--B\n--\n.\n..\n",
        "=_0_1\n=20 =3D\n",
        "tabs\tand a trailing tab\t",
        "\u2028\u2029\u200b",
    ],
)
def test_text_survives_the_way(text: str) -> None:
    once = parse_message(compose_message(dataclasses.replace(DRAFT, text=text))).text or ""
    again = parse_message(compose_message(dataclasses.replace(DRAFT, text=once))).text or ""
    assert once == again
    assert once == re.sub(r"^>(?=[^ >])", "> ", text, flags=re.MULTILINE)


def test_an_address_that_is_none_is_refused() -> None:
    for written in ("nobody", "a@b@c", "a@b\r\nBcc: c@d", "", "a@" + "b" * 400):
        with pytest.raises(UnusableAddress):
            compose_message(dataclasses.replace(DRAFT, to=(Address("Bob", written, ""),)))


HOSTILE_PIECES = (
    "\r\n", "\n", "\r", "\0", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\r\n ",
    "\r\n\r\n",
    "Bcc: evil@example.net", "X-Evil: 1", ": ", "<", ">", '"', "\\", ",", ";", "(", ")", "@", "=?",
    "?=", "=?utf-8?q?=0D=0ABcc:_evil=40example.net?=", "=?utf-8?b?DQpCY2M6IGV2aWw=?=", "%0d%0a",
    " ", "\t", "ü", "名", "\U0001f4e7", "\ud800", "\u202e", "a", "." * 3, "--", "x" * 120,
    "evil@example.net", "\r\n--=_", "Content-Type: text/html",
)  # fmt: skip


def _hostile_values(count: int) -> list[str]:
    choice = Random(20260301)
    return ["".join(choice.choices(HOSTILE_PIECES, k=choice.randint(1, 8))) for _ in range(count)]


def _with(field: str, value: str) -> Draft:
    changes: dict[str, object] = {
        "subject": {"subject": value},
        "from name": {"from_": Address(value, "alice@example.com", "")},
        "to name": {"to": (Address(value, "bob@example.com", ""),)},
        "cc address": {"cc": (Address("", value, value),)},
        "reply-to name": {"reply_to": (Address(value, "bob@example.com", ""),)},
        "message id": {"message_id": value},
        "in-reply-to": {"in_reply_to": value},
        "references": {"references": (value, "a@b")},
        "file name": {"files": (DraftFile(value, "a/b", b"x"),)},
        "media type and content id": {
            "html": "<p>", "files": (DraftFile("x", value, b"x", value),)
        },
    }[field]  # type: ignore[assignment]  # fmt: skip
    return dataclasses.replace(DRAFT, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("field", [
    "subject", "from name", "to name", "cc address", "reply-to name", "message id", "in-reply-to",
    "references", "file name", "media type and content id",
])  # fmt: skip
def test_a_thousand_hostile_values_make_no_extra_field(field: str) -> None:
    allowed = {*map(str.lower, FIELDS), "cc", "reply-to", "in-reply-to", "references",
               "content-disposition", "content-id"}  # fmt: skip
    refused = 0
    for value in _hostile_values(1000):
        try:
            raw = compose_message(_with(field, value))
        except UnusableAddress:
            refused += 1
            continue
        theirs = email.message_from_bytes(raw, policy=policy.compat32)
        for part in theirs.walk():
            names = [name.lower() for name in part.keys()]  # noqa: SIM118
            assert set(names) <= allowed
            assert len(names) == len(set(names))
            assert part.defects == []
        ours = parse_message(raw)
        assert {one.canonical for one in ours.envelope.all_addresses()} <= _meant(field, value)
    assert refused < 1000 if field == "cc address" else refused == 0


def test_the_same_values_do_make_extra_fields_where_they_are_pasted() -> None:
    """The control: the values are sharp."""
    broken = 0
    for value in _hostile_values(1000):
        naive = f"Subject: {value}\r\n\r\n".encode("utf-8", "replace")
        message = email.message_from_bytes(naive)
        broken += message.keys() != ["Subject"] or bool(message.get_payload())
    print(f"compose: {broken} of 1000 values break a pasted Subject")
    assert broken >= 200


def _meant(field: str, value: str) -> set[str]:
    people = {"alice@example.com", "bob@example.com", BOB.canonical}
    return people | {one.canonical for one in parse_addresses(value)} if "cc" in field else people
