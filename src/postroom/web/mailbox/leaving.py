"""Pause, deactivate or remove a mailbox: what goes and what stays is shown first, then asked.

Its owner may, and whoever manages email settings; these say why, and the owner is told by email.
Reference: Cleanup Policy.
"""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from postroom.accounts.holds import UnderHold
from postroom.accounts.lifecycle import Decision
from postroom.accounts.models import EmailAccount
from postroom.cleanup.holding import hold_over
from postroom.cleanup.stock import stock_of
from postroom.engine.leaving import end_keeping, start_deleting
from postroom.engine.pausing import pause_keeping
from postroom.outbox.outgoing import unsent_of
from postroom.team.models import User
from postroom.web.mailbox.access import get_managed_account
from postroom.web.sign_in import SignedInRequest, signed_in


class ReasonForm(forms.Form):
    """Why somebody else's mailbox is stopped; of one's own nobody asks."""

    because = forms.CharField(label="Why?", max_length=400, help_text="The owner is told.")

    def __init__(self, account: EmailAccount, viewer: User, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        if account.owner_id == viewer.pk:
            del self.fields["because"]

    def decision_of(self, viewer: User) -> Decision:
        """What was decided, as it is written down."""
        return Decision(timezone.now(), viewer, self.cleaned_data.get("because", ""))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def pausing(request: SignedInRequest, pk: int) -> HttpResponse:
    """Stop fetching new mail; the page before it is for those who must say why."""
    account = get_managed_account(request.user, pk)
    form = form_of(request, account)
    if form.is_valid():
        pause_keeping(account, form.decision_of(request.user))
        return redirect("account", pk)
    context = {"room": "setup", "account": account, "form": form}
    status = 422 if form.errors else 200
    return render(request, "email_configuration/pause.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def deactivation(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete here what is kept of the mailbox's mail; the account stays."""
    account = get_managed_account(request.user, pk)
    form = form_of(request, account)
    if form.is_valid() and ended(request, account, form, is_removal=False):
        return redirect("account", pk)
    return ask(request, account, form, is_removal=False)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete here what is kept of the mailbox's mail, and the account with it."""
    account = get_managed_account(request.user, pk)
    form = form_of(request, account)
    if form.is_valid() and ended(request, account, form, is_removal=True):
        messages.success(request, f"{account} is being removed from Postroom.")
        return redirect("email-configuration")
    return ask(request, account, form, is_removal=True)


def ended(
    request: SignedInRequest, account: EmailAccount, form: ReasonForm, *, is_removal: bool
) -> bool:
    """Hide its mail and have it deleted; False under a legal hold, which is said."""
    try:
        end_keeping(account, form.decision_of(request.user), removes_account=is_removal)
    except UnderHold as refusal:
        form.add_error(None, refusal.sentence)
        return False
    start_deleting(account.pk)
    return True


def form_of(request: SignedInRequest, account: EmailAccount) -> ReasonForm:
    """The form as it was sent, or empty."""
    sent = request.POST if request.method == "POST" else None
    return ReasonForm(account, request.user, sent)


def ask(
    request: SignedInRequest, account: EmailAccount, form: ReasonForm, *, is_removal: bool
) -> HttpResponse:
    """Show what would go and what would stay."""
    context = {
        "room": "setup",
        "account": account,
        "form": form,
        "stock": stock_of(account),
        "unsent": unsent_of(account),
        "is_held": hold_over(account) is not None,
        "is_removal": is_removal,
        "is_own": account.owner_id == request.user.pk,
    }
    status = 422 if form.errors else 200
    return render(request, "email_configuration/leaving.html", context, status=status)
