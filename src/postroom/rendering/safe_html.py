"""Hostile HTML to HTML that says the same and does nothing.

First of two walls; the second is the sealed response the result is sent in. Nothing touches the
HTML after the sanitiser: what edits safe HTML can make it unsafe again (Seen: CVE-2024-42009).
Images in the mail itself are put in place while it is sanitised; all others are left out.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

import nh3

from postroom.mime import Attachment, ParsedMessage, attachment_contents

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
SHOWN_IMAGES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
LARGEST_IMAGES = 8 * 1024 * 1024
# The same image may be shown a thousand times, and each time it is written out.
LARGEST_PAGE = 4 * LARGEST_IMAGES


@dataclass(frozen=True, slots=True)
class SafeHtml:
    """Sanitised HTML, and how many images from elsewhere were left out."""

    html: str
    blocked_images: int


def safe_html(message: ParsedMessage, raw: bytes) -> SafeHtml:
    """Sanitise a message's HTML."""
    images = images_inside(message, raw)
    blocked = 0
    room = LARGEST_PAGE

    def keep_attribute(tag: str, name: str, value: str) -> str | None:
        nonlocal blocked, room
        if name == "style":
            return value if "(" not in value and "\\" not in value else None
        if tag == "img" and name == "src":
            image = find_image(value, images)
            is_shown = image is not None and len(image) <= room
            room -= len(image or "") if is_shown else 0
            blocked += not is_shown
            return image if is_shown else None
        if name == "href" and value.lstrip().lower().startswith(("data:", "cid:")):
            return None
        return value

    html = nh3.clean(
        message.html or "",
        tags=TAGS,
        clean_content_tags={"script", "style", "svg", "math", "title", "template", "object"},
        attributes=ATTRIBUTES,
        attribute_filter=keep_attribute,
        filter_style_properties=STYLES,
        url_schemes=SCHEMES,
        set_tag_attribute_values={"a": {"target": "_blank"}},
        link_rel="noopener noreferrer",
        strip_comments=True,
    )
    return SafeHtml(html, blocked)


def images_inside(message: ParsedMessage, raw: bytes) -> Mapping[str, str]:
    """The images that came with the mail, by their content id, as data: addresses."""
    shown: list[Attachment] = []
    room = LARGEST_IMAGES
    for attachment in message.attachments:
        is_shown = attachment.media_type in SHOWN_IMAGES and attachment.size <= room
        if attachment.content_id and is_shown:
            room -= attachment.size
            shown.append(attachment)
    contents = attachment_contents(raw, {image.part for image in shown})
    return {
        image.content_id: data_address(image.media_type, contents[image.part])
        for image in shown
        if image.content_id
    }


def data_address(media_type: str, content: bytes) -> str:
    """An address that is the image itself (RFC 2397)."""
    return f"data:{media_type};base64,{b64encode(content).decode()}"


def find_image(source: str, images: Mapping[str, str]) -> str | None:
    """Where an image may be shown from: the mail itself, or nowhere."""
    source = source.strip()
    scheme, _, rest = source.partition(":")
    if scheme.lower() == "cid":
        return images.get(rest.strip("<>"))
    media_type = rest.partition(";")[0].partition(",")[0].lower()
    return source if scheme.lower() == "data" and media_type in SHOWN_IMAGES else None
