"""Which parts of a message are its text, and which hang on to it (RFC 2046 §5.1, RFC 2387).

Every leaf becomes either a body or an attachment, except the renderings of a multipart/alternative
that a better one replaces. A part whose sender calls it an attachment is one.
"""

from dataclasses import dataclass, field

from postroom.mime.parameters import parse_disposition
from postroom.mime.structure import Part

_READABLE = ("text/plain", "text/html")


@dataclass(slots=True)
class Body:
    """One piece of what the sender wrote, as text, as HTML, or both."""

    plain: Part | None = None
    html: Part | None = None


@dataclass(slots=True)
class Bodies:
    """The bodies in reading order, and the parts that are attachments."""

    pieces: list[Body] = field(default_factory=list)
    attached: list[Part] = field(default_factory=list)


def sort_parts(root: Part) -> Bodies:
    """Walk the tree of one message; nested messages are attachments and stay closed."""
    bodies = Bodies()
    if root.is_open:
        _sort(root, bodies)
    elif _is_readable(root) and not _is_called_attachment(root):
        bodies.pieces.append(_body(root))
    else:
        bodies.attached.append(root)
    return bodies


def _sort(part: Part, bodies: Bodies) -> None:
    if not part.is_open:
        _sort_leaf(part, bodies)
    elif part.media_type == "multipart/alternative":
        _sort_alternatives(part, bodies)
    elif part.media_type == "multipart/related":
        _sort_related(part, bodies)
    else:
        for child in part.children:
            _sort(child, bodies)


def _sort_leaf(part: Part, bodies: Bodies) -> None:
    if _is_readable(part) and not _is_file(part):
        bodies.pieces.append(_body(part))
    else:
        bodies.attached.append(part)


def _sort_alternatives(part: Part, bodies: Bodies) -> None:
    """The first text and the last HTML are one body; files among the renderings stay files."""
    inner = Bodies()
    for child in part.children:
        _sort(child, inner)
    plain = [piece.plain for piece in inner.pieces if piece.plain]
    html = [piece.html for piece in inner.pieces if piece.html]
    if plain or html:
        bodies.pieces.append(Body(plain[0] if plain else None, html[-1] if html else None))
        replaced = [one for one in inner.attached if _is_nameless_text(one)]
        inner.attached = [one for one in inner.attached if one not in replaced]
    bodies.attached += inner.attached


def _sort_related(part: Part, bodies: Bodies) -> None:
    first = next((child for child in part.children if _is_readable(child)), None)
    for child in part.children:
        if child is first or child.children:
            _sort(child, bodies)
        else:
            bodies.attached.append(child)


def _is_readable(part: Part) -> bool:
    """A multipart in which no part was found is text: its reader sees what stands there."""
    return part.media_type in _READABLE or part.media_type.startswith("multipart/")


def _is_file(part: Part) -> bool:
    """Tell whether the sender meant a part to be a file."""
    disposition, parameters = parse_disposition(part.header.get(b"content-disposition"))
    return disposition == "attachment" or bool(parameters.get("filename") or part.content_type.name)


def _is_called_attachment(part: Part) -> bool:
    return parse_disposition(part.header.get(b"content-disposition"))[0] == "attachment"


def _is_nameless_text(part: Part) -> bool:
    calendar = part.media_type == "text/calendar"
    return part.media_type.startswith("text/") and not calendar and not _is_file(part)


def _body(part: Part) -> Body:
    return Body(html=part) if part.media_type == "text/html" else Body(plain=part)
