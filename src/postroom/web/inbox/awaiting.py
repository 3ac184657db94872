"""Who waits for whom: conversations that await my answer, or theirs, and what is watched."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from postroom.association.awaiting import Side, watches_of
from postroom.association.awaiting import awaiting as awaited_by
from postroom.association.inbox_columns import Column
from postroom.web.inbox.rows import rows_of_inbox
from postroom.web.sign_in import SignedInRequest, signed_in

TABS = ((Side.MINE, "Awaiting my answer"), (Side.THEIRS, "Awaiting theirs"))


@require_safe
@signed_in
def awaiting(request: SignedInRequest) -> HttpResponse:
    """One side's list, the last word on top."""
    side = Side.THEIRS if request.GET.get("side") == Side.THEIRS.value else Side.MINE
    emails = awaited_by(request.user, side, timezone.now())
    context = {
        "room": "inbox",
        "side": side,
        "tabs": TABS,
        "rows": rows_of_inbox(emails, Column.PEOPLE),
        "watches": watches_of(request.user).order_by("due_at")[:50],
    }
    return render(request, "inbox/awaiting.html", context)
