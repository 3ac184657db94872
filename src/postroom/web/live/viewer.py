"""Who looks at an open page, asked anew each time something is about to be sent."""

from django.contrib.auth import get_user
from django.http import HttpRequest

from postroom.team.models import User
from postroom.web.door.known import SessionStore
from postroom.web.door.second_factors import must_set_up


def find_viewer(session_key: str | None) -> User | None:
    """The user of a session that still holds: not signed out, not expired, not deactivated."""
    if not session_key:
        return None
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user = get_user(request)
    if not user.is_authenticated or must_set_up(request, user):
        return None
    return user
