"""The images of an email as addresses that are the images themselves (RFC 2397).

So nothing is asked of any server while it is read: its frame needs no more than `img-src data:`.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Final

from postroom.mime import Attachment, ParsedMessage, attachment_contents

SHOWN_IMAGES: Final = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp"))
LARGEST_IMAGES: Final = 8 * 1024 * 1024
LONGEST_ADDRESS: Final = 2_000
# How the bytes begin that browsers draw, whatever their sender calls them.
SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


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
    """An address that is the image itself."""
    return f"data:{media_type};base64,{b64encode(content).decode()}"


def find_image(source: str, images: Mapping[str, str]) -> str | None:
    """An image that is in the mail itself."""
    source = source.strip()
    scheme, _, rest = source.partition(":")
    if scheme.lower() == "cid":
        return images.get(rest.strip("<>"))
    media_type = rest.partition(";")[0].partition(",")[0].lower()
    return source if scheme.lower() == "data" and media_type in SHOWN_IMAGES else None


def remote_address(source: str) -> str:
    """Where an image from elsewhere would be fetched, by HTTPS whatever is written; '' for none."""
    source = "".join(source.split())
    scheme, colon, rest = source.partition("://")
    is_usable = colon and scheme.lower() in ("http", "https") and len(source) <= LONGEST_ADDRESS
    return f"https://{rest}" if is_usable else ""


def kind_of(content: bytes) -> str:
    """What image the bytes are, '' if none that is shown. What their sender says does not count."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in SIGNATURES if content.startswith(start)), "")
