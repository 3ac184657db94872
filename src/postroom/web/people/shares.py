"""Share one's mail with a person, or share it no more. Reference: Email Sharing."""

from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST

from postroom.accounts.models import EmailAccount, Share
from postroom.accounts.shares import decide, share_person, unshare_person
from postroom.archive.announce import announce_account
from postroom.crm.models import Person
from postroom.web.mailbox.access import get_own_account
from postroom.web.people.share_state import day_before
from postroom.web.sign_in import SignedInRequest, signed_in

NO_DAY = "Nothing was changed: choose a day that is still to come, or none to share for good."


@require_POST
@signed_in
def share(request: SignedInRequest, pk: int, account: int) -> HttpResponse:
    """Share the mail with the addresses that were on the page, and none that came since."""
    own = get_own_account(request.user, account)
    person = get_object_or_404(Person, pk=pk)
    try:
        until = end_of(request.POST.get("until", ""))
    except (ValueError, OverflowError):
        messages.error(request, NO_DAY)
        return redirect("person", pk)
    share_person(own, person, request.POST.getlist("address"), timezone.now(), until)
    messages.success(request, f"Colleagues see your emails with {person} now{last_day(until)}.")
    return changed(own, person)


def end_of(day: str) -> datetime | None:
    """The end of the day somebody chose, where they are; None for good.

    Raises ValueError, OverflowError.
    """
    if not day:
        return None
    chosen = date.fromisoformat(day)
    if chosen < timezone.localdate():
        raise ValueError(day)
    return timezone.make_aware(datetime.combine(chosen + timedelta(days=1), time.min))


def last_day(until: datetime | None) -> str:
    """The day through which it is shared, where there is one."""
    return f", until {date_format(day_before(until), 'j F Y')}" if until else ""


@require_POST
@signed_in
def end(request: SignedInRequest, pk: int, account: int) -> HttpResponse:
    """Share it no more; it holds at once for all of it."""
    own = get_own_account(request.user, account)
    person = get_object_or_404(Person, pk=pk)
    unshare_person(own, person, timezone.now())
    messages.success(request, f"Only you see your emails with {person} now.")
    return changed(own, person)


@require_POST
@signed_in
def address(request: SignedInRequest, pk: int, account: int) -> HttpResponse:
    """Answer whether mail with one address is shared too."""
    own = get_own_account(request.user, account)
    share = get_object_or_404(Share.objects.select_related("person"), account=own, person=pk)
    is_shared = request.POST.get("answer") == "yes"
    decide(share, request.POST.get("address", ""), timezone.now(), is_shared=is_shared)
    return changed(own, share.person)


def changed(account: EmailAccount, person: Person) -> HttpResponse:
    """Tell open pages, and go back to the person's."""
    announce_account(account.pk)
    return redirect("person", person.pk)
