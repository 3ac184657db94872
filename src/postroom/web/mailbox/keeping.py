"""Keep a mailbox that the Cleanup Policy is about to take: by the link of a warning, or its page.

Its owner may, and whoever manages email settings. A link is a page with one button: to follow it
changes nothing. Reference: Cleanup Policy.
"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from postroom.accounts.models import EmailAccount
from postroom.cleanup.cases import reviews
from postroom.cleanup.keeping import case_in
from postroom.cleanup.models import Case
from postroom.engine.cleaning import keep_mailbox
from postroom.team.models import User
from postroom.web.mailbox.access import get_managed_account
from postroom.web.mailbox.cleanup_state import state_of
from postroom.web.refusals import refusals_told
from postroom.web.sign_in import SignedInRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def by_link(request: SignedInRequest, word: str) -> HttpResponse:
    """What is to happen to the mailbox of a warning, and the button that keeps it."""
    pk = case_in(word)
    if pk is None:
        raise Http404
    case = Case.objects.filter(pk=pk).first()
    if case is None:
        return render(request, "email_configuration/keeping_over.html", {"room": "setup"})
    account = get_managed_account(request.user, case.account_id)
    if request.method == "POST":
        return kept(request, account)
    [review] = reviews([account], timezone.now())
    context = {"room": "setup", "account": account, "cleanup": state_of(review)}
    return render(request, "email_configuration/keeping.html", context)


@require_POST
@signed_in
def on_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """The same on the mailbox's own page."""
    return kept(request, get_managed_account(request.user, pk))


def kept(request: SignedInRequest, account: EmailAccount) -> HttpResponse:
    """Keep it, and say so."""
    keeper: User = request.user
    with refusals_told(request):
        keep_mailbox(account, keeper, timezone.now())
        messages.success(request, f"{account} is kept. Everything is as before.")
    return redirect("account", account.pk)
