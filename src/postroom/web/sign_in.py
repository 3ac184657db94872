"""Who may come in: people whom an administrator added, and nobody by their own doing."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from postroom.team.models import User

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
        if request.user.is_authenticated:
            return view(cast(SignedInRequest, request), *args, **kwargs)
        return ask_to_sign_in(request)

    return guarded


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the browser to the sign-in page; a part of a page must move the whole page there."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # HtmxMiddleware
    if not htmx:
        return redirect_to_login(request.get_full_path())
    back = htmx.current_url_abs_path or "/"
    return HttpResponseClientRedirect(redirect_to_login(back).url)


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """No sign-up: its page answers like one that does not exist."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse by absence, so that nobody learns there could be a door."""
        raise Http404
