"""The kinds of files, each as entries of a zip: a zip can be read to its end as it is written."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import IO, Protocol
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.utils.text import slugify

from postroom.archive.models import Email, ParticipantRole
from postroom.export.mbox import compose_mbox_entry
from postroom.mime import Attachment
from postroom.rendering.readers import find_laid_out, place_of, take_out_of

LONGEST_SUBJECT = 40


class Kind(StrEnum):
    """In which form emails leave."""

    MBOX = "mbox"
    EML = "eml"
    NDJSON = "ndjson"


LABELS = {
    Kind.MBOX: "mbox, which mail programs read",
    Kind.EML: "a file for each email (.eml)",
    Kind.NDJSON: "JSON, one object a line, with attachments",
}


class Writer(Protocol):
    """Puts emails into a zip, one after the other."""

    def add(self, email: Email, raw: bytes) -> None:
        """Put one in."""

    def finish(self) -> None:
        """End what is open, so that other entries may follow."""


class OneEntry:
    """All emails in one entry, each as `compose` makes it of an email and its octets."""

    def __init__(self, entry: IO[bytes], compose: Callable[[Email, bytes], bytes]) -> None:
        self._entry, self._compose = entry, compose

    def add(self, email: Email, raw: bytes) -> None:
        """Put one in."""
        self._entry.write(self._compose(email, raw))

    def finish(self) -> None:
        """End the entry."""
        self._entry.close()


def mbox_entry(email: Email, raw: bytes) -> bytes:
    """The message between two From lines."""
    return compose_mbox_entry(raw, email.received_at)


def ndjson_line(email: Email, raw: bytes) -> bytes:
    """Text and attachments as Postroom read them, hostile HTML made harmless, in a line."""
    return json.dumps(object_of(email), ensure_ascii=False).encode() + b"\n"


class EmlWriter:
    """`emails/000001-2026-03-02-hello.eml` and so on, each as it came."""

    def __init__(self, zip_file: ZipFile, now: datetime) -> None:
        self._zip, self._now, self._number = zip_file, now, 0

    def add(self, email: Email, raw: bytes) -> None:
        """Put one in."""
        self._number += 1
        about = slugify(email.subject, allow_unicode=True)[:LONGEST_SUBJECT].strip("-")
        name = "-".join(filter(None, (f"{self._number:06}", f"{email.sent_at:%Y-%m-%d}", about)))
        self._zip.writestr(entry_named(f"emails/{name}.eml", self._now), raw)

    def finish(self) -> None:
        """Nothing is open."""


def writer_of(kind: Kind, zip_file: ZipFile, now: datetime) -> Writer:
    """What writes files of this kind."""
    match kind:
        case Kind.MBOX:
            return OneEntry(opened(zip_file, "emails.mbox", now), mbox_entry)
        case Kind.NDJSON:
            return OneEntry(opened(zip_file, "emails.ndjson", now), ndjson_line)
        case Kind.EML:
            return EmlWriter(zip_file, now)


def opened(zip_file: ZipFile, name: str, now: datetime) -> IO[bytes]:
    """An entry to be written bit by bit, however long it gets."""
    return zip_file.open(entry_named(name, now), "w", force_zip64=True)


def entry_named(name: str, now: datetime) -> ZipInfo:
    """An entry of this moment, compressed."""
    entry = ZipInfo(name, now.timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    return entry


def envelope_of(email: Email) -> dict[str, object]:
    """Who, when, what about, and where it stands."""
    return {
        "message_id": email.message_id,
        "thread": email.thread_root,
        "subject": email.subject,
        "sent_at": email.sent_at.isoformat(),
        "received_at": email.received_at.isoformat(),
        "direction": email.direction,
        "mailbox": email.account.address,
        "read": email.is_read,
        "flagged": email.is_flagged,
        "answered": email.is_answered,
    }


def object_of(email: Email) -> dict[str, object]:
    """All of an email; `text` is null where nobody could read it."""
    laid_out = find_laid_out(email)
    return {
        **envelope_of(email),
        "people": list(people_on(email)),
        "text": laid_out.text if laid_out else None,
        "html": laid_out.html if laid_out else None,
        "attachments": [file_of(email, a) for a in laid_out.attachments] if laid_out else [],
    }


def people_on(email: Email) -> Iterator[dict[str, str]]:
    """Every address on it with its role."""
    for one in email.participants.order_by("role", "position"):
        role = ParticipantRole(one.role).label.lower()
        yield {"role": role, "name": one.name, "address": one.address}


def file_of(email: Email, attachment: Attachment) -> dict[str, object]:
    """A file that came with it; `content` is null where it takes more than one may take."""
    content = take_out_of(email, attachment)
    return {
        "part": place_of(attachment),
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size": attachment.size,
        "content": None if content is None else base64.b64encode(content).decode(),
    }
