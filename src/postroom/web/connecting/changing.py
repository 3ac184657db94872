"""Change a mailbox's password or servers in place, and test it again with what is stored.

Its owner alone may. What is typed is tried live, and kept when it works.
"""

from functools import partial

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from postroom.accounts.models import EmailAccount
from postroom.setup.changing import Change, as_it_is, keep_change, request_for_change
from postroom.setup.connecting import ConnectionFailed
from postroom.setup.requests import AccountRequest
from postroom.web.connecting.attempts import Attempt
from postroom.web.connecting.change_form import ChangeForm
from postroom.web.connecting.reconnection import go_on
from postroom.web.connecting.server_form import TriedForm
from postroom.web.mailbox.access import get_own_account
from postroom.web.permission import may_integrate
from postroom.web.sign_in import SignedInRequest, signed_in


@sensitive_post_parameters("password", "outgoing_password")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may_integrate
def servers(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """The servers and passwords as they are, to be changed."""
    account = get_own_account(request.user, pk)
    if request.method == "POST":
        form = ChangeForm.sent(account, request.POST)
        change = form.change_of(account) if form.is_valid() else None
        wanted = wanted_by(form, change)
        return Attempt(request, form, wanted, partial(keep, change or as_it_is(account))).response()
    context = {"room": "setup", "account": account, "form": ChangeForm.of(account)}
    return render(request, "email_configuration/servers.html", context)


@require_POST
@signed_in
def account_test(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """Try the servers with what is stored; nothing changes but what is known of them."""
    account = get_own_account(request.user, pk)
    form = TriedForm(request.POST)
    form.is_valid()
    change = as_it_is(account)
    wanted = wanted_by(form, change)
    return Attempt(request, form, wanted, partial(keep, change), stays=True).response()


def wanted_by(form: TriedForm, change: Change | None) -> AccountRequest | None:
    """What is to be tried; None, and the form says why, when it cannot be."""
    if change is None:
        return None
    try:
        return request_for_change(change, timezone.now())
    except ConnectionFailed as failure:
        form.explain(failure)
        return None


def keep(change: Change, wanted: AccountRequest, trouble: str) -> EmailAccount:
    """Keep what works, and go on syncing from there."""
    account = keep_change(change, wanted, trouble, timezone.now())
    go_on(account)
    return account
