"""What somebody writes here, and what they quote, through the same sanitiser as what comes in.

An author may paste a stranger's page, and whoever got hold of a session may post anything: what
leaves, and what is shown of it before, has passed the tables of `safe_html`. Runs in a confined
process, as all work on HTML that may be deep.
"""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

import nh3

from postroom.rendering.images import SHOWN_IMAGES
from postroom.rendering.plain_words import plain_words
from postroom.rendering.safe_html import ATTRIBUTES, SCHEMES, STYLES, TAGS

NOT_READ = {"script", "style", "svg", "math", "title", "template", "object"}


@dataclass(frozen=True, slots=True)
class Page:
    """HTML, and for each image that belongs to it the address it is to have.

    Leaving, images that are written out in it (`data:`) become parts of the email; shown, they stay
    and links open beside the page. Images from elsewhere are in neither: they would tell their
    server who reads, and when. `links` are addresses that lead elsewhere instead.
    """

    html: str
    images: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    is_leaving: bool = True


@dataclass(frozen=True, slots=True)
class Image:
    """An image that was written out in a page."""

    content_id: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Purified:
    """HTML that says the same and does nothing, its plain words, and the images taken out of it."""

    html: str
    text: str
    images: tuple[Image, ...]


def purify(page: Page) -> Purified:
    """Sanitise a page of our own."""
    taken_out: dict[str, Image] = {}

    def keep_attribute(tag: str, name: str, value: str) -> str | None:
        if name == "style":
            return value if "(" not in value and "\\" not in value else None
        if tag == "img" and name == "src":
            return placed(value.strip())
        if name == "href" and value.lstrip().lower().startswith(("data:", "cid:")):
            return None
        return page.links.get(value, value) if name == "href" else value

    def placed(source: str) -> str | None:
        if source in page.images:
            return page.images[source]
        image = find_image(source)
        if image is None or not page.is_leaving:
            return source if image else None
        taken_out[image.content_id] = image
        return f"cid:{image.content_id}"

    html = nh3.clean(
        page.html,
        tags=TAGS,
        clean_content_tags=NOT_READ,
        attributes=ATTRIBUTES,
        attribute_filter=keep_attribute,
        filter_style_properties=STYLES,
        url_schemes=SCHEMES,
        set_tag_attribute_values={} if page.is_leaving else {"a": {"target": "_blank"}},
        link_rel=None if page.is_leaving else "noopener noreferrer",
        strip_comments=True,
    )
    return Purified(html, plain_words(html), tuple(taken_out.values()))


def find_image(source: str) -> Image | None:
    """The image that an address is itself (RFC 2397), if it is of a kind that is shown."""
    scheme, _, rest = source.partition(":")
    kind, _, written = rest.partition(",")
    media_type, _, encoding = kind.partition(";")
    if scheme.lower() != "data" or media_type.lower() not in SHOWN_IMAGES or encoding != "base64":
        return None
    try:
        content = b64decode(written, validate=True)
    except ValueError:
        return None
    digest = sha256(content).hexdigest()[:32]
    return Image(f"{digest}@images.postroom", media_type.lower(), content)
