"""Who may come in: people whom an administrator added, and nobody by their own doing."""

from collections.abc import Callable
from functools import wraps
from ipaddress import IPv4Address
from typing import Any, Concatenate, ParamSpec, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from postroom.team.door import may_use_password
from postroom.team.models import User
from postroom.web.door.refusals import TOO_MANY, note_refusal
from postroom.web.door.second_factors import lead_to_set_up, must_set_up
from postroom.web.door.sessions import begin_session, browser_of, note_seen

NOWHERE = str(IPv4Address(0))
OPEN_BEFORE = {"security"}
"""The views that are open to who still has to set a second factor up."""

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """A request of someone we know. Only `signed_in` hands these out."""

    user: User
    htmx: HtmxDetails


def signed_in(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let only signed-in users reach the view; all others are asked to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        if not note_seen(request, request.user, timezone.now()):
            logout(request)
            return ask_to_sign_in(request)
        if must_set_up(request, request.user) and view.__name__ not in OPEN_BEFORE:
            return go_to(request, reverse("security"))
        return view(cast(SignedInRequest, request), *args, **kwargs)

    return guarded


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the browser to the sign-in page; a part of a page must move the whole page there."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # HtmxMiddleware
    back = (htmx.current_url_abs_path or "/") if htmx else request.get_full_path()
    return go_to(request, redirect_to_login(back).url)


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """Send the whole page elsewhere, also when a part of it was asked for."""
    is_part = bool(request.htmx)  # type: ignore[attr-defined]  # HtmxMiddleware
    return HttpResponseClientRedirect(url) if is_part else HttpResponseRedirect(url)


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """No sign-up: its page answers like one that does not exist."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse by absence, so that nobody learns there could be a door."""
        raise Http404

    def get_client_ip(self, request: HttpRequest) -> str:
        """From where somebody asks; those of whom that is not known share one place and count."""
        return browser_of(request).address or NOWHERE

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt; one too many is written down."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            note_refusal(request, credentials.get("email", ""), TOO_MANY, timezone.now())
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Try a password; of who may not use one it is wrong, whatever it is.

        Who is in already and confirms that it is them may.
        """
        user: User | None = super().authenticate(request, **credentials)
        if user is None or request.user.is_authenticated or may_use_password(user):
            return user
        return None

    def login(self, request: HttpRequest, user: User) -> None:
        """Let somebody in, who passed every step: under a new session key, and written down."""
        super().login(request, user)
        begin_session(request, user, timezone.now())
        lead_to_set_up(request, user)
