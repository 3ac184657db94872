"""The door for the sign-in page: `{% find_door as door %}`."""

from dataclasses import dataclass

from django import template

from postroom.oauth.colleagues import find_provider
from postroom.oauth.models import ColleagueProvider
from postroom.team.models import Organisation

register = template.Library()


@dataclass(frozen=True, slots=True)
class Door:
    """Where people sign in, and whether everyone may do so with a password."""

    provider: ColleagueProvider | None
    passwords_for_all: bool


@register.simple_tag
def find_door() -> Door:
    """The door as it stands now."""
    return Door(find_provider(), Organisation.get().passwords_for_all)
