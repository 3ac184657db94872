"""An email that tells when it is opened and its links are used: made as it is sent, or not at all.

Formatted emails alone, of an organisation that has the notice switched on, whose recipients all let
it be. It is one message for all of its recipients (ADR 35), so of several nobody knows which one it
was, and it says so. ADR 51.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.html import format_html

from postroom.archive.wall import round_the_wall
from postroom.mime import Draft
from postroom.outbox.drafts import purified
from postroom.outbox.links import url_of
from postroom.outbox.models import NoticedPlace, OutgoingEmail, PlaceKind
from postroom.outbox.no_notices import refusing_among
from postroom.rendering.links import links_by_name
from postroom.rendering.own_html import Page
from postroom.team.models import Organisation

MOST_LINKS: Final = 100
LONGEST_TARGET: Final = 2_000
TOKEN_OCTETS: Final = 24
SMALL: Final = "margin: 2em 0 0; font-size: 11px; color: #6b6b6b"
PLAIN: Final = "Only formatted emails can be noticed: plain text has no image that tells."


def why_unavailable() -> str:
    """Why nobody out there could reach us to tell that an email was opened; empty if they can."""
    url = settings.ENVIRONMENT.url
    host = (urlsplit(url).hostname or "").lower()
    if is_public(host):
        return ""
    return (
        f"Recipients cannot reach this Postroom: POSTROOM_URL is {url}, which no other network"
        " knows. Serve Postroom under a public name and set POSTROOM_URL to it, then come back."
    )


def is_public(host: str) -> bool:
    """Whether a host may be known elsewhere: no loopback, no private network, no bare name."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local", ".internal", ".lan"))


def is_on() -> bool:
    """Whether emails may be noticed here at all."""
    return Organisation.get().has_notices and not why_unavailable()


def noticed_twin(outgoing: OutgoingEmail, draft: Draft) -> Draft | None:
    """The email with all that leads back here; None, with the reason noted, where it is none.

    Raises NotSendable.
    """
    outgoing.notice_note = ""
    forget_places(outgoing)
    if not outgoing.wants_notice:
        return None
    outgoing.notice_note = why_not(draft)
    return None if outgoing.notice_note else replace(draft, html=noticed_html(outgoing, draft))


def why_not(draft: Draft) -> str:
    """Why it goes out without a notice; empty if it goes out with one."""
    if not is_on():
        return "Sent without a notice: your organisation has switched them off."
    if not draft.html:
        return f"Sent without a notice. {PLAIN}"
    refusing = refusing_among([one.canonical for one in draft.recipients])
    if refusing:
        return f"Sent without a notice: {', '.join(refusing)} wants none."
    return ""


def noticed_html(outgoing: OutgoingEmail, draft: Draft) -> str:
    """The text with its author's own links led by way of us, the refusal, and the image."""
    links = {
        target: address_of("notice-link", new_place(outgoing, PlaceKind.LINK, target))
        for target in own_links(outgoing, draft)
    }
    images = {f"cid:{one.content_id}": f"cid:{one.content_id}" for one in draft.files}
    html = purified(Page(draft.html, images, links)).html
    return html + format_html(
        '<p style="{}">This email tells its sender when it is opened and its links are used.'
        ' <a href="{}">No more of that</a></p><img src="{}" width="1" height="1" alt="">',
        SMALL,
        address_of("notice-refusal", new_place(outgoing, PlaceKind.REFUSAL)),
        address_of("notice-image", new_place(outgoing, PlaceKind.IMAGE)),
    )


def own_links(outgoing: OutgoingEmail, draft: Draft) -> Sequence[str]:
    """The links that its author wrote, not those of a signature or a quote.

    A link whose text is its address stays as it is: programs warn of one that leads elsewhere.
    """
    written = links_by_name(purified(Page(outgoing.html)).html)
    in_all = set(links_by_name(draft.html))
    found = [one for one in written if one in in_all and len(one) <= LONGEST_TARGET]
    return found[:MOST_LINKS]


def new_place(outgoing: OutgoingEmail, kind: PlaceKind, target: str = "") -> str:
    """Keep a place; returns the token that stands in the email and nowhere else."""
    token = secrets.token_urlsafe(TOKEN_OCTETS)
    outgoing.places.create(kind=kind, digest=digest_of_token(token), target=target)
    return token


def digest_of_token(token: str) -> bytes:
    """How a token is known here: who reads the database cannot pretend to have opened an email."""
    return hashlib.sha256(token.encode()).digest()


def address_of(page: str, token: str) -> str:
    """Where a token leads."""
    return url_of(page, token)


@round_the_wall()
def find_place(kind: PlaceKind, token: str) -> NoticedPlace | None:
    """The place of a token: who has it need not be known here, so the wall shows them nothing."""
    places = NoticedPlace.objects.select_related("outgoing__author", "outgoing__account")
    places = places.defer("outgoing__raw", "outgoing__copy_raw")
    return places.filter(kind=kind, digest=digest_of_token(token)).first()


def forget_places(outgoing: OutgoingEmail) -> None:
    """What leads back here from bytes that nobody got."""
    outgoing.places.all().delete()
