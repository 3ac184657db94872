"""Read a POP3 mailbox and leave it as it is: no command here removes a message (RFC 1939)."""

import base64
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from postroom.imap.errors import ImapError
from postroom.imap.responses import Code, Condition
from postroom.imap.sasl import Mechanism
from postroom.imap.server_words import server_words
from postroom.net.credentials import Credential, Password, shows_in
from postroom.net.errors import (
    CommandRefused,
    NoLastingIds,
    NotAPop3Server,
    ProtocolViolation,
    TlsNotOffered,
)
from postroom.net.first_words import error_for_greeting
from postroom.net.line_client import LineClient
from postroom.net.refusals import error_for_goodbye, error_for_sign_in
from postroom.net.sasl_choice import find_mechanism, not_offered
from postroom.net.server import Security
from postroom.net.stages import Stage, reached
from postroom.net.text_line import LineBroken, TextLine

T = TypeVar("T")

_MESSAGES_MAX: Final = 500_000
_ALL_LINES: Final = 99_999_999
# RFC 2449 §8 and RFC 3206 §4, in the words of RFC 5530.
_CODES: Final = {
    b"AUTH": "AUTHENTICATIONFAILED",
    b"IN-USE": "INUSE",
    b"LOGIN-DELAY": "LIMIT",
    b"SYS/TEMP": "UNAVAILABLE",
}


@dataclass(frozen=True, slots=True)
class Pop3Message:
    """A message's number in this session, its id for ever (RFC 1939 §7, UIDL), and its octets."""

    number: int
    uidl: str
    size: int = 0


class Refused(Exception):
    """`-ERR`, as the condition it is."""

    def __init__(self, condition: Condition) -> None:
        super().__init__(condition.text)
        self.condition = condition


class Pop3Client(LineClient):
    """A mailbox over POP3. `sign_in` uses SASL, or USER and PASS where it is not offered."""

    def __init__(self, line: TextLine) -> None:
        """Wrap an open line; use `connect`."""
        super().__init__(line)
        self.capabilities: dict[str, list[str]] = {}

    @property
    def octets_received(self) -> int:
        """How much came so far, whatever it was."""
        return self._line.octets_received

    async def list_messages(self) -> list[Pop3Message]:
        """Return every message with its unique id (UIDL) and what the server says of its size."""
        return await self._run(self._list)

    async def header(self, number: int) -> bytes:
        """Return a message's header (TOP), or all of it where TOP is not offered."""
        command = f"TOP {number:d} 0" if "TOP" in self.capabilities else f"RETR {number:d}"
        return await self._run(lambda: self._text(command))

    async def peek(self, message: Pop3Message) -> bytes:
        """Return a message as if nobody had: by TOP with more lines than any message has.

        RETR marks it as read (Seen: Dovecot). Where TOP brings less than was announced, RETR it is.
        """
        if "TOP" in self.capabilities:
            text = await self._run(lambda: self._text(f"TOP {message.number:d} {_ALL_LINES:d}"))
            if len(text) >= message.size:
                return text
        return await self.message(message.number)

    async def message(self, number: int) -> bytes:
        """Return a message (RETR), at most `Limits.message` octets."""
        return await self._run(lambda: self._text(f"RETR {number:d}"))

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await super()._run(work)
        except Refused as refusal:
            raise CommandRefused(self._server, refusal.condition.text) from None

    def _greet(self) -> None:
        try:
            told = server_words(self._answer()[3:], 200)
            if self._server.security is Security.STARTTLS:
                self._learn_capabilities()
                reached(Stage.ENCRYPTION, told)
                self._start_tls()
                told = self._line.tls_version
            reached(Stage.CAPABILITIES, told)
            self._learn_capabilities()
        except Refused as refusal:
            raise error_for_goodbye(refusal.condition, self._server) from None
        except LineBroken:
            raise error_for_greeting(self._server, self._line.first, NotAPop3Server) from None

    def _start_tls(self) -> None:
        try:
            if "STLS" not in self.capabilities:
                raise TlsNotOffered(self._server)
            self._ask("STLS")
        except Refused:
            raise TlsNotOffered(self._server) from None
        self._line.secure()

    def _learn_capabilities(self) -> None:
        """Ask CAPA (RFC 2449 §5); an old server has none. What was known before is forgotten."""
        self.capabilities = {}
        with contextlib.suppress(Refused):
            self._ask("CAPA")
            words = [line.decode("latin-1").split() for line in self._lines()]
            self.capabilities = {word[0].upper(): word[1:] for word in words if word}

    def _sign_in(self, credential: Credential) -> None:
        offered = {name.upper() for name in self.capabilities.get("SASL", [])}
        mechanism = find_mechanism(credential, offered)
        try:
            if mechanism is not None:
                self._authenticate(mechanism)
            elif isinstance(credential, Password):
                self._user_and_pass(credential)
            else:
                raise not_offered(credential, offered, self._server)
        except Refused as refusal:
            condition = refusal.condition
            if shows_in(credential, condition.text):
                condition = replace(condition, text="")
            raise error_for_sign_in(condition, self._server) from None
        except (ImapError, ValueError):
            raise ProtocolViolation(self._server) from None
        self._learn_capabilities()

    def _authenticate(self, mechanism: Mechanism) -> None:
        """Sign in by SASL (RFC 5034 §4), each answer sent when it is asked for."""
        pending = mechanism.initial()
        answer = self._ask(f"AUTH {mechanism.name}")
        for _ in range(self._line.limits.sasl_steps):
            if not answer.startswith(b"+ "):
                return mechanism.verify()
            challenge = base64.b64decode(answer[2:])
            response = mechanism.respond(challenge) if pending is None else pending
            pending = None
            answer = self._ask(base64.b64encode(response).decode("ascii"))
        raise LineBroken("the server never ends its challenges")

    def _user_and_pass(self, credential: Password) -> None:
        """Sign in the old way (RFC 1939 §7); a line break in either would be a command."""
        if set("\r\n\0") & set(credential.user + credential.secret):
            raise ValueError("a line break in a user or password")
        self._ask(f"USER {credential.user}")
        self._ask(f"PASS {credential.secret}")

    def _list(self) -> list[Pop3Message]:
        sizes = dict(self._listing("LIST"))
        try:
            ids = [*self._listing("UIDL")]
        except Refused as refusal:
            raise NoLastingIds(self._server, refusal.condition.text) from None
        return [
            Pop3Message(number, uidl.decode("latin-1"), _size(sizes.get(number, b"")))
            for number, uidl in ids
        ]

    def _listing(self, command: str) -> list[tuple[int, bytes]]:
        self._ask(command)
        self._line.grant(80 * _MESSAGES_MAX)
        return [self._parse_listing(line) for line in self._lines()]

    def _text(self, command: str) -> bytes:
        self._ask(command)
        self._line.grant(self._line.limits.message)
        return b"".join(line + b"\r\n" for line in self._lines())

    def _quit(self) -> None:
        with contextlib.suppress(Refused):
            self._ask("QUIT")

    def _ask(self, command: str) -> bytes:
        self._line.send_line(command)
        return self._answer()

    def _answer(self) -> bytes:
        """Read a one-line answer. Raises Refused for `-ERR`."""
        line = self._line.read_line()
        if line.startswith(b"+"):
            return line
        if not line.startswith(b"-ERR"):
            raise LineBroken("not a POP3 answer")
        raise Refused(_condition(line[4:].strip()))

    def _lines(self) -> Iterator[bytes]:
        """Yield the lines up to the one with a dot alone (RFC 1939 §3)."""
        while (line := self._line.read_line()) != b".":
            yield line[1:] if line.startswith(b".") else line

    def _parse_listing(self, line: bytes) -> tuple[int, bytes]:
        number, _, told = line.strip().partition(b" ")
        # RFC 1939 §7 says at most 70 characters; some servers have more.
        if not number.isdigit() or len(number) > 9 or not 1 <= len(told) <= 255:
            raise ProtocolViolation(self._server)
        return int(number), told


def _size(words: bytes) -> int:
    """Read the size out of a line of LIST; servers may say more after it (RFC 1939 §5)."""
    size = words.split(b" ", 1)[0]
    return int(size) if size.isdigit() and len(size) < 10 else 0


def _condition(words: bytes) -> Condition:
    code = None
    if words.startswith(b"["):
        name, _, words = words[1:].partition(b"]")
        code = Code(_CODES.get(name.upper(), "ALERT"))
    return Condition("NO", code, server_words(words, 500))
