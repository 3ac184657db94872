"""The inboxes of one's teams by whose it is: assigned to me, or to nobody yet."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from postroom.association.inbox import TOP
from postroom.association.inbox_columns import Column
from postroom.association.inbox_team import Whose, team_page, teams_of
from postroom.web.inbox.rows import rows_of_inbox
from postroom.web.inbox.views import around, opened, parse_place
from postroom.web.sign_in import SignedInRequest, signed_in

TABS = ((Whose.MINE, "Assigned to me"), (Whose.NOBODYS, "Unassigned"))


@require_safe
@signed_in
def team(request: SignedInRequest) -> HttpResponse:
    """Mail of team mailboxes that is one's own to answer, or nobody's."""
    whose = Whose.NOBODYS if request.GET.get("whose") == Whose.NOBODYS.value else Whose.MINE
    reading = opened(request)
    page = team_page(request.user, whose, parse_place(request) or TOP)
    rows = rows_of_inbox(page.emails, Column.DEALS, request.user, teams=teams_of(request.user))
    context = around(request.user) | {"whose": whose, "rows": rows, "next": str(page.next or "")}
    context["whose_tabs"] = TABS
    return render(request, "inbox/team.html", context | reading)
