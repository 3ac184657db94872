"""The states of a connection and what may be said in each (RFC 3501 §3): a table, and nothing else.

There is no word here for removing a message or a mailbox, so none can be sent.
"""

from enum import Enum
from typing import Final


class State(Enum):
    """Where a connection stands."""

    GREETING = "waiting for the greeting"
    NOT_AUTHENTICATED = "not signed in"
    AUTHENTICATED = "signed in"
    SELECTED = "a mailbox is open"
    LOGOUT = "over"


_ANY: Final = frozenset((State.NOT_AUTHENTICATED, State.AUTHENTICATED, State.SELECTED))
_BEFORE: Final = frozenset((State.NOT_AUTHENTICATED,))
_AFTER: Final = frozenset((State.AUTHENTICATED, State.SELECTED))
_OPEN: Final = frozenset((State.SELECTED,))

LEGAL: Final[dict[bytes, frozenset[State]]] = {
    b"CAPABILITY": _ANY,
    b"NOOP": _ANY,
    b"LOGOUT": _ANY,
    b"ID": _ANY,
    b"STARTTLS": _BEFORE,
    b"AUTHENTICATE": _BEFORE,
    b"LOGIN": _BEFORE,
    b"ENABLE": frozenset((State.AUTHENTICATED,)),
    b"COMPRESS": _AFTER,
    b"NAMESPACE": _AFTER,
    b"LIST": _AFTER,
    b"STATUS": _AFTER,
    b"EXAMINE": _AFTER,
    b"SELECT": _AFTER,
    b"APPEND": _AFTER,
    b"NOTIFY": _AFTER,
    b"IDLE": _AFTER,
    b"UNSELECT": _OPEN,
    b"UID SEARCH": _OPEN,
    b"UID FETCH": _OPEN,
    b"UID STORE": _OPEN,
    b"UID COPY": _OPEN,
    b"UID MOVE": _OPEN,
}

AFTER_OK: Final[dict[bytes, State]] = {
    b"AUTHENTICATE": State.AUTHENTICATED,
    b"LOGIN": State.AUTHENTICATED,
    b"EXAMINE": State.SELECTED,
    b"SELECT": State.SELECTED,
    b"UNSELECT": State.AUTHENTICATED,
    b"LOGOUT": State.LOGOUT,
}

AFTER_NO: Final[dict[bytes, State]] = {
    # A refused SELECT leaves no mailbox open, whichever was (RFC 3501 §6.3.1).
    b"EXAMINE": State.AUTHENTICATED,
    b"SELECT": State.AUTHENTICATED,
}

ALONE: Final = frozenset((b"STARTTLS", b"AUTHENTICATE", b"LOGIN", b"COMPRESS", b"IDLE", b"LOGOUT"))
"""Sent when nothing else is under way, and nothing is sent until they are done."""
