"""mboxrd: what comes out of the file is what went into it."""

import mailbox
from pathlib import Path

import pytest

from cast import NOON, message
from postroom.export.mbox import compose_mbox_entry, parse_mbox_entry

CASES = [
    b"Subject: x\r\n\r\nFrom here on\r\n",
    b"Subject: x\r\n\r\n>From quoted\r\n>>From twice\r\n> From not\r\nFrom\r\n",
    b"From: a@x.example\r\n\r\nno line's end",
    b"Subject: empty\r\n\r\n",
    b"Subject: x\r\n\r\n\r\n\r\nFrom behind empty lines\r\n\r\n",
    message("Ünïcode", body="Größe\r\n"),
]


@pytest.mark.parametrize("raw", CASES)
def test_a_message_survives_the_way_there_and_back(raw: bytes) -> None:
    entry = compose_mbox_entry(raw, NOON)
    line, _, rest = entry.partition(b"\n")
    assert line == b"From MAILER-DAEMON Mon Mar  2 12:00:00 2026"
    assert rest.endswith(b"\n\n")
    assert not any(part.startswith(b"From ") for part in rest.split(b"\n"))
    whole = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
    assert parse_mbox_entry(rest) == whole


def test_another_program_finds_as_many(tmp_path: Path) -> None:
    file = tmp_path / "mbox"
    file.write_bytes(b"".join(compose_mbox_entry(raw, NOON) for raw in CASES))
    assert len(mailbox.mbox(str(file))) == len(CASES)
