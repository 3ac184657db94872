"""The button to sign in with an issuer, for templates: `{% offer_of issuer as offer %}`."""

from dataclasses import dataclass

from django import template

from postroom.oauth.clients import find_client
from postroom.providers import find_issuer
from postroom.team.models import User
from postroom.team.permissions import names_of

register = template.Library()


@dataclass(frozen=True, slots=True)
class Offer:
    """Whether one can sign in with an issuer, how it is called, and else whom to ask."""

    issuer: str
    name: str
    is_ready: bool
    has_code: bool
    whom: str


@register.simple_tag
def offer_of(issuer: str) -> Offer | None:
    """What can be offered; None for what is no issuer."""
    known = find_issuer(issuer)
    if known is None:
        return None
    client = find_client(issuer)
    whom = (
        ""
        if client
        else names_of(list(User.objects.filter(is_administrator=True, is_active=True)[:3]))
    )
    has_code = bool(client and client.endpoint("device"))
    return Offer(issuer, str(client or known.name), client is not None, has_code, whom)
