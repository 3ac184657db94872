"""A stranger's bytes to what the pages show of them.

These functions run in a confined process (`readers` calls them there and nobody calls them
elsewhere): sanitising hostile HTML is quadratic in its depth, and 2 MB of it take minutes.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString

from postroom.mime import Attachment, DeliveryReport, attachment_content, parse_message
from postroom.rendering.letter import letter
from postroom.rendering.safe_html import safe_html


@dataclass(frozen=True, slots=True)
class LaidOut:
    """An email that does nothing any more: sanitised HTML, or else its text as a letter.

    `is_only_text` when it has HTML that takes too long; with neither, even its text does.
    `text` is the same in plain words, for programs.
    """

    html: str | None
    letter: SafeString | None
    attachments: tuple[Attachment, ...]
    blocked_images: int = 0
    is_only_text: bool = False
    text: str | None = None

    @property
    def size(self) -> int:
        """Characters it takes to keep."""
        return sum(len(shown or "") for shown in (self.html, self.letter, self.text))


UNREADABLE: Final = LaidOut(None, None, ())


def lay_out(raw: bytes) -> LaidOut:
    """The email as its sender meant it, as far as that is safe."""
    message = parse_message(raw)
    if not message.html:
        text = message.text or ""
        return LaidOut(None, letter(text), message.attachments, text=text)
    safe = safe_html(message, raw)
    text = message.text or message.search_text
    return LaidOut(safe.html, None, message.attachments, safe.blocked_images, text=text)


def lay_out_text(raw: bytes) -> LaidOut:
    """The email's words alone, when the whole takes too long."""
    message = parse_message(raw)
    text = message.text or message.search_text
    return LaidOut(None, letter(text), message.attachments, is_only_text=True, text=text)


def take_out(place: tuple[bytes, tuple[int, ...]]) -> bytes:
    """The content of one attachment of a message."""
    raw, part = place
    return attachment_content(raw, part)


def report_in(raw: bytes) -> DeliveryReport | None:
    """The mail server's report that a message carries, if it is one."""
    return parse_message(raw).delivery_report
