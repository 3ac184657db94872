"""An attachment as something to look at: an image, the pages of a PDF, or text. ADR 36.

What it is follows from its bytes and never from what its sender calls it; a web page is text here.
"""

from dataclasses import dataclass
from typing import Final

from postroom.archive.models import Email
from postroom.mime import Attachment
from postroom.rendering.images import SHOWN_IMAGES, data_address, kind_of
from postroom.rendering.pdf_pages import DrawnPage, draw_page
from postroom.rendering.readers import READERS, ReadersBusy, take_out_of

LARGEST_IMAGE: Final = 10 * 1024 * 1024
LARGEST_PDF: Final = 30 * 1024 * 1024
LONGEST_TEXT: Final = 200 * 1024
MOST_PAGES: Final = 10
PDF: Final = "application/pdf"
TEXTS: Final = {
    "application/json", "application/xhtml+xml", "application/xml", "application/yaml",
    "image/svg+xml", "message/delivery-status", "message/rfc822",
}  # fmt: skip
IMAGES: Final = SHOWN_IMAGES | {"image/jpg"}


@dataclass(frozen=True, slots=True)
class Preview:
    """What is shown: data: addresses of images, or text. `pages` is how many a PDF has in all."""

    images: tuple[str, ...] = ()
    text: str = ""
    pages: int = 0
    is_cut: bool = False


def can_be_previewed(attachment: Attachment) -> bool:
    """Whether it is worth a try, by what its sender calls it."""
    kind, size = attachment.media_type, attachment.size
    if kind in IMAGES:
        return size <= LARGEST_IMAGE
    if kind == PDF or attachment.name.lower().endswith(".pdf"):
        return size <= LARGEST_PDF
    return kind.startswith("text/") or kind in TEXTS


def preview_of(email: Email, attachment: Attachment) -> Preview | None:
    """What is shown of it; None when it is nothing to look at, or takes too much."""
    content = take_out_of(email, attachment) if can_be_previewed(attachment) else None
    if content is None:
        return None
    if kind := kind_of(content):
        return Preview((data_address(kind, content),)) if len(content) <= LARGEST_IMAGE else None
    if b"%PDF-" in content[:1024]:
        return pages_of(content)
    return None if attachment.media_type in IMAGES else text_of(content)


def pages_of(content: bytes) -> Preview | None:
    """The first pages, each drawn within the limits of one work; as many as that are."""
    drawn: list[DrawnPage] = []
    for number in range(MOST_PAGES):
        page = page_of(content, number)
        if page is None:
            break
        drawn.append(page)
        if page.pages == len(drawn):
            break
    if not drawn:
        return None
    images = tuple(data_address("image/png", page.png) for page in drawn)
    return Preview(images, pages=drawn[0].pages, is_cut=drawn[0].pages > len(drawn))


def page_of(content: bytes, number: int) -> DrawnPage | None:
    """One page; None when there is none, it takes too much or nobody is free."""
    try:
        return READERS.ask(draw_page, (content, number))
    except ReadersBusy:
        return None


def text_of(content: bytes) -> Preview | None:
    """The beginning of a text, in UTF-8 or else as Western Europe writes."""
    beginning = content[:LONGEST_TEXT]
    if b"\0" in beginning:
        return None
    try:
        text = content.decode("utf-8")[:LONGEST_TEXT]
    except UnicodeDecodeError:
        text = beginning.decode("cp1252", "replace")
    return Preview(text=text.replace("\r\n", "\n"), is_cut=len(content) > LONGEST_TEXT)
