"""SalesInbox as a list with tabs, or as columns beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from postroom.archive.models import Folder, Label
from postroom.association.inbox import (
    AnyColumn,
    Count,
    InboxPage,
    Place,
    inbox_page,
    inboxes_and_teams,
    inboxes_of,
    unread_counts,
)
from postroom.association.inbox_columns import Column
from postroom.association.inbox_own import columns_shown, own_columns
from postroom.association.inbox_team import colleagues_of, teams_of
from postroom.association.people import among
from postroom.cleanup.models import Case
from postroom.team.models import User, the_one
from postroom.team.sales_inbox import switch_sales_inbox
from postroom.team.written_once import ahead, asking, written_once
from postroom.web.asked_ahead import is_whole, of_frame
from postroom.web.emails.access import find_email
from postroom.web.emails.opening import reading_context
from postroom.web.emails.snoozing import CHOICES
from postroom.web.emails.standing import NOT_OFFERED
from postroom.web.inbox.rows import InboxRow, rows_of_inbox
from postroom.web.sign_in import SignedInRequest, signed_in

OF_A_COLUMN = 15


@dataclass(frozen=True, slots=True)
class Shown:
    """A column on the page: its rows, where it goes on, and its unread mail."""

    column: AnyColumn
    rows: list[InboxRow]
    next: str
    unread: Count


@require_safe
@signed_in
def inbox(request: SignedInRequest) -> HttpResponse:
    """One column as a list, the others behind tabs, whose counts come when the list is there.

    They cost as much as all the rest.
    """
    if not request.user.salesinbox_on:
        return switched_off(request)
    before_the_inbox(request)
    column, after = parse_column(request), parse_place(request)
    reading = opened(request)
    page = inbox_page(request.user, column, timezone.now(), after=after)
    rows, following = rows_of_page(page, column, request.user), str(page.next or "")
    context: dict[str, object] = {"column": column, "rows": rows, "next": following}
    context["list"] = f"{reverse('inbox')}?column={column.value}"
    if request.htmx and (after or "top" in request.GET):
        return render(request, "inbox/rows.html", context)
    context["tabs"] = [(each, None) for each in [*Column, *own_columns(request.user)]]
    return render(request, "inbox/inbox.html", context | reading | around(request.user))


def before_the_inbox(request: SignedInRequest) -> None:
    """Ask at once what a column and what stands around it ask. ADR 74."""
    viewer = request.user
    of_rest = [asking(columns_shown, viewer.pk), *of_frame(viewer)] if is_whole(request) else ()
    ahead(asking(inboxes_and_teams, viewer.pk), asking(the_one), *of_rest)
    if is_whole(request) and (held := inboxes_of(viewer)):
        ahead(asking(folders_offered, held), asking(labels_offered, held))


def switched_off(request: SignedInRequest) -> HttpResponse:
    """Why it is so, and the way back."""
    taken = Case.objects.filter(took_salesinbox=True, hidden_at__isnull=False)
    case = taken.filter(account__owner=request.user).select_related("account").first()
    return render(request, "inbox/off.html", {"room": "inbox", "case": case})


def opened(request: SignedInRequest) -> dict[str, object]:
    """The email that stands in the address, if one does: read before the list is made."""
    email = find_email(request.user, request.GET.get("email", ""))
    return reading_context(request, email, None) if email else {}


@require_safe
@signed_in
def columns(request: SignedInRequest) -> HttpResponse:
    """The newest of all columns beside each other."""
    if not request.user.salesinbox_on:
        return switched_off(request)
    now, context = timezone.now(), around(request.user)
    context["shown"] = [
        Shown(column, rows_of_page(page, column, request.user), str(page.next or ""), count)
        for column, count in unread_counts(request.user, now, own_columns(request.user)).items()
        for page in [inbox_page(request.user, column, now, limit=OF_A_COLUMN)]
    ]
    return render(request, "inbox/columns.html", context)


@require_safe
@signed_in
def counts(request: SignedInRequest) -> HttpResponse:
    """The tabs with how much is unread: asked for with the list, and after something was done."""
    tabs = unread_counts(request.user, timezone.now(), own_columns(request.user)).items()
    context = {"column": parse_column(request), "tabs": list(tabs)}
    return render(request, "inbox/tabs.html", context)


@require_POST
@signed_in
def switch(request: SignedInRequest) -> HttpResponse:
    """Switch one's own SalesInbox on, or off."""
    is_on = request.POST.get("on") == "yes"
    switch_sales_inbox(request.user, on=is_on, by=request.user, now=timezone.now())
    return redirect("inbox")


def around(user: User) -> dict[str, object]:
    """What stands around the rows: choices, folders to move to."""
    return {
        "room": "inbox",
        "choices": CHOICES,
        "folders": folders_for(user),
        "labels": labels_for(user),
        "team": colleagues_of(user),
        "has_mailbox": bool(inboxes_of(user)),
    }


def folders_for(user: User) -> Sequence[Folder]:
    """Folders of the user's mailboxes that mail may be moved to."""
    held = inboxes_of(user)
    return folders_offered(held) if held else []


@written_once()
def folders_offered(accounts: list[int]) -> QuerySet[Folder]:
    """The same of some mailboxes."""
    folders = Folder.objects.filter(account__in=among(accounts), gone_at__isnull=True)
    offered = folders.exclude(role__in=NOT_OFFERED).filter(is_synced=True)
    return offered.select_related("account").order_by("account", "name")


def labels_for(user: User) -> list[Label]:
    """The labels of the user's mailboxes, of each name one."""
    held = inboxes_of(user)
    labels = labels_offered(held) if held else []
    return list({label.name.lower(): label for label in labels}.values())


@written_once()
def labels_offered(accounts: list[int]) -> QuerySet[Label]:
    """All of some mailboxes."""
    return Label.objects.filter(account__in=among(accounts))


def rows_of_page(page: InboxPage, column: AnyColumn, viewer: User) -> list[InboxRow]:
    """Its rows: on top what came back."""
    emails, teams = [*page.back, *page.emails], teams_of(viewer)
    return rows_of_inbox(emails, column, viewer, back=len(page.back), teams=teams)


def parse_column(request: SignedInRequest) -> AnyColumn:
    """The column of that name; the first one for anything else."""
    text = request.GET.get("column", "")
    own = own_columns(request.user) if text.startswith("own-") else []
    every: list[AnyColumn] = [*Column, *own]
    return next((column for column in every if column.value == text), Column.DEALS)


def parse_place(request: SignedInRequest) -> Place | None:
    """Where the list goes on; an unreadable place means its beginning."""
    try:
        return Place.parse(request.GET.get("after", ""))
    except ValueError:
        return None
