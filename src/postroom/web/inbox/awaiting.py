"""Who waits for whom: conversations that await my answer, or theirs, and what is watched.

Of the team too: of every mailbox of which the viewer sees mail, as far as it is shared with them.
"""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from postroom.archive.models import Email
from postroom.association.awaiting import MOST, Side, watches_of
from postroom.association.awaiting import awaiting as awaited_by
from postroom.association.awaiting_with import awaiting_in_team
from postroom.association.inbox_columns import Column
from postroom.team.models import User
from postroom.web.inbox.rows import rows_of_inbox
from postroom.web.inbox.views import opened
from postroom.web.sign_in import SignedInRequest, signed_in

TABS = ((Side.MINE, "Awaiting my answer"), (Side.THEIRS, "Awaiting theirs"))
TEAM_TABS = ((Side.MINE, "Awaiting our answer"), (Side.THEIRS, "Awaiting theirs"))


@require_safe
@signed_in
def awaiting(request: SignedInRequest) -> HttpResponse:
    """One side's list, the last word on top."""
    side = Side.THEIRS if request.GET.get("side") == Side.THEIRS.value else Side.MINE
    is_teams = request.GET.get("whose") == "team"
    reading = opened(request)
    emails = awaited(request.user, side, timezone.now(), is_teams=is_teams)
    context = {
        "room": "inbox",
        "side": side,
        "is_teams": is_teams,
        "most": MOST,
        "tabs": TEAM_TABS if is_teams else TABS,
        "rows": rows_of_inbox(emails, Column.PEOPLE, request.user),
        "watches": watches_of(request.user).order_by("due_at")[:50],
    }
    return render(request, "inbox/awaiting.html", context | reading)


def awaited(user: User, side: Side, now: datetime, *, is_teams: bool) -> list[Email]:
    """The last words of one's own mailboxes, or of all of which one sees any."""
    if is_teams:
        return [waiting.email for waiting in awaiting_in_team(user, side, now)]
    return awaited_by(user, side, now)
