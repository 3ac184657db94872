"""What an ID token says is believed only if it was made for this sign-in and still holds."""

import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest

from cast import NOON
from postroom.oauth.errors import SignInStopped
from postroom.oauth.identity import believed_claims
from postroom.oauth.models import SignInClient
from postroom.oauth.signing_in import is_from

CLIENT = SignInClient(issuer="openid", client_id="postroom", issued_by="https://login.example.com")
RIGHT: dict[str, Any] = {
    "iss": "https://login.example.com",
    "aud": "postroom",
    "sub": "alice",
    "nonce": "n-1",
    "iat": int(NOON.timestamp()),
    "exp": int((NOON + timedelta(minutes=10)).timestamp()),
}
WRONG: dict[str, dict[str, Any]] = {
    "another audience": {"aud": "somebody-else"},
    "several audiences and no party named": {"aud": ["postroom", "x"], "azp": "x"},
    "another issuer": {"iss": "https://evil.example"},
    "another nonce": {"nonce": "n-2"},
    "no nonce": {"nonce": None},
    "over": {"exp": int((NOON - timedelta(minutes=6)).timestamp())},
    "of the future": {"iat": int((NOON + timedelta(minutes=6)).timestamp())},
    "without an end": {"exp": None},
    "an end in words": {"exp": "soon"},
    "no subject": {"sub": None},
}


def token_of(claims: object, parts: int = 3) -> str:
    """A token whose signature nobody made."""
    payload = urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return ".".join(["e30", payload, "x", "y"][:parts])


def test_the_right_one_is_believed() -> None:
    assert believed_claims(CLIENT, token_of(RIGHT), "n-1", NOON)["sub"] == "alice"


@pytest.mark.parametrize("what", WRONG)
def test_one_that_is_not_for_this_sign_in_is_not(what: str) -> None:
    claims = {name: value for name, value in (RIGHT | WRONG[what]).items() if value is not None}
    with pytest.raises(SignInStopped):
        believed_claims(CLIENT, token_of(claims), "n-1", NOON)


@pytest.mark.parametrize(
    "token", ["x", "a.b", "...", "e30.%%%.x", token_of([]), token_of(RIGHT, 2)]
)
def test_what_is_no_token_is_not(token: str) -> None:
    with pytest.raises(SignInStopped):
        believed_claims(CLIENT, token, "n-1", NOON)


GOOGLE, MICROSOFT = SignInClient(issuer="google"), SignInClient(issuer="microsoft")
NAMING = SignInClient(issuer="openid", issued_by=CLIENT.issued_by, names_itself=True)
ANSWERS = (
    (CLIENT, "", True),
    (CLIENT, "https://login.example.com", True),
    (CLIENT, "https://accounts.google.com", False),
    (NAMING, "", False),
    (NAMING, "https://login.example.com", True),
    (GOOGLE, "", True),
    (GOOGLE, "https://accounts.google.com", True),
    (GOOGLE, "https://login.example.com", False),
    (MICROSOFT, "https://login.microsoftonline.com/9-8-7/v2.0", True),
    (MICROSOFT, "https://login.microsoftonline.com.evil.example/v2.0", False),
)


@pytest.mark.parametrize(("client", "named", "is_its"), ANSWERS)
def test_an_answer_that_names_another_issuer_is_not_the_askeds(
    client: SignInClient, named: str, is_its: bool
) -> None:
    assert is_from(client, {"iss": named} if named else {}) is is_its
