"""Hand a message to a submission server (RFC 6409), at most once.

From the final dot to its answer nobody can know whether the message was taken (RFC 1047):
`DeliveryUnknown` says so, and whoever sends again must look first.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from postroom.imap.errors import ImapError
from postroom.net.credentials import Credential, shows_in
from postroom.net.errors import (
    CommandRefused,
    ConnectTimedOut,
    DeliveryUnknown,
    MessageTooLarge,
    NotAnSmtpServer,
    NotWelcome,
    ProtocolViolation,
    TlsNotOffered,
)
from postroom.net.first_words import error_for_greeting
from postroom.net.line_client import LineClient
from postroom.net.sasl_choice import find_mechanism, not_offered
from postroom.net.server import Security
from postroom.net.smtp_dialogue import SmtpDialogue
from postroom.net.smtp_refusals import Reply, error_for_delivery, error_for_smtp_sign_in
from postroom.net.stages import Stage, reached
from postroom.net.text_line import LineBroken, TextLine

T = TypeVar("T")

_ADDRESS: Final = re.compile(r"[^\x00-\x20<>\x7f\s]{1,320}")

LONGEST_SIZE: Final = 18  # Digits, as much as a column holds.


def size_told(extensions: Mapping[str, str]) -> int | None:
    """How large a message the server takes; nothing and 0 name no bound (RFC 1870 §3)."""
    told = extensions.get("size", "")
    is_number = told.isascii() and told.isdigit() and len(told) <= LONGEST_SIZE
    return (int(told) if is_number else 0) or None


@dataclass(frozen=True, slots=True)
class Delivery:
    """For whom the server took the message, and for whom not, with its words."""

    accepted: tuple[str, ...]
    refused: dict[str, str]


class SmtpClient(LineClient):
    """A submission server."""

    def __init__(self, line: TextLine) -> None:
        """Wrap an open line; use `connect`."""
        super().__init__(line)
        self._smtp = SmtpDialogue(line)
        self._is_handed_over = False

    @property
    def extensions(self) -> dict[str, str]:
        """What EHLO said, names in lower case."""
        return dict(self._smtp.extensions)

    async def deliver(self, sender: str, recipients: Sequence[str], message: bytes) -> Delivery:
        """Send one message to everyone it names. Raises DeliveryUnknown when nobody can tell."""
        if not recipients:
            raise self._refused("nobody to send to")
        for address in (sender, *recipients):
            if not _ADDRESS.fullmatch(address):
                raise self._refused("that is not an address")
        if b"\0" in message:
            # Some servers drop it, and what stood behind it may then end the message for them.
            raise self._refused("the message holds a NUL, which no mail may (RFC 2045 §2.8)")
        self._is_handed_over = False
        try:
            return await self._run(lambda: self._deliver(sender, recipients, message))
        except ConnectTimedOut:
            if self._is_handed_over:
                raise DeliveryUnknown(self._server) from None
            raise

    def _greet(self) -> None:
        try:
            greeting = self._smtp.reply()
            if greeting.code == 554:
                raise NotWelcome(self._server, greeting.text)
            self._expect(220, greeting)
            self._say_hello(greeting.text)
        except LineBroken:
            raise error_for_greeting(self._server, self._line.first, NotAnSmtpServer) from None

    def _say_hello(self, greeting: str) -> None:
        told = greeting
        if self._server.security is Security.STARTTLS:
            self._expect(250, self._smtp.hello())
            reached(Stage.ENCRYPTION, told)
            self._start_tls()
            told = self._line.tls_version
        reached(Stage.CAPABILITIES, told)
        self._expect(250, self._smtp.hello())

    def _start_tls(self) -> None:
        if "starttls" not in self._smtp.extensions or self._smtp.ask("STARTTLS").code != 220:
            raise TlsNotOffered(self._server)
        self._line.secure()

    def _sign_in(self, credential: Credential) -> None:
        offered = self._smtp.extensions.get("auth", "").upper().split()
        mechanism = find_mechanism(credential, offered)
        if mechanism is None:
            raise not_offered(credential, offered, self._server)
        try:
            reply = self._smtp.authenticate(mechanism)
            if reply.code == 235:
                mechanism.verify()
                return
        except (ImapError, ValueError):
            raise ProtocolViolation(self._server) from None
        if shows_in(credential, reply.text):
            reply = Reply(reply.code, b"")
        raise error_for_smtp_sign_in(reply, self._server)

    def _quit(self) -> None:
        self._smtp.ask("QUIT")

    def _deliver(self, sender: str, recipients: Sequence[str], message: bytes) -> Delivery:
        refused = self._send_envelope(sender, recipients, message)
        self._expect(354, self._smtp.ask("DATA"))
        self._smtp.send_message(message)
        self._is_handed_over = True
        try:
            reply = self._smtp.reply()
        except LineBroken:
            raise DeliveryUnknown(self._server) from None
        if reply.code < 400 and reply.code != 250:
            raise DeliveryUnknown(self._server, reply.text, str(reply.code))
        self._expect(250, reply)
        accepted = tuple(one for one in recipients if one not in refused)
        return Delivery(accepted, refused)

    def _send_envelope(
        self, sender: str, recipients: Sequence[str], message: bytes
    ) -> dict[str, str]:
        lines = [self._mail_line(sender, recipients, len(message), message.isascii())]
        lines += [f"RCPT TO:<{recipient}>" for recipient in recipients]
        mail, *answers = self._smtp.ask_all(lines)
        self._expect(250, mail)
        refused = {
            recipient: reply.text
            for recipient, reply in zip(recipients, answers, strict=True)
            if reply.code not in (250, 251)
        }
        if len(refused) == len(set(recipients)):
            self._smtp.ask("RSET")
            raise error_for_delivery(answers[0], self._server)
        return refused

    def _mail_line(self, sender: str, recipients: Sequence[str], size: int, is_ascii: bool) -> str:
        extensions = self._smtp.extensions
        line = f"MAIL FROM:<{sender}>"
        if "size" in extensions:
            allowed = extensions["size"][:20]
            if allowed.isdigit() and 0 < int(allowed) < size:
                raise MessageTooLarge(self._server)
            line += f" SIZE={size}"
        if not is_ascii and "8bitmime" in extensions:
            line += " BODY=8BITMIME"
        if not "".join((sender, *recipients)).isascii():
            if "smtputf8" not in extensions:
                raise self._refused("the server takes no addresses outside ASCII")
            line += " SMTPUTF8"
        return line

    def _expect(self, code: int, reply: Reply) -> None:
        if reply.code != code:
            raise error_for_delivery(reply, self._server)

    def _refused(self, why: str) -> CommandRefused:
        error = CommandRefused(self._server)
        error.cause = error.sentence = f"Nothing was sent: {why}."
        return error
