"""What hangs on to a message: named safely, sized truly, fetched by its place in the tree."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from postroom.mime.encoded_words import decode_words, one_line
from postroom.mime.ids import parse_message_id
from postroom.mime.limits import MAX_FILE_NAME
from postroom.mime.parameters import parse_disposition
from postroom.mime.structure import MESSAGE_TYPES, Part, find_structure

_UNSAFE = re.compile(
    # Controls, marks that change the direction of text or hide, and what Windows forbids in names.
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    '\ufeff\ufff9-\ufffb\U000e0000-\U000e007f<>:"|?*]'
)
_SHOWN = re.compile(r"\bcid:([^\s\"'<>()]+)", re.IGNORECASE)
_EXTENSIONS: Final = {
    "text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "text/csv": ".csv",
    "text/vcard": ".vcf", "text/x-vcard": ".vcf", "text/rfc822-headers": ".txt",
    "message/rfc822": ".eml", "message/global": ".eml", "message/news": ".eml",
    "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp",
    "application/pdf": ".pdf", "application/zip": ".zip", "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s", "application/ms-tnef": ".dat", "audio/mpeg": ".mp3",
    "message/delivery-status": ".txt", "message/disposition-notification": ".txt",
}  # fmt: skip
_USUAL_NAMES: Final = {"text/calendar": "invite.ics", "application/ms-tnef": "winmail.dat"}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the text: `part` is its IMAP section, `inline` that the HTML shows it.

    What the sender calls inline does not count: Apple Mail says so of every PDF.
    """

    name: str
    media_type: str
    size: int
    content_id: str | None
    inline: bool
    part: tuple[int, ...]


def attachments_of(attached: list[Part], html: str | None) -> tuple[Attachment, ...]:
    """Describe the parts that are attachments; the HTML says which of them it shows itself."""
    if not attached:
        return ()
    shown = _shown_in(html)
    return tuple(_attachment(part, shown) for part in attached)


def has_attachments(attached: list[Part], html: Callable[[], str | None]) -> bool:
    """Tell whether any of the parts is one that the HTML does not show itself."""
    ids = [_content_id(part) for part in attached]
    if None in ids or not ids:
        return bool(ids)
    return not _shown_in(html()).issuperset(ids)


def attachment_content(raw: bytes, part: tuple[int, ...]) -> bytes:
    """Return the decoded bytes of one part of a message; LookupError if there is no such part."""
    contents = attachment_contents(raw, {part})
    if part not in contents:
        raise LookupError(f"the message has no part {'.'.join(map(str, part))}")
    return contents[part]


def attachment_contents(
    raw: bytes, parts: Collection[tuple[int, ...]]
) -> dict[tuple[int, ...], bytes]:
    """Return the decoded bytes of those of these parts that there are, reading the message once."""
    # A message without its boundary shares the path of the part it lies in: the outer one counts.
    return {
        one.path: one.content()
        for one in reversed(_walk(find_structure(raw)[0]))
        if one.path in parts and not one.is_open
    }


def safe_file_name(written: str) -> str:
    """Return a file name without path, controls or invisible marks, '' if nothing is left."""
    name = written.replace("\\", "/").rpartition("/")[2]
    name = one_line(_UNSAFE.sub("", name)).strip(". ")
    stem, dot, extension = name.rpartition(".")
    if len(name) <= MAX_FILE_NAME:
        return name
    if not dot or len(extension) > 20:
        return name[:MAX_FILE_NAME]
    return stem[: MAX_FILE_NAME - len(extension) - 1] + dot + extension


def name_of(part: Part) -> str:
    """Return the safe name of a part, made up where its sender gave none."""
    _, parameters = parse_disposition(part.header.get(b"content-disposition"))
    written = parameters.get("filename") or part.content_type.name
    return safe_file_name(decode_words(written)) or _usual_name(part)


def _attachment(part: Part, shown: set[str | None]) -> Attachment:
    content_id = _content_id(part)
    return Attachment(
        name_of(part),
        part.media_type,
        part.size(),
        content_id,
        content_id in shown,
        part.path,
    )


def _shown_in(html: str | None) -> set[str | None]:
    return {unquote(one) for one in _SHOWN.findall(html or "")}


def _content_id(part: Part) -> str | None:
    return parse_message_id(part.header.get(b"content-id")) or None


def _usual_name(part: Part) -> str:
    media_type = part.media_type
    if media_type in MESSAGE_TYPES and part.children:
        subject = decode_words(part.children[0].header.get(b"subject"))
        if name := safe_file_name(subject.replace("/", "-")):
            return name[: MAX_FILE_NAME - 4] + ".eml"
    usual = f"part-{'.'.join(map(str, part.path))}{_EXTENSIONS.get(media_type, '')}"
    return _USUAL_NAMES.get(media_type, usual)


def _walk(part: Part) -> "list[Part]":
    found = [part]
    for one in found:
        found += one.children
    return found
