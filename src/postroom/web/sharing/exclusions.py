"""What is never shared: the organisation's list, one's own, and the organisation's own domains."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from postroom.accounts.exclusions import (
    HeldBack,
    LinesUnusable,
    allow_again,
    exclude,
    holding_back,
    list_of,
)
from postroom.accounts.models import Exclusion
from postroom.association.held_back import held_back_by
from postroom.team.models import Organisation, User
from postroom.team.organisation import DomainsUnusable, set_own_domains
from postroom.web.permission import administrators_only
from postroom.web.sign_in import SignedInRequest, signed_in

PAGE = 25
LONGEST = 500_000


def lines_field(label: str, help_text: str) -> forms.CharField:
    """Many at once, a line each."""
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 4, "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": "Write at least one address or domain."},
    )


class LinesForm(forms.Form):
    """Addresses and domains to exclude."""

    lines = lines_field(
        "Add addresses and domains",
        "One in each line: lena@customer.example, or customer.example for all there and below.",
    )


class DomainsForm(forms.Form):
    """The organisation's own domains, all of them."""

    domains = lines_field("Own domains", "One in each line, such as example.com.")

    def __init__(self, typed: object = None) -> None:
        kept = "\n".join(Organisation.get().own_domains)
        super().__init__(typed, initial={"domains": kept})  # type: ignore[arg-type]
        self.fields["domains"].required = False


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@administrators_only
def organisations(request: SignedInRequest) -> HttpResponse:
    """The organisation's list."""
    return list_page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def own(request: SignedInRequest) -> HttpResponse:
    """One's own list."""
    return list_page(request, request.user)


@require_POST
@signed_in
@administrators_only
def organisations_removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take one off the organisation's list."""
    return removed(request, list_of(None), pk, "exclusions")


@require_POST
@signed_in
def own_removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take one off one's own list."""
    return removed(request, list_of(request.user), pk, "own-exclusions")


@require_POST
@signed_in
@administrators_only
def own_domains(request: SignedInRequest) -> HttpResponse:
    """Say which domains are the organisation's own."""
    lines = request.POST.get("domains", "")[:LONGEST].splitlines()
    try:
        domains = set_own_domains(lines, request.user, timezone.now())
    except DomainsUnusable as refusal:
        form = DomainsForm({"domains": request.POST.get("domains", "")})
        form.add_error("domains", refusal.sentence)
        return page_of(request, None, LinesForm(), form, status=422)
    known = ", ".join(domains) or "none"
    messages.success(request, f"Own domains are {known} now. Their addresses match nobody.")
    return redirect("exclusions")


def removed(
    request: SignedInRequest, entries: QuerySet[Exclusion], pk: int, page: str
) -> HttpResponse:
    """Take an entry off its list, or a 404 when it is on another."""
    entry = entries.filter(pk=pk).first()
    if entry is None:
        raise Http404
    allow_again(entry, request.user, timezone.now())
    messages.success(request, f"{entry} is off the list: its emails are shared as others are.")
    return redirect(page)


def list_page(request: SignedInRequest, owner: User | None) -> HttpResponse:
    """The list, or what was added to it."""
    form = LinesForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and added(request, form, owner):
        return redirect("own-exclusions" if owner else "exclusions")
    return page_of(request, owner, form, DomainsForm(), status=422 if form.errors else 200)


def found(entries: QuerySet[Exclusion], words: str, held: HeldBack | None) -> QuerySet[Exclusion]:
    """Entries with these words in them, and those that hold back the address they are."""
    if not words:
        return entries
    named = Q(pattern__icontains=words.lstrip("@"))
    return entries.filter(named | Q(pk__in=[entry.pk for entry in held.all]) if held else named)


def added(request: SignedInRequest, form: LinesForm, owner: User | None) -> bool:
    """Add what was typed; False, with the reason at the field, when a line is no use."""
    lines = form.cleaned_data["lines"].splitlines()
    try:
        new = exclude(owner, lines, request.user, timezone.now())
    except LinesUnusable as refusal:
        form.add_error("lines", refusal.sentence)
        return False
    there = len({line.strip() for line in lines if line.strip()}) - len(new)
    again = f" {there} {'was' if there == 1 else 'were'} on it already." if there > 0 else ""
    messages.success(request, f"{len(new)} added to the list.{again}")
    return True


def page_of(
    request: SignedInRequest,
    owner: User | None,
    form: LinesForm,
    domains: DomainsForm,
    status: int,
) -> HttpResponse:
    """The page of a list."""
    words = request.GET.get("entry", "").replace("\0", "").strip()[:254]
    held = holding_back(words, owner) if words else None
    page = Paginator(found(list_of(owner), words, held), PAGE).get_page(request.GET.get("page"))
    numbers = held_back_by(list(page), owner)
    context = {
        "room": "you" if owner else "setup",
        "owner": owner,
        "form": form,
        "domains_form": domains,
        "own_domains": Organisation.get().own_domains,
        "entry": words,
        "rows": [(entry, numbers[entry.pattern]) for entry in page],
        "page": page,
        "held": held,
    }
    return render(request, "sharing/exclusions.html", context, status=status)
