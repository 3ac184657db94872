"""A server that repeats a password must not get it shown."""

from base64 import b64encode

import pytest

from postroom.net.credentials import AccessToken, Credential, Password, shows_in

ALICE = Password("alice@example.com", "hunter2 hunter2")
TOKEN = AccessToken("alice@example.com", "ya29.token-of-alice")
PLAIN = b64encode(b"\0alice@example.com\0hunter2 hunter2").decode()
XOAUTH2 = b64encode(b"user=alice@example.com\x01auth=Bearer ya29.token-of-alice\x01\x01").decode()


@pytest.mark.parametrize(
    ("credential", "words"),
    [
        (ALICE, "Wrong: hunter2 hunter2"),
        (ALICE, f"AUTHENTICATE PLAIN {PLAIN} refused"),
        (ALICE, f"AUTHENTICATE PLAIN {PLAIN[-12:]}"),
        (ALICE, f"Bad command: {b64encode(b'hunter2 hunter2').decode()}"),
        (TOKEN, f"AUTHENTICATE XOAUTH2 {XOAUTH2[:60]}"),
        (Password("a", "abc"), 'LOGIN "a" "abc"'),
    ],
)
def test_a_repeated_secret_is_seen_in_every_form(credential: Credential, words: str) -> None:
    assert shows_in(credential, words)


@pytest.mark.parametrize(
    "words", ["", "Authentication failed.", "[ALERT] Application-specific password required"]
)
def test_other_words_are_left_to_be_shown(words: str) -> None:
    assert not shows_in(ALICE, words)
