"""The pages of Setup that a user may open, for the line above each of them."""

from collections.abc import Callable
from dataclasses import dataclass

from postroom.team.models import Permission, User
from postroom.team.permissions import may


@dataclass(frozen=True, slots=True)
class SetupPage:
    """A page of Setup: the name of its address, and what it is called."""

    name: str
    words: str
    is_open_to: Callable[[User], bool]


PAGES = (
    SetupPage("email-configuration", "Email Configuration", lambda user: True),
    SetupPage("users", "Users", lambda user: may(user, Permission.MANAGE_USERS)),
    SetupPage("profiles", "Profiles", lambda user: user.is_administrator),
    SetupPage("door", "Sign-in", lambda user: user.is_administrator),
    SetupPage("roles", "Roles", lambda user: user.is_administrator),
    SetupPage("pipeline", "Pipeline", lambda user: user.is_administrator),
    SetupPage("erasures", "Erasures", lambda user: user.is_administrator),
    SetupPage("audit-log", "Audit log", lambda user: user.is_administrator),
)


def setup_pages_for(user: User) -> list[SetupPage]:
    """Those the user may open."""
    return [page for page in PAGES if page.is_open_to(user)]
