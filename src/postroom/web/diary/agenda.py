"""The page of tasks: mine by their day, those of colleagues, and what is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from postroom.crm.models import Task
from postroom.crm.orders import Order
from postroom.crm.stretches import Stretch, stretch_of
from postroom.crm.tasks import (
    add_task,
    by_time,
    tasks_of,
    tasks_of_colleagues,
)
from postroom.team.models import User
from postroom.web.diary.forms import TaskOfOneForm, begun
from postroom.web.diary.rows import TaskRow, task_rows
from postroom.web.diary.section import BY_DOING
from postroom.web.sign_in import SignedInRequest, signed_in

BY_DAY = Order(("due_on",))
MINE, COLLEAGUES, DONE = "mine", "colleagues", "done"
TABS = ((MINE, "Mine"), (COLLEAGUES, "Colleagues"), (DONE, "Done"))
OVERDUE, TODAY, COMING = "Overdue", "Today", "Coming"


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks under one heading; a group that began on the page before has none."""

    heading: str
    rows: Sequence[TaskRow]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def tasks(request: SignedInRequest) -> HttpResponse:
    """The tasks under one tab; POST makes one."""
    form = TaskOfOneForm(request.POST or None, begun(request.user))
    if request.method == "POST" and form.is_valid():
        add_task(form.cleaned_data["about"], form.entry, request.user, timezone.now())
        return redirect("tasks")
    tab = next((tab for tab, _ in TABS if tab == request.GET.get("tab")), MINE)
    after = request.GET.get("after", "")
    page = agenda(request.user, tab, after)
    context = {"room": "tasks", "tab": tab, "tabs": TABS, "form": form, "next": page.next}
    context |= {"groups": groups_of(page, request.user, tab, after), "is_first": not after}
    part = "diary/agenda_rows.html" if request.htmx else "diary/agenda.html"
    return render(request, part, context, status=422 if form.errors else 200)


def agenda(viewer: User, tab: str, after: str) -> Stretch[Task]:
    """A page of the tasks under a tab."""
    if tab == DONE:
        return stretch_of(tasks_of(viewer).filter(done_at__isnull=False), BY_DOING, after)
    whose: QuerySet[Task] = tasks_of(viewer) if tab == MINE else tasks_of_colleagues(viewer)
    return stretch_of(whose.filter(done_at=None), BY_DAY, after)


def groups_of(page: Stretch[Task], viewer: User, tab: str, after: str) -> list[Group]:
    """Its rows under their headings."""
    if tab == DONE:
        return [Group("", task_rows(page.rows, viewer))] if page.rows else []
    today = timezone.localdate()
    place = BY_DAY.parse(after, Task)
    before = heading_of(place[0], today) if place else ""
    rows = task_rows(by_time(page.rows), viewer)
    return [
        Group("" if heading == before else heading, list(each))
        for heading, each in groupby(rows, key=lambda row: heading_of(row.task.due_on, today))
    ]


def heading_of(day: date, today: date) -> str:
    """Under which heading a day stands."""
    return TODAY if day == today else OVERDUE if day < today else COMING
