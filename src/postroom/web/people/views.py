"""Leads and contacts: their lists, and writing about one of them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.crm.models import Person, Stage
from postroom.crm.orders import OF_PEOPLE
from postroom.crm.people import convert, find_people
from postroom.web.people.correspondence import rows_for
from postroom.web.people.forms import PersonForm, parse_stage
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.web.sorting import sorted_page

ROOMS = {Stage.LEAD: "leads", Stage.CONTACT: "contacts", None: "people"}


@require_safe
@signed_in
def people(request: SignedInRequest, stage: Stage | None = None) -> HttpResponse:
    """The list of leads, of contacts, or of both."""
    words = request.GET.get("q", "").replace("\0", "")[:200]
    page = sorted_page(request, find_people(words, stage), OF_PEOPLE)
    context = {
        "room": ROOMS[stage],
        "stage": stage,
        "words": words,
        "rows": rows_for(request.user, page.rows),
        "page": page,
    }
    part = "people/rows.html" if request.htmx else "people/list.html"
    return render(request, part, context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: SignedInRequest) -> HttpResponse:
    """Add a lead or contact."""
    person = Person(stage=parse_stage(request.GET.get("stage", "")))
    form = PersonForm(request.POST or None, person)
    if request.method == "POST" and form.is_valid() and form.keep(request.user, timezone.now()):
        messages.success(request, f"{person} was added.")
        return redirect("person", person.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "person": person, "room": ROOMS[Stage(person.stage)]}
    return render(request, "people/form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a lead or contact."""
    person = get_object_or_404(Person, pk=pk)
    form = PersonForm(request.POST or None, person)
    if request.method == "POST" and form.is_valid() and form.keep(request.user, timezone.now()):
        messages.success(request, "Saved.")
        return redirect("person", person.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "person": person, "room": ROOMS[Stage(person.stage)]}
    context["may_erase"] = request.user.is_administrator
    return render(request, "people/form.html", context, status=status)


@require_POST
@signed_in
def conversion(request: SignedInRequest, pk: int) -> HttpResponse:
    """Turn a lead into a contact; whoever is one already stays one."""
    person = get_object_or_404(Person, pk=pk)
    if person.stage == Stage.LEAD:
        convert(person)
        messages.success(request, f"{person} is a contact now. The emails came along.")
    return redirect("person", person.pk)
