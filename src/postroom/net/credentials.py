"""What signs in. A repr, a log line or a traceback never shows the secret."""

from dataclasses import dataclass, field


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
