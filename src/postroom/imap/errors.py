"""What a server can do wrong, and what we refuse to say to it."""


class ImapError(Exception):
    """The root of everything this package raises."""


class MalformedResponse(ImapError):
    """The server's octets follow no grammar we know."""


class LimitExceeded(ImapError):
    """The server sent more than `postroom.imap.limits.Limits` allows; `limit` names which."""

    def __init__(self, limit: str, allowed: float) -> None:
        super().__init__(f"more than {allowed:g} ({limit})")
        self.limit = limit
        self.allowed = allowed


class IllegalCommand(ImapError):
    """A command that this state, these capabilities or its own arguments do not allow."""
