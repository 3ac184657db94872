"""The demo's outgoing mail server: what Maya sends is read by whom it is to, and answered.

SMTP on loopback with sign-in (RFC 5321, RFC 4954), for the demo's own addresses. Colleagues find
it in their mailbox; customers answer within half a minute, in a line; strangers' addresses are
refused, so that one sees how that looks.
"""

import asyncio
import base64
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from random import Random

from postroom.cli.demo.mailbox import PASSWORD, Mailbox
from postroom.cli.demo.world import cast
from postroom.cli.demo.world.letters import Envelope, Letter, Wording, compose

LARGEST = 20_000_000
SOONEST_SECONDS, LATEST_SECONDS = 10.0, 25.0
OFFERED = ("mail.petrel.example", f"SIZE {LARGEST}", "8BITMIME", "SMTPUTF8", "AUTH PLAIN LOGIN")

ANSWERS = {
    "en": "Thank you, Maya. I shall read it properly tonight and write tomorrow.",
    "ja": "マヤさん、ありがとうございます。\n\nThank you, Maya. I will write again soon.",
    "de": "Danke, Maya! Ich schaue es mir heute Abend an.",
    "fr": "Merci Maya, je regarde ça ce soir.",
    "el": "Ευχαριστώ, Μάγια! Θα σου γράψω αύριο.",
    "uk": "Дякую, Маю! Відповім завтра.",
}


@dataclass
class Transaction:
    """One email on its way, as far as it came."""

    sender: str = ""
    recipients: list[str] = field(default_factory=list)


class OutgoingServer:
    """Takes mail from those who signed in and brings it to whom it is to."""

    def __init__(self, mailboxes: Mapping[str, Mailbox], tell: Callable[[str], None]) -> None:
        self.mailboxes = mailboxes
        self._tell = tell
        self._random = Random()  # noqa: S311 - when somebody answers is no secret
        self._answering: set[asyncio.Task[None]] = set()

    async def meet(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One session, whatever becomes of it."""
        with suppress(ConnectionError, asyncio.IncompleteReadError, ValueError):
            await Session(self, reader, writer).run()
        writer.close()

    def take(self, mail: Transaction, raw: bytes) -> None:
        """Bring a whole email to everybody it is to."""
        message = message_from_bytes(raw, policy=policy.default)
        now = datetime.now().astimezone()
        for address in mail.recipients:
            if mailbox := self.mailboxes.get(address):
                identity = f"<{sha256(raw).hexdigest()[:20]}@{cast.OWN_DOMAIN}>"
                mailbox.deliver(Letter("INBOX", now, "", identity, raw))
            elif customer := find_customer(address):
                task = asyncio.create_task(self._answer(customer, mail.sender, message))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)

    async def _answer(
        self, customer: cast.Correspondent, sender: str, message: EmailMessage
    ) -> None:
        await asyncio.sleep(self._random.uniform(SOONEST_SECONDS, LATEST_SECONDS))
        now = datetime.now().astimezone()
        answer = answer_to(message, customer, sender, now)
        self.mailboxes[sender].deliver(answer)
        self._tell(f"{customer.name} answered: {message['Subject']}")


class Session:
    """A client's session; a command nobody expects is refused and nothing else happens."""

    def __init__(self, server: OutgoingServer, reader: StreamReader, writer: StreamWriter) -> None:
        self._server, self._reader, self._writer = server, reader, writer
        self._user, self._mail = "", Transaction()

    async def run(self) -> None:
        """Greet, and do as told until the client leaves."""
        self._say("220 mail.petrel.example")
        while line := await self._reader.readline():
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            if verb.upper() == "QUIT":
                self._say("221 Bye")
                break
            await self._do(verb.upper(), rest)
            await self._writer.drain()

    async def _do(self, verb: str, rest: str) -> None:
        if verb == "EHLO":
            lines = [f"250-{words}" for words in OFFERED[:-1]]
            self._say(*lines, f"250 {OFFERED[-1]}")
        elif verb == "AUTH":
            await self._sign_in(rest)
        elif verb in ("HELO", "RSET", "NOOP"):
            self._mail = Transaction() if verb == "RSET" else self._mail
            self._say("250 OK")
        elif not self._user:
            self._say("530 5.7.0 Sign in first")
        elif verb == "MAIL":
            self._mail = Transaction(address_in(rest))
            self._say("250 OK" if self._mail.sender == self._user else "553 5.7.1 Not yours")
        elif verb == "RCPT":
            self._take_recipient(address_in(rest))
        elif verb == "DATA" and self._mail.recipients:
            await self._take_message()
        else:
            self._say("503 5.5.1 Not now")

    async def _sign_in(self, rest: str) -> None:
        mechanism, _, first = rest.partition(" ")
        if mechanism.upper() == "LOGIN":
            name, password = await self._ask(b"Username:"), await self._ask(b"Password:")
        else:
            answer = first or await self._ask(b"")
            words = [*base64.b64decode(answer).decode().split("\0"), "", ""]
            name, password = words[1], words[2]
        self._user = name.lower() if password == PASSWORD else ""
        is_known = self._user in self._server.mailboxes
        self._user = self._user if is_known else ""
        self._say("235 2.7.0 Welcome" if self._user else "535 5.7.8 Wrong address or password")

    async def _ask(self, question: bytes) -> str:
        self._say(f"334 {base64.b64encode(question).decode()}")
        await self._writer.drain()
        answer = (await self._reader.readline()).decode().strip()
        return base64.b64decode(answer).decode() if question else answer

    def _take_recipient(self, address: str) -> None:
        if address in self._server.mailboxes or find_customer(address):
            self._mail.recipients.append(address)
            self._say("250 OK")
        else:
            self._say("550 5.1.1 Nobody in this demo has that address")

    async def _take_message(self) -> None:
        self._say("354 Go on")
        await self._writer.drain()
        lines = []
        while (line := await self._reader.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self._server.take(self._mail, b"".join(lines))
        self._mail = Transaction()
        self._say("250 2.0.0 On its way")

    def _say(self, *lines: str) -> None:
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())


def address_in(rest: str) -> str:
    """The address of a MAIL or RCPT command."""
    return rest.partition("<")[2].partition(">")[0].lower()


def find_customer(address: str) -> cast.Correspondent | None:
    """Who has this address; it may be one of earlier years."""
    people = cast.CUSTOMERS.values()
    return next((one for one in people if address in (one.mailbox, one.older_mailbox)), None)


def answer_to(
    message: EmailMessage, customer: cast.Correspondent, sender: str, now: datetime
) -> Letter:
    """A line from the customer, in the conversation."""
    subject = str(message["Subject"] or "")
    message_id = str(message["Message-ID"] or "").strip()
    told = sha256(f"{message_id}{customer.mailbox}".encode()).hexdigest()[:20]
    owner = next(one for one in cast.COLLEAGUES.values() if one.mailbox == sender)
    envelope = Envelope(
        sender=customer.address,
        to=[owner.address],
        subject=subject if subject.lower().startswith("re:") else f"Re: {subject}",
        at=now,
        identity=f"<{told}@{customer.domain}>",
        answers=[message_id] if message_id else (),
        hours_ahead=customer.hours_ahead,
    )
    text = ANSWERS.get(customer.language, ANSWERS["en"])
    written = compose(envelope, Wording(f"{text}\n\n{customer.name.split()[0]}"))
    return Letter("INBOX", now, "", envelope.identity, written.as_bytes())
