"""Setup › Audit log: who did what to whom, newest first. For administrators."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from postroom.team.models import AuditEntry
from postroom.web.permission import administrators_only
from postroom.web.row_ids import parse_row_id
from postroom.web.sign_in import SignedInRequest, signed_in

PAGE = 50


@require_safe
@signed_in
@administrators_only
def audit_log(request: SignedInRequest) -> HttpResponse:
    """One page of it, from an entry on."""
    entries = AuditEntry.objects.select_related("actor")
    if before := place(request.GET.get("before", "")):
        entries = entries.filter(pk__lt=before)
    found = list(entries[: PAGE + 1])
    older = found[PAGE - 1].pk if len(found) > PAGE else None
    context = {"room": "setup", "entries": found[:PAGE], "older": older, "is_first": not before}
    return render(request, "team/audit_log.html", context)


def place(text: str) -> int | None:
    """Read the entry to go on from; an unreadable one means the newest."""
    try:
        return parse_row_id(text)
    except ValueError:
        return None
