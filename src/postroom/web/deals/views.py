"""Deals: their list, a deal's page, and writing about one of them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.association.awaiting_with import waiting_about
from postroom.crm.deals import find_deals
from postroom.crm.models import Deal, DealStage
from postroom.crm.orders import OF_DEALS
from postroom.crm.pipeline import stages
from postroom.web.asked_ahead import is_whole
from postroom.web.deals.forms import DealForm, begun_with, find_named, written_of
from postroom.web.emails.asked_ahead import before_a_deal
from postroom.web.emails.figures import figures
from postroom.web.emails.outgoing import to_deal
from postroom.web.emails.related import about_deal, listed, related_list
from postroom.web.row_ids import parse_row_id
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.web.sorting import sorted_page

DEALS = Deal.objects.select_related("company", "stage", "owner")


@require_safe
@signed_in
def deals(request: SignedInRequest) -> HttpResponse:
    """The list of deals, changed last first unless asked otherwise."""
    words = request.GET.get("q", "").replace("\0", "")[:200]
    stage = find_stage(request.GET.get("stage", ""))
    page = sorted_page(request, find_deals(words, stage), OF_DEALS)
    context = {
        "room": "deals",
        "words": words,
        "stage": stage,
        "stages": stages(),
        "page": page,
    }
    return render(request, "deals/rows.html" if request.htmx else "deals/list.html", context)


@require_safe
@signed_in
def deal(request: SignedInRequest, pk: int) -> HttpResponse:
    """A deal with its people, and its mail as far as the viewer may see it."""
    before_a_deal(request, pk)
    deal = get_object_or_404(DEALS, pk=pk)
    related = related_list(about_deal(deal), request.user, request.GET)
    if not is_whole(request):
        return listed(request, related)
    context = {"room": "deals", "deal": deal, "related": related, "stages": stages()}
    context["waiting"] = waiting_about(deal, request.user, timezone.now())
    context["outgoing"] = to_deal(deal, request.user)
    return render(request, "deals/deal.html", context)


@require_safe
@signed_in
def deal_figures(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is counted beside a deal's mail."""
    return figures(request, about_deal(get_object_or_404(Deal, pk=pk)))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: SignedInRequest) -> HttpResponse:
    """Begin a deal."""
    person = find_named(request.GET.get("person", ""))
    begun = begun_with(request.user, person, find_stage(request.GET.get("stage", "")))
    return written(request, DealForm(request.POST or None, Deal(), begun))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a deal."""
    deal = get_object_or_404(DEALS, pk=pk)
    return written(request, DealForm(request.POST or None, deal, written_of(deal)))


@require_POST
@signed_in
def removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove a deal; its people and its mail stay."""
    deal = get_object_or_404(Deal, pk=pk)
    deal.delete()
    messages.success(request, f"“{deal}” was removed. Its people and emails stay.")
    return redirect("deals")


def written(request: SignedInRequest, form: DealForm) -> HttpResponse:
    """The form, or the deal's page after it was saved."""
    if request.method == "POST" and form.is_valid() and form.keep(timezone.now()):
        messages.success(request, "Saved.")
        return redirect("deal", form.deal.pk)
    status = 422 if request.method == "POST" else 200
    context = {"room": "deals", "form": form, "deal": form.deal}
    return render(request, "deals/form.html", context, status=status)


def find_stage(text: str) -> DealStage | None:
    """The stage whose id stands in a URL's query or a form."""
    try:
        return DealStage.objects.filter(pk=parse_row_id(text)).first()
    except ValueError:
        return None
