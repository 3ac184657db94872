"""A stranger's bytes to what the pages show of them.

These functions run in a confined process (`readers` calls them there and nobody calls them
elsewhere): sanitising hostile HTML is quadratic in its depth, and 2 MB of it take minutes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypedDict

from django.utils.safestring import SafeString

from postroom.mime import (
    Attachment,
    DeliveryReport,
    Field,
    ParsedMessage,
    Unsubscribing,
    attachment_content,
    find_authentication,
    find_unsubscribing,
    header_fields,
    list_fields,
    parse_message,
)
from postroom.rendering.cautions import NO_CAUTIONS, Cautions, cautions_about
from postroom.rendering.images import data_address, kind_of
from postroom.rendering.letter import letter
from postroom.rendering.safe_html import NOTHING, safe_html


@dataclass(frozen=True, slots=True)
class LaidOut:
    """An email that does nothing any more: sanitised HTML, or else its text as a letter.

    `is_only_text` when it has HTML that takes too long; with neither, even its text does.
    `text` is the same in plain words, for programs. `folds`: its HTML has a quote to fold away.
    """

    html: str | None
    letter: SafeString | None
    attachments: tuple[Attachment, ...]
    blocked_images: int = 0
    is_only_text: bool = False
    text: str | None = None
    remote_images: tuple[str, ...] = ()
    folds: bool = False
    cautions: Cautions = NO_CAUTIONS
    unsubscribing: Unsubscribing | None = None

    @property
    def size(self) -> int:
        """Characters it takes to keep."""
        return sum(len(shown or "") for shown in (self.html, self.letter, self.text))


UNREADABLE: Final = LaidOut(None, None, ())


def lay_out(raw: bytes) -> LaidOut:
    """The email as its sender meant it, as far as that is safe."""
    return laid_out_with(raw, NOTHING)


def lay_out_with_images(work: tuple[bytes, Mapping[str, bytes]]) -> LaidOut:
    """The same with images that were fetched for it, by their addresses."""
    raw, contents = work
    kinds = {address: kind_of(content) for address, content in contents.items()}
    shown = {
        address: data_address(kinds[address], content)
        for address, content in contents.items()
        if kinds[address]
    }
    return laid_out_with(raw, shown)


def laid_out_with(raw: bytes, fetched: Mapping[str, str]) -> LaidOut:
    """Sanitise what there is of HTML, or else set the text as a letter."""
    message = parse_message(raw)
    if not message.html:
        text = message.text or ""
        return LaidOut(None, letter(text), message.attachments, text=text, **found_in(message, raw))
    safe = safe_html(message, raw, fetched)
    return LaidOut(
        safe.html,
        None,
        message.attachments,
        safe.blocked_images,
        text=message.text or message.search_text,
        remote_images=safe.remote_images,
        folds=safe.folds,
        **found_in(message, raw, safe.html),
    )


class Found(TypedDict):
    """What is told beside the words."""

    cautions: Cautions
    unsubscribing: Unsubscribing | None


def found_in(message: ParsedMessage, raw: bytes, html: str | None = None) -> Found:
    """What should make its reader look twice, and how one gets off its list."""
    fields = header_fields(raw)
    found = find_authentication(fields)
    return {
        "cautions": cautions_about(message.envelope.from_, html, found),
        "unsubscribing": find_unsubscribing(fields),
    }


def lay_out_text(raw: bytes) -> LaidOut:
    """The email's words alone: when the whole takes too long, or somebody wants no more."""
    message = parse_message(raw)
    text = message.text or message.search_text
    return LaidOut(
        None,
        letter(text),
        message.attachments,
        is_only_text=True,
        text=text,
        **found_in(message, raw),
    )


def fields_in(raw: bytes) -> tuple[Field, ...]:
    """A message's header, field by field."""
    return list_fields(raw)


def take_out(place: tuple[bytes, tuple[int, ...]]) -> bytes:
    """The content of one attachment of a message."""
    raw, part = place
    return attachment_content(raw, part)


def report_in(raw: bytes) -> DeliveryReport | None:
    """The mail server's report that a message carries, if it is one."""
    return parse_message(raw).delivery_report


def automatic_reply_in(raw: bytes) -> tuple[str, tuple[str, ...]] | None:
    """What a machine answered for its owner, in short, and the messages that it names."""
    message = parse_message(raw)
    if not message.is_auto_reply or message.delivery_report:
        return None
    named = (message.envelope.in_reply_to, *message.envelope.references)
    return message.snippet, tuple(one for one in named if one)
