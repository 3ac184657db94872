"""What someone is about to send, as values; `compose` makes bytes of it."""

from dataclasses import dataclass
from datetime import datetime

from postroom.mime.addresses import Address


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A file to send along; one with a Content-ID is shown inside the HTML by `cid:`."""

    name: str
    media_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """One email to compose. `bcc` decides who gets it and is never written into it.

    Id and moment are the caller's: a draft that is composed twice gives the same bytes.
    """

    message_id: str
    sent_at: datetime
    from_: Address
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    files: tuple[DraftFile, ...] = ()

    @property
    def recipients(self) -> tuple[Address, ...]:
        """Everyone the mail goes to, each mailbox once: what SMTP is told, not what is written."""
        everyone = self.to + self.cc + self.bcc
        return tuple({one.canonical or one.address: one for one in everyone}.values())
