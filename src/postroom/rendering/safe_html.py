"""Hostile HTML to HTML that says the same and does nothing.

First of two walls; the second is the sealed response the result is sent in. Nothing touches the
HTML after the sanitiser: what edits safe HTML can make it unsafe again (Seen: CVE-2024-42009).
Images in the mail itself are put in place while it is sanitised, others only when somebody had them
fetched (`remote_images`); what quotes an earlier mail gets a mark then by which the page folds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import nh3

from postroom.mime import ParsedMessage
from postroom.rendering.images import (
    LARGEST_IMAGES,
    find_image,
    images_inside,
    remote_address,
)
from postroom.rendering.quotes import folds, mark_of

TAGS = {
    "a", "abbr", "acronym", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote",
    "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn",
    "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hgroup", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "nav", "ol",
    "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "section", "small", "span", "strike",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr",
    "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
EVERYWHERE = {"align", "dir", "lang", "title", "style", "width", "height", "valign", "bgcolor"}
ATTRIBUTES = {
    "*": EVERYWHERE,
    "a": {"href", "name"},
    "img": {"src", "alt", "border"},
    "font": {"color", "face", "size"},
    "table": {"border", "cellpadding", "cellspacing", "summary"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap", "scope"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
    "blockquote": {"type"},
}
# Of mail that came in, and only where `mark_of` makes them our own.
MARKED = {tag: ATTRIBUTES.get(tag, set()) | {"class", "id"} for tag in ("div", "blockquote", "hr")}
MARKED |= {tag: ATTRIBUTES.get(tag, set()) | {"class"} for tag in ("p", "span", "table")}
STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left",
    "border-radius", "border-right", "border-spacing", "border-style", "border-top", "border-width",
    "box-sizing", "clear", "color", "direction", "display", "float", "font", "font-family",
    "font-size", "font-style", "font-variant", "font-weight", "height", "letter-spacing",
    "line-height", "list-style-type", "margin", "margin-bottom", "margin-left", "margin-right",
    "margin-top", "max-height", "max-width", "min-height", "min-width", "opacity", "overflow-wrap",
    "padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "table-layout",
    "text-align", "text-decoration", "text-indent", "text-transform", "vertical-align",
    "white-space", "width", "word-break", "word-spacing", "word-wrap",
}  # fmt: skip
SCHEMES = {"http", "https", "mailto", "tel", "cid", "data"}
# The same image may be shown a thousand times, and each time it is written out.
LARGEST_PAGE = 4 * LARGEST_IMAGES
MOST_REMOTE = 100
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SafeHtml:
    """Sanitised HTML, how many images were left out, and where those are that could be fetched.

    `folds`: a quoted part can be folded away, and something is left to read.
    """

    html: str
    blocked_images: int
    remote_images: tuple[str, ...]
    folds: bool


def safe_html(message: ParsedMessage, raw: bytes, fetched: Mapping[str, str] = NOTHING) -> SafeHtml:
    """Sanitise a message's HTML. `fetched`: images from elsewhere as data: addresses."""
    images = images_inside(message, raw)
    remote: dict[str, None] = {}
    blocked = 0
    room = LARGEST_PAGE

    def find_source(source: str) -> str | None:
        nonlocal blocked, room
        address = remote_address(source)
        image = fetched.get(address) if address else find_image(source, images)
        if address and len(remote) < MOST_REMOTE:
            remote[address] = None
        is_shown = image is not None and len(image) <= room
        room -= len(image or "") if is_shown else 0
        blocked += not is_shown
        return image if is_shown else None

    def keep_attribute(tag: str, name: str, value: str) -> str | None:
        if name == "style":
            return value if "(" not in value and "\\" not in value else None
        if name in ("class", "id"):
            return mark_of(name, value)
        if tag == "img" and name == "src":
            return find_source(value)
        if name == "href" and value.lstrip().lower().startswith(("data:", "cid:")):
            return None
        return value

    html = nh3.clean(
        message.html or "",
        tags=TAGS,
        clean_content_tags={"script", "style", "svg", "math", "title", "template", "object"},
        attributes=ATTRIBUTES | MARKED,
        attribute_filter=keep_attribute,
        filter_style_properties=STYLES,
        url_schemes=SCHEMES,
        set_tag_attribute_values={"a": {"target": "_blank"}},
        link_rel="noopener noreferrer",
        strip_comments=True,
    )
    return SafeHtml(html, blocked, tuple(remote), folds(html))
