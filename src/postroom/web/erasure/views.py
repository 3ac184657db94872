"""What is known of a person: handed out, erased, and the erasures on record. Administrators' alone.

What would go is shown first; a hold that forbids it is said before anybody presses a button.
"""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.accounts.holds import UnderHold
from postroom.archive.wall import unhurried
from postroom.crm.models import Erasure, Person, Stage
from postroom.erasure.erasing import BeingSent, allow_again, erase, extent_of
from postroom.erasure.known import known_of
from postroom.erasure.left import Left, left_of
from postroom.erasure.traces import traces_of
from postroom.web.people.views import ROOMS
from postroom.web.permission import administrators_only
from postroom.web.sign_in import SignedInRequest, signed_in


class SureForm(forms.Form):
    """Erasing cannot be undone."""

    sure = forms.BooleanField(label="Erase all of this here, for good")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@administrators_only
@unhurried()
def known(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show how much is known; give it as a file."""
    person = get_object_or_404(Person, pk=pk)
    if request.method != "POST":
        return shown(request, person, SureForm())
    now = timezone.now()
    content = known_of(person, request.user, now)
    response = HttpResponse(content, content_type="application/zip")
    name = f"known-of-{slugify(person.name, allow_unicode=True)}-{now:%Y-%m-%d}.zip"
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response.headers["Content-Disposition"] = disposition
    return response


@require_POST
@signed_in
@administrators_only
def erasure(request: SignedInRequest, pk: int) -> HttpResponse:
    """Erase it, and say whatever still names them."""
    person = get_object_or_404(Person, pk=pk)
    form = SureForm(request.POST)
    if not form.is_valid():
        return shown(request, person, form)
    words = traces_of(person).words
    try:
        done = erase(person, request.user, timezone.now())
    except (UnderHold, BeingSent) as refusal:
        messages.error(request, refusal.sentence)
        return redirect("known", pk)
    messages.success(request, f"Erased: {done.emails} emails. It is number {done.pk} on record.")
    if left := left_of(words):
        messages.error(request, still_named(left))
    return redirect("erasures")


@require_safe
@signed_in
@administrators_only
def erasures(request: SignedInRequest) -> HttpResponse:
    """The erasures on record, newest first; of whom, nobody knows."""
    on_record = Erasure.objects.select_related("by").prefetch_related("addresses")
    return render(request, "erasure/erasures.html", {"room": "setup", "erasures": on_record})


@require_POST
@signed_in
@administrators_only
def allowance(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let their mail be kept again: they came back themselves."""
    erasure = get_object_or_404(Erasure, pk=pk)
    allow_again(erasure, request.user, timezone.now())
    messages.success(request, f"Mail with whom erasure {pk} was about is kept again from now on.")
    return redirect("erasures")


def shown(request: SignedInRequest, person: Person, form: SureForm) -> HttpResponse:
    """The page."""
    context = {"person": person, "form": form, "extent": extent_of(person)}
    context["room"] = ROOMS[Stage(person.stage)]
    status = 422 if form.errors else 200
    return render(request, "erasure/known.html", context, status=status)


def still_named(left: list[Left]) -> str:
    """Where to look: mail between others, mostly."""
    rows = sum(one.rows for one in left)
    tables = ", ".join(dict.fromkeys(one.table for one in left))
    return (
        f"They are still named in {rows} rows ({tables}): what others wrote about them stays"
        " theirs. Delete it there if it is to go too."
    )
