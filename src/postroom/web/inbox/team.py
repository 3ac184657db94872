"""The inboxes of one's teams by whose it is: assigned to me, or to nobody yet."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
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
    reading, after = opened(request), parse_place(request)
    page = team_page(request.user, whose, after or TOP)
    rows = rows_of_inbox(page.emails, Column.DEALS, request.user, teams=teams_of(request.user))
    context: dict[str, object] = {"rows": rows, "next": str(page.next or "")}
    context["list"] = f"{reverse('inbox-team')}?whose={whose.value}"
    if request.htmx and after:
        return render(request, "inbox/rows.html", context)
    context |= {"whose": whose, "whose_tabs": TABS} | reading
    return render(request, "inbox/team.html", context | around(request.user))
