"""A connected mailbox's page, and what its owner decides there."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from postroom.accounts.lifecycle import set_sharing, set_storage
from postroom.accounts.models import EmailAccount
from postroom.accounts.terms import in_words
from postroom.archive.announce import announce_account, announce_work
from postroom.engine.pausing import resume_keeping
from postroom.web.mailbox.access import (
    get_account,
    get_managed_account,
    get_own_account,
)
from postroom.web.mailbox.forms import StorageForm
from postroom.web.mailbox.sections import sections_of
from postroom.web.mailbox.sharing import own_form
from postroom.web.refusals import refusals_told
from postroom.web.sign_in import SignedInRequest, signed_in


@require_safe
@signed_in
def account(request: SignedInRequest, pk: int) -> HttpResponse:
    """How one account is doing, and for its owner what can be decided about it."""
    account = get_account(request.user, pk)
    sections = sections_of(account, request.user, timezone.now())
    context = {"room": "setup", "account": account, **sections}
    return render(request, "email_configuration/account.html", context)


@require_POST
@signed_in
def sharing(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide who sees the account's mail; it holds at once for all of it."""
    account = get_own_account(request.user, pk)
    form = own_form(account, request.POST)
    if not (form.is_valid() and form.terms):
        messages.error(request, f"Nothing was saved. {form.first_error}")
        return redirect("account", pk)
    with refusals_told(request):
        set_sharing(account, form.terms, request.user, timezone.now())
        messages.success(request, f"Saved. {in_words(form.terms)}.")
    return changed(account)


@require_POST
@signed_in
def storage(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide how much of the account's mail is copied here."""
    account = get_own_account(request.user, pk)
    form = StorageForm(request.POST)
    if form.is_valid():
        set_storage(account, form.cleaned_data["storage"])
        messages.success(request, "Mail is kept so from now on.")
        announce_work(account.pk)
    return changed(account)


@require_POST
@signed_in
def resumption(request: SignedInRequest, pk: int) -> HttpResponse:
    """Fetch mail again, and try again whatever went wrong before."""
    account = get_managed_account(request.user, pk)
    resume_keeping(account, request.user)
    return redirect("account", pk)


def changed(account: EmailAccount) -> HttpResponse:
    """Tell open pages, and go back to the account's own."""
    announce_account(account.pk)
    return redirect("account", account.pk)
