"""Sign in with Google or Microsoft instead of a password: leave for the issuer, and come back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from postroom.accounts.models import EmailAccount, Protocol, Sharing
from postroom.oauth.clients import get_client
from postroom.oauth.errors import IssuerFailure, SignInStopped
from postroom.oauth.signing_in import Attempt, Wish, authorisation_url
from postroom.setup.connecting import ConnectionFailed
from postroom.setup.finishing import finish
from postroom.setup.throttle import TriedTooOften, count_turn
from postroom.team.permissions import why_not_integrate
from postroom.web.connecting.begun_sign_ins import keep_attempt, take_attempt
from postroom.web.connecting.reconnection import go_on
from postroom.web.mailbox.access import get_own_account
from postroom.web.permission import may_integrate
from postroom.web.sign_in import SignedInRequest, signed_in

FAILURES = (IssuerFailure, ConnectionFailed, TriedTooOften)
# Signing in again would come to the same.
FINAL = {
    "no_client",
    "already_connected",
    "not_permitted",
    "address",
    "gone",
    "foreign_server",
    "tried_too_often",
}


class WishForm(forms.Form):
    """What a sign-in is for; with `account`, to sign in again for that one."""

    issuer = forms.SlugField(max_length=20)
    address = forms.EmailField(max_length=254, required=False)
    protocol = forms.ChoiceField(choices=Protocol.choices, required=False)
    sharing = forms.ChoiceField(choices=Sharing.choices, required=False)
    account = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    is_shared = forms.BooleanField(required=False)

    def wish_of(self, request: SignedInRequest) -> Wish:
        """The wish. Raises SignInStopped for what is none; 404 for an account of somebody else.

        And TriedTooOften: an issuer slows down a client that asks without end, for all its users.
        """
        count_turn("sign_in", request.user.pk, timezone.now())
        if not self.is_valid():
            raise SignInStopped("That is not an email address. Go back and correct it.", "address")
        entered: dict[str, Any] = self.cleaned_data
        if entered["account"]:
            # Who may not connect a mailbox (any more) may still mend their own.
            account = get_own_account(request.user, entered["account"])
            entered |= {"address": account.address, "protocol": account.protocol}
        elif why_not := why_not_integrate(request.user):
            raise SignInStopped(why_not, "not_permitted")
        return Wish(
            issuer=entered["issuer"],
            address=entered["address"],
            protocol=entered["protocol"] or Protocol.IMAP,
            sharing=entered["sharing"] or Sharing.PRIVATE,
            account=entered["account"],
            is_shared=entered["is_shared"],
        )


@require_POST
@signed_in
@may_integrate
def start(request: SignedInRequest) -> HttpResponse:
    """Take the person to the issuer.

    By a page of our own: a form's answer may not redirect to strangers (CSP, form-action).
    """
    try:
        wish = WishForm(request.POST).wish_of(request)
        client = get_client(wish.issuer)
    except FAILURES as failure:
        return stopped_page(request, failure, None)
    attempt = Attempt.begin(wish, timezone.now())
    keep_attempt(request, attempt)
    context = {"room": "setup", "client": client, "url": authorisation_url(client, attempt)}
    return render(request, "email_configuration/to_issuer.html", context)


@require_GET
@signed_in
def callback(request: SignedInRequest) -> HttpResponse:
    """Come back from the issuer: the mailbox is connected, or it is said why not."""
    attempt = take_attempt(request)
    try:
        account = finish(request.user, attempt, request.GET.dict(), timezone.now())
    except FAILURES as failure:
        return stopped_page(request, failure, attempt.wish if attempt else None)
    return connected(request, account)


def connected(request: SignedInRequest, account: EmailAccount) -> HttpResponse:
    """Begin to sync, and show the account."""
    messages.success(request, f"{account.address} is connected.")
    go_on(account)
    return redirect("account", account.pk)


def stopped_page(request: SignedInRequest, failure: Exception, wish: Wish | None) -> HttpResponse:
    """Say what happened and what to do; what was wished for can be begun again at once."""
    slug = getattr(failure, "slug", "") or getattr(failure, "kind", "")
    context = {
        "room": "setup",
        "sentence": getattr(failure, "sentence", str(failure)),
        "identity": getattr(failure, "identity", ""),
        "wish": wish if wish and slug not in FINAL else None,
        "account": {"pk": wish.account if wish else None},
    }
    return render(request, "email_configuration/sign_in_stopped.html", context, status=422)
