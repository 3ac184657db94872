"""Sign in with a code that is typed at the issuer: the page shows it, and waits."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from postroom.oauth.clients import get_client
from postroom.oauth.device import DeviceSignIn, ask_device, begin_device
from postroom.setup.finishing import connect_by_code
from postroom.web.connecting.begun_sign_ins import find_device, forget_device, keep_device
from postroom.web.connecting.signing_in import (
    FAILURES,
    WishForm,
    connected,
    stopped_page,
)
from postroom.web.permission import may_integrate
from postroom.web.sign_in import SignedInRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may_integrate
def device(request: SignedInRequest) -> HttpResponse:
    """Ask for a code (POST), and show it until it was typed."""
    if request.method == "POST":
        return begin(request)
    waiting = find_device(request)
    if waiting is None:
        return redirect("email-configuration")
    context = context_of(waiting)
    return render(request, "email_configuration/sign_in_by_code.html", context)


def begin(request: SignedInRequest) -> HttpResponse:
    """Have the issuer give a code."""
    wish = None
    try:
        wish = WishForm(request.POST).wish_of(request)
        keep_device(request, begin_device(get_client(wish.issuer), wish, timezone.now()))
    except FAILURES as failure:
        return stopped_page(request, failure, wish)
    return redirect("oauth-device")


@require_POST
@signed_in
def check(request: SignedInRequest) -> HttpResponse:
    """Ask whether the code was typed; a waiting page asks by itself, and a person may too."""
    waiting = find_device(request)
    if waiting is None:
        return moved(request, redirect("email-configuration"))
    try:
        outcome = ask_device(get_client(waiting.wish.issuer), waiting, timezone.now())
        if isinstance(outcome, DeviceSignIn):
            keep_device(request, outcome)
            return still_waiting(request, outcome)
        forget_device(request)
        account = connect_by_code(request.user, waiting.wish, outcome)
        return moved(request, connected(request, account))
    except FAILURES as failure:
        forget_device(request)
        messages.error(request, getattr(failure, "sentence", str(failure)))
        return moved(request, redirect("email-configuration"))


def still_waiting(request: SignedInRequest, waiting: DeviceSignIn) -> HttpResponse:
    """The part that waits, anew."""
    if not request.htmx:
        return redirect("oauth-device")
    return render(request, "email_configuration/code_waits.html", context_of(waiting))


def context_of(waiting: DeviceSignIn) -> dict[str, object]:
    """What the page shows of a sign-in that waits."""
    left, whole = waiting.seconds_left(timezone.now()), waiting.seconds_open()
    return {
        "room": "setup",
        "client": get_client(waiting.wish.issuer),
        "waiting": waiting,
        "minutes_left": -(-left // 60),
        "percent": 100 - left * 100 // max(whole, 1),
    }


def moved(request: SignedInRequest, response: HttpResponse) -> HttpResponse:
    """A redirect of the whole page, also where a part of it asked."""
    return HttpResponseClientRedirect(response.headers["Location"]) if request.htmx else response
