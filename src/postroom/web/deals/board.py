"""The board: the pipeline as columns, deals moved by drag, by keys or by their menu."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from postroom.crm.deals import move_deal
from postroom.crm.models import Deal
from postroom.crm.pipeline import board as pipeline_board
from postroom.web.deals.views import find_stage
from postroom.web.sign_in import SignedInRequest, signed_in


@require_safe
@signed_in
def board(request: SignedInRequest) -> HttpResponse:
    """All stages with their deals."""
    context = {"room": "deals", "columns": pipeline_board()}
    return render(request, "deals/board.html", context)


@require_POST
@signed_in
def stage(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a deal to another stage; the board is answered to those who moved it there."""
    deal = get_object_or_404(Deal, pk=pk)
    stage = find_stage(request.POST.get("stage", ""))
    if stage is None:
        raise Http404
    move_deal(deal, stage, timezone.now())
    said = f"“{deal}” is in “{stage}” now."
    if request.htmx:
        context = {"columns": pipeline_board(), "said": said}
        return render(request, "deals/columns.html", context)
    messages.success(request, said)
    return redirect("board") if "board" in request.POST else redirect("deal", pk)
