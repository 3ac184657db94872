"""Setup › Audit log: who did what to whom, newest first. For administrators."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from postroom.team.models import Organisation
from postroom.team.reading_log import log_reading
from postroom.web.permission import administrators_only
from postroom.web.row_ids import parse_row_id
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.web.team.audit_filter import AuditFilter

PAGE = 50


@require_safe
@signed_in
@administrators_only
def audit_log(request: SignedInRequest) -> HttpResponse:
    """One page of it, from an entry on."""
    form = AuditFilter(request.GET)
    entries = form.entries()
    if before := place(request.GET.get("before", "")):
        entries = entries.filter(pk__lt=before)
    found = list(entries[: PAGE + 1])
    context = {
        "room": "setup",
        "form": form,
        "entries": found[:PAGE],
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
        "looked_for": looked_for(request.GET, form),
        "is_first": not before,
        "logs_reading": Organisation.get().logs_reading,
    }
    return render(request, "team/audit_log.html", context)


@require_POST
@signed_in
@administrators_only
def reading(request: SignedInRequest) -> HttpResponse:
    """Have it written down who reads colleagues' email, or not any more."""
    is_logged = request.POST.get("reading") == "log"
    log_reading(request.user, timezone.now(), is_logged=is_logged)
    word = "is written down from now on" if is_logged else "is not written down any more"
    messages.success(request, f"Who reads a colleague’s email {word}.")
    return redirect("audit-log")


def looked_for(asked: QueryDict, form: AuditFilter) -> str:
    """The search once more, for the address of what is older."""
    return urlencode({name: asked[name] for name in form.fields if asked.get(name)})


def place(text: str) -> int | None:
    """Read the entry to go on from; an unreadable one means the newest."""
    try:
        return parse_row_id(text)
    except ValueError:
        return None
