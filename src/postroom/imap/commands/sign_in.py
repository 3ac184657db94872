"""Commands that sign in; neither shows a secret in its repr."""

import base64
import binascii
from typing import ClassVar

from postroom.imap.commands.command import Command, Part, Wire, text
from postroom.imap.errors import IllegalCommand, LimitExceeded, MalformedResponse
from postroom.imap.responses import CapabilityList, Response
from postroom.imap.sasl import Mechanism


class SignIn(Command):
    """What AUTHENTICATE and LOGIN share."""

    def __init__(self) -> None:
        super().__init__()
        self._saw_capabilities = False

    @property
    def brought_capabilities(self) -> bool:
        """Whether the server told its new capabilities unasked (RFC 3501 §6.2.2)."""
        code = self.outcome.code if self.outcome else None
        return self._saw_capabilities or (code is not None and code.name == "CAPABILITY")

    def take(self, response: Response) -> bool:
        """Note capabilities that come with the OK; the connection keeps them."""
        self._saw_capabilities |= isinstance(response, CapabilityList)
        return isinstance(response, CapabilityList)


class Authenticate(SignIn):
    """Sign in by SASL (RFC 3501 §6.2.2), in one round trip where SASL-IR is offered (RFC 4959)."""

    word: ClassVar[bytes] = b"AUTHENTICATE"

    def __init__(self, mechanism: Mechanism, steps: int) -> None:
        super().__init__()
        self.mechanism = mechanism
        self._steps_left = steps
        self._pending: bytes | None = None

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `AUTHENTICATE PLAIN` and, if it may go along, the initial response."""
        initial = self.mechanism.initial()
        line = b"AUTHENTICATE " + self.mechanism.name.encode("ascii")
        if initial is None:
            return [line]
        # IMAP4rev2 has SASL-IR built in (RFC 9051 §6.2.2).
        if wire.capabilities.isdisjoint(("SASL-IR", "IMAP4REV2")):
            self._pending = initial
            return [line]
        return [line + b" " + (base64.b64encode(initial) or b"=")]

    def answer(self, challenge: bytes) -> bytes:
        """Answer one challenge. Raises LimitExceeded for a server that never ends."""
        if not self._steps_left:
            raise LimitExceeded("sasl_steps", 0)
        self._steps_left -= 1
        if self._pending is not None:
            response, self._pending = self._pending, None
        else:
            response = self.mechanism.respond(_decode_challenge(challenge))
        return base64.b64encode(response)


class Login(SignIn):
    """Sign in by user and password (RFC 3501 §6.2.3). Forbidden by LOGINDISABLED."""

    word: ClassVar[bytes] = b"LOGIN"

    def __init__(self, user: str, password: str) -> None:
        super().__init__()
        self._user = user
        self._password = password

    def __repr__(self) -> str:
        return "<Login>"

    def compose(self, wire: Wire) -> list[Part]:
        """Compose `LOGIN "user" "password"`, each counted when it is not plain text."""
        if "LOGINDISABLED" in wire.capabilities:
            raise IllegalCommand("the server does not offer LOGIN")
        return [b"LOGIN ", text(self._user), b" ", text(self._password)]


def _decode_challenge(text: bytes) -> bytes:
    try:
        return base64.b64decode(text, validate=False)
    except binascii.Error:
        raise MalformedResponse("a challenge that is not base64") from None
