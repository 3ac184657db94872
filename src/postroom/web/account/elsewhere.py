"""Sign in at the organisation's OpenID provider: leave for it, and come back."""

from typing import Final

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from postroom.accounts.sealing import SealBroken
from postroom.oauth.colleagues import authorisation_url, begin, find_provider, finish
from postroom.oauth.errors import IssuerFailure
from postroom.oauth.signing_in import Attempt
from postroom.web.door.second_factors import ELSEWHERE

KEPT: Final = "sign_in_elsewhere"
"""In the session: the attempt that was begun, and where to go afterwards; it serves once."""


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Take the person there."""
    provider = find_provider()
    if provider is None:
        raise Http404
    attempt = begin(timezone.now())
    back = get_next_redirect_url(request)
    request.session[KEPT] = {"attempt": attempt.as_kept(), "back": back}
    return HttpResponseRedirect(authorisation_url(provider, attempt))


@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Come back: the person is in, or it is said why not."""
    attempt, back = take_attempt(request)
    try:
        user = finish(attempt, request.GET.dict(), timezone.now())
    except (IssuerFailure, SealBroken) as failure:
        sentence = getattr(failure, "sentence", "This sign-in is too old. Start it again.")
        context = {"sentence": sentence, "provider": find_provider()}
        return render(request, "you/elsewhere_stopped.html", context, status=422)
    record_authentication(request, user, ELSEWHERE)
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url=back or "/"))
    return response


def take_attempt(request: HttpRequest) -> tuple[Attempt | None, str | None]:
    """Take out the attempt that the answer belongs to; it is there no more."""
    kept = request.session.pop(KEPT, None)
    if not kept or kept["attempt"]["state"] != request.GET.get("state"):
        return None, None
    return Attempt.from_kept(kept["attempt"]), kept["back"]
