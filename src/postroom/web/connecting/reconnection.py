"""Enter a mailbox's password or sign in again; and what existing mail may take of a day.

Its owner alone may. A password is tried before it is kept, and never comes back in a page.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from postroom.accounts.models import Activation, EmailAccount
from postroom.archive.announce import announce_account, announce_work
from postroom.engine.starting import start_keeping
from postroom.oauth.grants import find_grant
from postroom.providers import Method, find_provider
from postroom.setup.connecting import ConnectionFailed
from postroom.setup.reconnecting import reconnect_account, shares_password
from postroom.setup.throttle import Tester
from postroom.team.audit import note
from postroom.team.models import Act
from postroom.web.mailbox.access import get_own_account
from postroom.web.mailbox.traffic import BudgetForm
from postroom.web.permission import may_integrate
from postroom.web.sign_in import SignedInRequest, signed_in

LETS_IN = "The mailbox lets Postroom in again."
IS_BACK = "The mailbox is active again; its mail comes from the server now."
BEGINS = "The mailbox lets Postroom in; its mail comes from the server now."
# What the page is called, and what is said when the password was right.
BY_ACTIVATION = {
    Activation.DEACTIVATED: ("Reactivate", IS_BACK),
    Activation.WAITING: ("Enter the password", BEGINS),
}


class ReconnectionForm(forms.Form):
    """The mailbox's new password; the outgoing server's, where that has one of its own."""

    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        max_length=1000,
        strip=False,
        help_text="With two-factor authentication, an app password made at your provider.",
    )
    same_credentials = forms.BooleanField(
        label="Use the same credentials for outgoing server", required=False
    )
    smtp_password = forms.CharField(
        label="Password of the outgoing server",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        max_length=1000,
        strip=False,
        required=False,
        help_text="Empty: it stays as it is.",
    )

    def reconnect(self, account: EmailAccount, tester: Tester) -> bool:
        """Try what was entered and keep it; else say why at the field where it can be mended."""
        entered: dict[str, Any] = self.cleaned_data
        password, own = entered["password"], entered["smtp_password"]
        outgoing = password if entered["same_credentials"] else own
        try:
            reconnect_account(account, password, outgoing, tester)
        except ConnectionFailed as failure:
            self.add_error(
                failure.field if failure.field in self.fields else None, failure.sentence
            )
            return False
        return True


@sensitive_post_parameters("password", "smtp_password")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may_integrate
def reconnection(request: SignedInRequest, pk: int) -> HttpResponse:
    """Enter the password again; everything else stays. A deactivated mailbox comes back so."""
    account = get_own_account(request.user, pk)
    activation = Activation(account.activation)
    verb, done = BY_ACTIVATION.get(activation, ("Reconnect", LETS_IN))
    same = {"same_credentials": shares_password(account)}
    form = ReconnectionForm(request.POST or None, initial=same)
    tester = Tester(request.user, timezone.now())
    if request.method == "POST" and form.is_valid() and form.reconnect(account, tester):
        note(Act.ACCOUNT_RECONNECTED, request.user, account, timezone.now())
        messages.success(request, done)
        go_on(account)
        return redirect("account", account.pk)
    context = {"room": "setup", "account": account, "form": form, "verb": verb}
    context["issuer"] = issuer_of(account)
    status = 422 if form.errors else 200
    return render(request, "email_configuration/reconnection.html", context, status=status)


def issuer_of(account: EmailAccount) -> str:
    """Where to sign in for the account instead of a password; nothing where a password is it."""
    if grant := find_grant(account):
        return grant.issuer
    provider = find_provider(account.provider)
    is_only_way = provider is not None and provider.sign_in.methods == (Method.OAUTH2,)
    return provider.sign_in.oauth_issuer if provider and is_only_way else ""


@require_POST
@signed_in
def budget(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide what the mailbox's existing mail may take of a day."""
    account = get_own_account(request.user, pk)
    form = BudgetForm(request.POST)
    if form.is_valid():
        account.octets_a_day = form.octets
        account.save(update_fields=["octets_a_day"])
        messages.success(request, "The limit holds from now on.")
        announce_work(account.pk)
    else:
        messages.error(request, "The limit was not changed: enter whole megabytes, or nothing.")
    announce_account(account.pk)
    return redirect("account", account.pk)


def go_on(account: EmailAccount) -> None:
    """Sync again, unless it was paused by hand; and tell open pages."""
    if account.activation == Activation.ACTIVE:
        start_keeping(account)
    announce_account(account.pk)
