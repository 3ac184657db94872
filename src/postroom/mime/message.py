"""A message's bytes to everything Postroom shows, searches and decides by."""

from dataclasses import dataclass

from postroom.mime.attachments import Attachment, attachments_of, has_attachments, name_of
from postroom.mime.bodies import sort_parts
from postroom.mime.charsets import decode_text
from postroom.mime.defects import Defect
from postroom.mime.envelope import Envelope, envelope_of
from postroom.mime.limits import MAX_SEARCH_TEXT
from postroom.mime.reports import DeliveryReport, find_delivery_report, is_auto_reply
from postroom.mime.snippet import LOOKED_AT, snippet_of
from postroom.mime.structure import Part, find_structure
from postroom.mime.text import MessageText


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """A message as values. It can be made again from the raw bytes at any time, and is.

    `text` is the sender's plain text, None if there was none; `search_text` is the best text of
    all, out of the HTML where it must be. `html` is hostile and unsanitised. `calendar` is the
    first invitation as iCalendar text, unread.
    """

    envelope: Envelope
    text: str | None
    html: str | None
    search_text: str
    snippet: str
    attachments: tuple[Attachment, ...]
    calendar: str | None
    delivery_report: DeliveryReport | None
    is_auto_reply: bool
    defects: tuple[Defect, ...]


def parse_message(raw: bytes) -> ParsedMessage:
    """Read a whole message. Bad mail does not raise: it is repaired, and its defects are named."""
    root, defects = _find_structure(raw)
    bodies = sort_parts(root)
    text = MessageText(bodies.pieces)
    search_text = text.search_text()
    html = text.html()
    envelope = envelope_of(root.header)
    return ParsedMessage(
        envelope=envelope,
        text=text.text(),
        html=html,
        search_text=search_text,
        snippet=snippet_of(search_text),
        attachments=attachments_of(bodies.attached, html),
        calendar=_calendar(bodies.attached),
        delivery_report=find_delivery_report(root),
        is_auto_reply=is_auto_reply(root.header, envelope.auto_submitted),
        defects=tuple(sorted(defects | text.defects | set(envelope.defects))),
    )


@dataclass(frozen=True, slots=True)
class Skim:
    """What a list shows of a message: the same as all of it would say, in half the time."""

    envelope: Envelope
    snippet: str
    has_attachments: bool


def skim_message(raw: bytes) -> Skim:
    """Read as much of a message as a list shows. Does not raise."""
    root, _ = _find_structure(raw)
    bodies = sort_parts(root)
    text = MessageText(bodies.pieces)
    return Skim(
        envelope_of(root.header),
        snippet_of(text.opening(LOOKED_AT)),
        has_attachments(bodies.attached, text.html),
    )


def skim_with_text(raw: bytes) -> tuple[Skim, str, list[str]]:
    """Both what a list shows of a message and what `read_for_search` reads. Does not raise."""
    root, _ = _find_structure(raw)
    bodies = sort_parts(root)
    text = MessageText(bodies.pieces)
    search_text = text.search_text()
    skim = Skim(
        envelope_of(root.header),
        snippet_of(search_text),
        has_attachments(bodies.attached, text.html),
    )
    return skim, search_text, [name_of(part) for part in bodies.attached]


def read_for_search(raw: bytes) -> tuple[str, list[str]]:
    """Read the text of a message and the names of its attachments. Does not raise."""
    root, _ = _find_structure(raw)
    bodies = sort_parts(root)
    return MessageText(bodies.pieces).search_text(), [name_of(part) for part in bodies.attached]


def _find_structure(raw: bytes) -> tuple[Part, set[Defect]]:
    root, defects = find_structure(raw)
    if Defect.NO_HEADER in root.header.defects:
        # No field before the first empty line: all of it is what somebody wrote.
        return find_structure(b"\n" + raw)
    return root, defects


def _calendar(attached: list[Part]) -> str | None:
    part = next((one for one in attached if one.media_type == "text/calendar"), None)
    if part is None:
        return None
    return decode_text(part.content(MAX_SEARCH_TEXT), part.content_type.charset)[:MAX_SEARCH_TEXT]
