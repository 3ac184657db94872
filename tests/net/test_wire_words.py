"""What our clients say is noted, whole or octet by octet, and what deletes would be found."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import wire_words
from wire_words import DELETING, Listener

TALK = (
    b'A1 LOGIN "alice" {6+}\r\nsecret\r\nA2 SELECT INBOX\r\n'
    b"A3 UID STORE 1 +FLAGS.SILENT (\\Seen)\r\n"
    b"A4 APPEND Sent (\\Seen) {26}\r\nA9 EXPUNGE\r\nA9 DELETE x\r\n\r\nDONE\r\n"
    b"A5 UID FETCH 1:* (FLAGS)\r\n"
)
SAID = ["LOGIN", "SELECT", "UID STORE", "APPEND", "UID FETCH"]


@pytest.mark.parametrize("size", [1, 7, len(TALK)])
def test_words_are_heard_however_the_octets_leave(size: int) -> None:
    listener = Listener()
    pieces = [TALK[start : start + size] for start in range(0, len(TALK), size)]
    assert [word for piece in pieces for word in listener.words_in(piece)] == SAID
    assert not DELETING & set(SAID)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (b"A1 EXPUNGE\r\n", "EXPUNGE"),
        (b"A1 UID EXPUNGE 1:3\r\n", "UID EXPUNGE"),
        (b"A1 CLOSE\r\n", "CLOSE"),
        (b"A1 DELETE Old\r\n", "DELETE"),
        (b"A1 UID STORE 1 +FLAGS (\\DELETED)\r\n", "\\Deleted"),
    ],
)
def test_what_deletes_is_found(line: bytes, word: str) -> None:
    assert word in DELETING & set(Listener().words_in(line))


def test_a_process_of_ours_is_heard_too(tmp_path: Path) -> None:
    """The control: one that deleted would be found, although it is killed right after."""
    talk = (
        "from postroom.imap.pipeline import Pipeline; from postroom.net.text_line import TextLine\n"
        "p = Pipeline(); p.say(b'A1 EXPUNGE\\r\\n'); p.take_octets()\n"
        "try: TextLine.send_line(None, 'DELE 1')\n"
        "except AttributeError: pass\n"
        "import os; os.kill(os.getpid(), 9)"
    )
    environment = os.environ | {wire_words.PLACE: str(tmp_path)}
    subprocess.run([sys.executable, "-c", talk], env=environment, check=False)
    heard = [file.read_text() for file in tmp_path.iterdir()]
    assert heard == ["EXPUNGE\nDELE\n"]
