"""The words of an email as they leave: plain, or formatted with its plain words beside it.

Formatted, three pieces are joined, in the order its author likes: what they wrote, their
signature, the quote. Everything passes the sanitiser once more, and the images that are then still
in it go along.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html

from postroom.accounts.models import FromAddress
from postroom.mime import DraftFile
from postroom.outbox.compose_settings import compose_settings_of
from postroom.outbox.drafts import purified
from postroom.outbox.models import ComposeSettings, OutgoingEmail, OutgoingFile, SignaturePlace
from postroom.outbox.quoting import lines_as_html
from postroom.rendering.images import data_address
from postroom.rendering.own_html import Page

SIGN = "-- \n"  # Mail programs know by it what is a signature (RFC 3676 §4.3).


@dataclass(frozen=True, slots=True)
class Words:
    """What an email says; `images` are those in its HTML."""

    text: str
    html: str = ""
    images: tuple[DraftFile, ...] = ()


def words_of(outgoing: OutgoingEmail) -> Words:
    """The words as they leave. Raises NotSendable."""
    if not outgoing.is_rich:
        return Words(outgoing.text.replace("\r\n", "\n").rstrip() + "\n")
    settings = compose_settings_of(outgoing.author)
    own = list(outgoing.files.exclude(content_id=""))
    places = {address_of(one): f"cid:{one.content_id}" for one in own}
    places |= {place: place for place in places.values()}
    body = in_letters_of(settings, outgoing.html + below(outgoing, settings))
    pure = purified(Page(body, places))
    shown = [as_file(one) for one in own if f"cid:{one.content_id}" in pure.html]
    taken = [DraftFile(kind(i.media_type), i.media_type, i.content, i.content_id)
             for i in pure.images]  # fmt: skip
    return Words(plain(outgoing, settings), pure.html, (*shown, *taken))


def below(outgoing: OutgoingEmail, settings: ComposeSettings) -> str:
    """What stands below what is written."""
    signature = signature_html(outgoing.sender) if outgoing.has_signature else ""
    return in_order(settings, signature, outgoing.quote_html if outgoing.has_quote else "")


def in_order(settings: ComposeSettings, signature: str, quote: str) -> str:
    """Signature and quote as their author likes them."""
    is_below = settings.signature_place == SignaturePlace.BELOW
    return quote + signature if is_below else signature + quote


def plain(outgoing: OutgoingEmail, settings: ComposeSettings) -> str:
    """The whole in plain words."""
    signature = signature_text(outgoing.sender) if outgoing.has_signature else ""
    quote = outgoing.quote_text if outgoing.has_quote else ""
    pieces = [outgoing.text.rstrip(), in_order(settings, signature, quote and f"\n\n{quote}")]
    return "".join(pieces).strip("\n") + "\n"


def signature_html(sender: FromAddress | None) -> str:
    """A From address's signature as it looks."""
    if sender is None:
        return ""
    shown = sender.signature_html or lines_as_html(sender.signature.strip())
    return f"<br>{shown}" if shown else ""


def signature_text(sender: FromAddress | None) -> str:
    """The same in plain words."""
    words = sender.signature.strip() if sender else ""
    return f"\n\n{SIGN}{words}" if words else ""


def in_letters_of(settings: ComposeSettings, html: str) -> str:
    """The page in the letters its author chose."""
    style = {"font-family": settings.font, "font-size": settings.font_size}
    chosen = "; ".join(f"{name}: {value}" for name, value in style.items() if value)
    begin = format_html('<div style="{}">', chosen) if chosen else "<div>"
    return f"{begin}{html}</div>"


def shown_below(outgoing: OutgoingEmail) -> str:
    """What stands below, for its author to look at. Raises NotSendable."""
    images = {
        f"cid:{one.content_id}": data_address(one.media_type, bytes(one.content))
        for one in outgoing.files.exclude(content_id="")
    }
    html = below(outgoing, compose_settings_of(outgoing.author))
    return purified(Page(html, images, is_leaving=False)).html


def address_of(image: OutgoingFile) -> str:
    """Where the page on which it is written finds an image."""
    return reverse("writing-image", args=[image.email.key, image.pk])


def as_file(image: OutgoingFile) -> DraftFile:
    """An image that goes along."""
    return DraftFile(image.name, image.media_type, bytes(image.content), image.content_id)


def kind(media_type: str) -> str:
    """A name for an image that has none."""
    return f"image.{media_type.partition('/')[2]}"
