"""What a refusal means, told from its code (RFC 5530) or, where servers give none, its words.

Words come first: Gmail and Zoho put ALERT on everything, Exchange gives no code at all.
"""

import re
from typing import Final

from postroom.imap.responses import Condition
from postroom.net.errors import (
    CommandRefused,
    FolderVanished,
    MessageTooLarge,
    NetError,
    OverQuota,
    ServerUnavailable,
    SignInRefused,
    Throttled,
    TooManyConnections,
)
from postroom.net.server import Server

THROTTLE_MAX_SECONDS: Final = 30 * 60

_WORDS: Final[tuple[tuple[re.Pattern[str], type[NetError]], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), error)
    for pattern, error in (
        # Seen: Exchange Online.
        (r"request is throttled|suggested backoff time", Throttled),
        (r"authenticated but not connected", ServerUnavailable),
        # Seen: Gmail, Dovecot, Courier.
        (r"too many (simultaneous )?connections|maximum number of connections", TooManyConnections),
        # Seen: Gmail.
        (r"exceeded command or bandwidth limits", OverQuota),
        # Seen: Yahoo, after a few wrong passwords; a right one is refused too.
        (r"rate limit", Throttled),
        # Seen: Dovecot with its user database away. Not a wrong password.
        (
            r"temporary authentication failure|temporarily unavailable|try again later",
            ServerUnavailable,
        ),
    )
)
_CODES: Final[dict[str, type[NetError]]] = {
    "AUTHENTICATIONFAILED": SignInRefused,
    "AUTHORIZATIONFAILED": SignInRefused,
    "EXPIRED": SignInRefused,
    "UNAVAILABLE": ServerUnavailable,
    "SERVERBUG": ServerUnavailable,
    "INUSE": ServerUnavailable,
    "LIMIT": Throttled,
    "THROTTLED": Throttled,
    "OVERQUOTA": OverQuota,
    "TOOBIG": MessageTooLarge,
    "NONEXISTENT": FolderVanished,
    "TRYCREATE": FolderVanished,
}
# Said of a command, it concerns the folder or the message that the command was about (RFC 5530 §3).
_OF_ONE_COMMAND: Final = frozenset({"INUSE", "SERVERBUG"})
_BACK_OFF: Final = re.compile(r"backoff time:? (\d{1,9})", re.IGNORECASE)
_FOLDER_GONE: Final = re.compile(
    r"(mailbox|folder)[^.]{0,200}(does ?n[o']t exist|not found|nonexistent)|unknown mailbox"
    r"|no such (mailbox|folder)|^NONEXISTENT",
    re.IGNORECASE,
)


def error_for_sign_in(condition: Condition, server: Server) -> NetError:
    """Return what a refused sign-in means; a NO that says nothing is a wrong password."""
    kind = _kind(condition)
    if kind is None or issubclass(kind, CommandRefused):
        kind = OverQuota if kind is OverQuota else SignInRefused
    return _build(kind, condition, server)


def error_for_command(condition: Condition, server: Server) -> NetError:
    """Return what a refused command means."""
    kind = _kind(condition)
    if kind is None and _FOLDER_GONE.search(condition.text):
        kind = FolderVanished
    if kind is None or kind is SignInRefused or _is_of_one_command(kind, condition):
        kind = CommandRefused
    return _build(kind, condition, server)


def _is_of_one_command(kind: type[NetError], condition: Condition) -> bool:
    is_said = condition.code is not None and condition.code.name in _OF_ONE_COMMAND
    return is_said and kind is ServerUnavailable


def error_for_goodbye(condition: Condition, server: Server) -> NetError:
    """Return what a BYE means."""
    return _build(_kind(condition) or ServerUnavailable, condition, server)


def _kind(condition: Condition) -> type[NetError] | None:
    for pattern, error in _WORDS:
        if pattern.search(condition.text):
            return error
    return _CODES.get(condition.code.name) if condition.code else None


def _build(kind: type[NetError], condition: Condition, server: Server) -> NetError:
    code = condition.code.name if condition.code else ""
    if issubclass(kind, Throttled):
        found = _BACK_OFF.search(condition.text)
        seconds = min(int(found.group(1)) / 1000, THROTTLE_MAX_SECONDS) if found else None
        return kind(server, condition.text, code, retry_after=seconds)
    return kind(server, condition.text, code)
