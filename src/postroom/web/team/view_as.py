"""Setup › Users › View as: a person's list as a colleague sees it, without any content.

For administrators who are asked "why does Bob see this?". To be read only, marked on every page,
and written down each time.
"""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from postroom.archive.wall import seen_by
from postroom.association.reasons import explain
from postroom.association.viewed_as import Viewed, find_viewed, viewed_as
from postroom.crm.models import Person
from postroom.crm.orders import OF_PEOPLE
from postroom.crm.people import find_people
from postroom.team.audit import note
from postroom.team.models import Act, User
from postroom.web.emails.related import parse_cursor
from postroom.web.emails.rows import EmailRow, rows_of
from postroom.web.permission import administrators_only
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.web.sorting import sorted_page


@dataclass(frozen=True, slots=True)
class ViewedRow:
    """One line: who and when, and why the user sees it."""

    row: EmailRow
    viewed: Viewed


@require_safe
@signed_in
@administrators_only
def people(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose whose emails to look at as the user."""
    shown = get_object_or_404(User, pk=pk)
    words = request.GET.get("q", "").replace("\0", "")[:200]
    page = sorted_page(request, find_people(words, None), OF_PEOPLE)
    context = {"room": "setup", "shown": shown, "words": words, "page": page}
    return render(request, "view_as/people.html", context)


@require_safe
@signed_in
@administrators_only
def person(request: SignedInRequest, pk: int, person: int) -> HttpResponse:
    """The person's list as the user sees it."""
    shown = get_object_or_404(User, pk=pk)
    about = get_object_or_404(Person, pk=person)
    now = timezone.now()
    after = parse_cursor(request.GET.get("after", ""))
    with seen_by(shown.pk):
        viewed, beyond = viewed_as(shown, about, now, after=after)
        rows = rows_of([each.related for each in viewed])
    note(Act.VIEWED_AS, request.user, shown.email, now, f"with {about}")
    context = {
        "room": "setup",
        "shown": shown,
        "person": about,
        "rows": [ViewedRow(row, each) for row, each in zip(rows, viewed, strict=True)],
        "next": str(beyond or ""),
        "is_first": after is None,
    }
    return render(request, "view_as/person.html", context)


@require_safe
@signed_in
@administrators_only
def email(request: SignedInRequest, pk: int, person: int, email: int) -> HttpResponse:
    """Who else sees one of these emails, and why."""
    shown = get_object_or_404(User, pk=pk)
    about = get_object_or_404(Person, pk=person)
    now = timezone.now()
    with seen_by(shown.pk):
        found = find_viewed(shown, email)
        explained = explain(found, now) if found else []
    if found is None:
        raise Http404
    detail = f"who sees an email of {found.sent_at:%-d %B %Y} in {found.account}"
    note(Act.VIEWED_AS, request.user, shown.email, now, detail)
    context = {"room": "setup", "shown": shown, "person": about, "email": found}
    return render(request, "view_as/email.html", context | {"explained": explained})
