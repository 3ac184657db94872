"""One message of the demo as the bytes and the place a mail server has for it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from postroom.cli.demo.world.cast import OWN_DOMAIN, Correspondent
from postroom.cli.demo.world.enclosures import Enclosure

_POLICY = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True)
class Letter:
    """A message and where it lies: folder, date of arrival, and flags as Maildir letters."""

    folder: str
    at: datetime
    flags: str
    identity: str
    raw: bytes


@dataclass(frozen=True)
class Envelope:
    """What stands on the outside of a message."""

    sender: Address
    to: Sequence[Address]
    subject: str
    at: datetime
    identity: str
    cc: Sequence[Address] = ()
    answers: Sequence[str] = ()
    hours_ahead: float = 0


@dataclass(frozen=True)
class Wording:
    """The text of a message, and its HTML where there is one, with the pictures inside it."""

    text: str
    html: str = ""
    charset: str = "utf-8"
    inline: Sequence[tuple[str, bytes]] = ()


def identity_for(story: str, domain: str) -> str:
    """A Message-ID that is the same in every run."""
    return f"<{hashlib.sha256(story.encode()).hexdigest()[:20]}@{domain}>"


def compose(
    envelope: Envelope, wording: Wording, enclosures: Iterable[Enclosure] = ()
) -> EmailMessage:
    """Put a message together, headers first as they were written on the way."""
    message = EmailMessage(policy=_POLICY)
    if envelope.sender.domain != OWN_DOMAIN:
        message["Received"] = _received(envelope)
    message["From"] = envelope.sender
    message["To"] = envelope.to
    if envelope.cc:
        message["Cc"] = envelope.cc
    message["Subject"] = envelope.subject
    message["Date"] = format_datetime(_local_time(envelope))
    message["Message-ID"] = envelope.identity
    if envelope.answers:
        message["In-Reply-To"] = envelope.answers[-1]
        message["References"] = " ".join(envelope.answers)
    _write(message, wording)
    for enclosure in enclosures:
        main, sub = enclosure.media
        message.add_attachment(enclosure.content, main, sub, filename=enclosure.name)
    return message


def addresses_of(people: Iterable[Correspondent]) -> list[Address]:
    """The header addresses of some people."""
    return [person.address for person in people]


def _write(message: EmailMessage, wording: Wording) -> None:
    message.set_content(wording.text + "\n", charset=_usable_charset(wording))
    if not wording.html:
        return
    message.add_alternative(wording.html, subtype="html")
    part = message.get_body(("html",))
    for cid, picture in wording.inline:
        if isinstance(part, EmailMessage):
            part.add_related(picture, "image", "png", cid=f"<{cid}>", disposition="inline")


def _usable_charset(wording: Wording) -> str:
    try:
        wording.text.encode(wording.charset)
    except UnicodeEncodeError:
        return "utf-8"
    return wording.charset


def _local_time(envelope: Envelope) -> datetime:
    return envelope.at.astimezone(timezone(timedelta(hours=envelope.hours_ahead)))


def _received(envelope: Envelope) -> str:
    queue = hashlib.sha256(envelope.identity.encode()).hexdigest()[:10].upper()
    arrived = format_datetime(envelope.at.astimezone(UTC))
    return (
        f"from mx.{envelope.sender.domain} ([192.0.2.25]) by mail.{OWN_DOMAIN} with ESMTPS"
        f" id {queue} for <maya@{OWN_DOMAIN}>; {arrived}"
    )
