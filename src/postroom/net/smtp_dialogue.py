"""SMTP as questions and replies (RFC 5321 §4.2): no policy, no sign-in, just what is said."""

import base64
import re
from collections.abc import Sequence
from typing import Final

from postroom.imap.sasl import Mechanism
from postroom.net.smtp_refusals import Reply
from postroom.net.text_line import LineBroken, TextLine

_REPLY: Final = re.compile(rb"([2-5]\d\d)([ -]?)(.*)", re.DOTALL)
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")


class SmtpDialogue:
    """One session. Everything here blocks."""

    def __init__(self, line: TextLine) -> None:
        self._line = line
        self.extensions: dict[str, str] = {}

    def reply(self) -> Reply:
        """Read one reply, all its lines. Raises LineBroken."""
        words: list[bytes] = []
        while True:
            found = _REPLY.fullmatch(self._line.read_line())
            if found is None:
                raise LineBroken("not an SMTP reply")
            words.append(found.group(3))
            if found.group(2) != b"-":
                return Reply(int(found.group(1)), b"\n".join(words))

    def ask(self, command: str) -> Reply:
        """Send one command and read its reply."""
        self._line.send_line(command)
        return self.reply()

    def ask_all(self, commands: Sequence[str]) -> list[Reply]:
        """Send commands and read their replies; at once where the server allows it (RFC 2920)."""
        if "pipelining" not in self.extensions:
            return [self.ask(command) for command in commands]
        self._line.send("".join(command + "\r\n" for command in commands).encode())
        self._line.grant(self._line.limits.line * len(commands))
        return [self.reply() for _ in commands]

    def hello(self) -> Reply:
        """Say EHLO and keep the extensions; HELO to a server that knows no better."""
        address = self._line.own_address
        name = f"[IPv6:{address}]" if ":" in address else f"[{address}]"
        reply = self.ask(f"EHLO {name}")
        if reply.code != 250:
            self.extensions = {}
            return self.ask(f"HELO {name}")
        lines = reply.words.decode("latin-1").split("\n")[1 : self._line.limits.words]
        self.extensions = {
            name.lower(): rest for name, _, rest in (line.partition(" ") for line in lines)
        }
        return reply

    def authenticate(self, mechanism: Mechanism) -> Reply:
        """Sign in by SASL (RFC 4954 §4)."""
        initial = mechanism.initial()
        first = "" if initial is None else " " + (_base64(initial) or "=")
        reply = self.ask(f"AUTH {mechanism.name}{first}")
        for _ in range(self._line.limits.sasl_steps):
            if reply.code != 334:
                return reply
            reply = self.ask(_base64(mechanism.respond(base64.b64decode(reply.words))))
        raise LineBroken("the server never ends its challenges")

    def send_message(self, message: bytes) -> None:
        """Send a message's text and the final dot (RFC 5321 §4.5.2)."""
        text = re.sub(rb"^\.", b"..", _LINE_END.sub(b"\r\n", message), flags=re.MULTILINE)
        self._line.send(text + (b"" if text.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        self._line.grant(self._line.limits.line)


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")
