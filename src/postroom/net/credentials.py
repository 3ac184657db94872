"""What signs in. A repr, a log line or a traceback never shows the secret."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Final

_TELLING: Final = 8


@dataclass(frozen=True, slots=True)
class Password:
    """A user's name and password, or app password."""

    user: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A user's name and OAuth 2 access token."""

    user: str
    secret: str = field(repr=False)


Credential = Password | AccessToken


def shows_in(credential: Credential, words: str) -> bool:
    """Whether a server's words repeat the secret, as typed or as SASL carries it.

    Any eight characters in a row count: servers cut what they quote, and so do we.
    """
    forms = (credential.secret, *map(_base64, _sasl_forms(credential)))
    return any(part in words for form in forms for part in _parts(form))


def _sasl_forms(credential: Credential) -> tuple[str, ...]:
    user, secret = credential.user, credential.secret
    return (
        secret,
        f"\0{user}\0{secret}",
        f"user={user}\x01auth=Bearer {secret}\x01\x01",
        f"n,a={user},\x01auth=Bearer {secret}\x01\x01",
    )


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode().rstrip("=")


def _parts(form: str) -> list[str]:
    return [form[i : i + _TELLING] for i in range(max(1, len(form) - _TELLING + 1))]
