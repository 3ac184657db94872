"""Let one colleague see an email or its conversation, and end that."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from postroom.accounts.access_grants import end_grant, grant, grants_of, until_words
from postroom.accounts.rulings import SharingForbidden
from postroom.archive.models import Email
from postroom.team.models import User
from postroom.web.decisions.sharing import Outcome, answered
from postroom.web.decisions.terms import GrantForm, error_of
from postroom.web.emails.access import get_own_email
from postroom.web.sign_in import SignedInRequest, signed_in


@require_POST
@signed_in
def grants(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let a colleague in."""
    email = get_own_email(request.user, pk)
    now = timezone.now()
    form = GrantForm(request.POST, email, now)
    return answered(request, email, granted(form, request.user), now)


def granted(form: GrantForm, by: User) -> Outcome:
    """Do it, or say what is in the way."""
    if not form.is_valid():
        return Outcome(error_of(form), is_refusal=True)
    user = form.cleaned_data["user"]
    try:
        grant(form.matter, user, form.until, by, form.now)
    except SharingForbidden as refusal:
        return Outcome(refusal.sentence, is_refusal=True)
    what = "the whole conversation" if form.matter.is_thread else "this email"
    return Outcome(f"{user} sees {what} {until_words(form.until)}.")


@require_POST
@signed_in
def end(request: SignedInRequest, pk: int, grant: int) -> HttpResponse:
    """End what a colleague was let into."""
    email = get_own_email(request.user, pk)
    given = get_object_or_404(grants_of(request.user).filter(account=email.account), pk=grant)
    now = timezone.now()
    end_grant(given, request.user, now)
    return answered(request, email, ended(email, given.user), now)


def ended(email: Email, user: User) -> Outcome:
    """Say so."""
    return Outcome(f"{user} sees no more than the sharing of {email.account} shows.")
