"""Whether superiors see the mail of their reports, and who that would be by name."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from postroom.team.hierarchy import roles_below
from postroom.team.models import Role, User
from postroom.team.organisation import set_superiors_see
from postroom.team.roles import tree
from postroom.web.permission import administrators_only
from postroom.web.sign_in import SignedInRequest, signed_in

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Superior:
    """A role, who has it, and of how many users below it they would see the mail."""

    role: Role
    names: str
    below: int


def who_sees() -> list[Superior]:
    """The roles that have somebody, and somebody below them."""
    places = tree()
    number = {place.role.pk: len(place.users) for place in places}
    found = []
    for place in places:
        below = sum(number[pk] for pk in roles_below(place.role.pk))
        if place.users and below:
            found.append(Superior(place.role, names_of(place.users), below))
    return found


def names_of(users: tuple[User, ...]) -> str:
    """A few names, and how many more."""
    more = len(users) - MOST_NAMED
    named = ", ".join(map(str, users[:MOST_NAMED]))
    return f"{named} and {more} more" if more > 0 else named


@require_POST
@signed_in
@administrators_only
def superiors(request: SignedInRequest) -> HttpResponse:
    """Switch it on or off; it holds at once."""
    is_on = request.POST.get("see") == "yes"
    set_superiors_see(is_on, request.user, timezone.now())
    if is_on:
        messages.success(
            request, "Superiors see their reports’ emails with leads and contacts now."
        )
    else:
        messages.success(request, "Superiors see no emails for being superiors now.")
    return redirect("sharing-of-all")
