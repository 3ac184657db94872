"""Columns of one's own: the list, one with what would be in it, its place, its end."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from postroom.archive.models import Email
from postroom.association.conditions import KINDS
from postroom.association.inbox import MOST_COUNTED, count_newest, inbox_page
from postroom.association.inbox_own import READY_MADE, ready_made
from postroom.association.steps import in_words
from postroom.team.inbox_column import TooManyColumns, change_places, keep_column
from postroom.team.models import InboxColumn, User
from postroom.web.diary.removing import removed_from_list
from postroom.web.inbox.own_form import ColumnForm
from postroom.web.sign_in import SignedInRequest, signed_in

MOST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Preview:
    """What would stand in a column: how many of the newest emails, and the newest of these."""

    number: int
    newest: list[Email]
    of: int = MOST_COUNTED


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def own_columns(request: SignedInRequest) -> HttpResponse:
    """The columns in their order, and those that are there to be taken; POST takes one."""
    if request.method == "POST":
        return taken(request)
    own = InboxColumn.objects.filter(owner=request.user)
    rows = [(column, in_sentence(column)) for column in own]
    has = {step["kind"] for column in own for step in column.conditions}
    offered = {kind: name for kind, name in READY_MADE.items() if kind not in has}
    context = {"room": "inbox", "rows": rows, "offered": offered}
    return render(request, "inbox/own_columns.html", context)


def taken(request: SignedInRequest) -> HttpResponse:
    """Take a column that is there to be taken."""
    try:
        column = ready_made(request.POST.get("ready", ""), request.user)
        keep_column(column)
    except KeyError:
        raise Http404 from None
    except TooManyColumns as refusal:
        messages.error(request, refusal.sentence)
    return redirect("own-columns")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: SignedInRequest) -> HttpResponse:
    """A new column."""
    return column_page(request, InboxColumn(owner=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def own_column(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a column."""
    return column_page(request, get_column(request.user, pk))


@require_POST
@signed_in
def place(request: SignedInRequest, pk: int) -> HttpResponse:
    """One place up or down; out of the inbox, or back into it."""
    column, way = get_column(request.user, pk), request.POST.get("way", "")
    if way in ("hide", "show"):
        column.is_shown = way == "show"
        keep_column(column)
    else:
        change_places(column, is_up=way == "up")
    return redirect("own-columns")


@require_POST
@signed_in
def removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """The column goes; its mail stands where it stood besides."""
    column = get_column(request.user, pk)
    sentence = f"The column “{column}” is gone. Its mail stays in the inbox."
    return removed_from_list(request, column, sentence)


def get_column(owner: User, pk: int) -> InboxColumn:
    """One's own column; otherwise the same 404 as for one that never was."""
    found = InboxColumn.objects.filter(owner=owner, pk=pk).first()
    if found is None:
        raise Http404
    return found


def column_page(request: SignedInRequest, column: InboxColumn) -> HttpResponse:
    """The form; what would be in it as it is written, or saved."""
    now, is_posted = timezone.now(), request.method == "POST"
    form = ColumnForm(column, request.POST if is_posted else None)
    name = column.name
    is_understood = is_posted and form.is_understood()
    wants_preview = "preview" in request.POST
    if is_understood and not wants_preview and saved(request, form):
        return redirect("own-columns")
    shows = (is_understood and wants_preview) or (not is_posted and column.pk)
    preview = preview_of(request.user, column, now) if shows else None
    context = {"room": "inbox", "form": form, "name": name, "column": column, "preview": preview}
    if request.htmx and wants_preview:
        return render(request, "inbox/own_preview.html", context)
    is_wrong = is_posted and not is_understood
    return render(request, "inbox/own_column.html", context, status=422 if is_wrong else 200)


def saved(request: SignedInRequest, form: ColumnForm) -> bool:
    """Save it; False, with the reason, when there are too many."""
    try:
        keep_column(form.column)
    except TooManyColumns as refusal:
        form.wrong = refusal.sentence
        return False
    messages.success(request, f"The column “{form.column}” is saved.")
    return True


def preview_of(viewer: User, column: InboxColumn, now: datetime) -> Preview:
    """What would stand in it now."""
    newest = inbox_page(viewer, column, now, limit=MOST_SHOWN)
    number = count_newest(viewer, column, now)
    return Preview(number, [*newest.back, *newest.emails][:MOST_SHOWN])


def in_sentence(column: InboxColumn) -> str:
    """What it asks, in words."""
    return (" and " if column.needs_all else " or ").join(in_words(column.conditions, KINDS))
