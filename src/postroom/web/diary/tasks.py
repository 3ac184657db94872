"""Tasks: made on the page of what they are about, done and changed in their place."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.crm.models import Task
from postroom.crm.records import Record, record_of
from postroom.crm.tasks import add_task, change_task, set_done, tasks_for
from postroom.team.models import User
from postroom.web.diary.forms import TaskForm, opened, who_may_do_it, written_of
from postroom.web.diary.records import get_record, page_of
from postroom.web.diary.removing import removed
from postroom.web.diary.rows import task_rows
from postroom.web.diary.section import answered, done_page, new_task_form
from postroom.web.sign_in import SignedInRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def of_record(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    """The tasks of a record that are done, by pages; POST makes one to be done."""
    record = get_record(kind, pk)
    if request.method == "POST":
        return made(request, record)
    page = done_page(record, request.user, request.GET.get("after", ""))
    context: dict[str, object] = {"record": record, "kind": kind, "page": page_of(record)}
    context |= {"rows": task_rows(page.rows, request.user), "next": page.next}
    context["is_first"] = "after" not in request.GET
    return render(request, "diary/done_rows.html" if request.htmx else "diary/done.html", context)


@require_safe
@signed_in
def colleagues(request: SignedInRequest) -> HttpResponse:
    """The others who may do a task, for the menu of a form that is opened."""
    others = [one for one in who_may_do_it() if one[0] != str(request.user.pk)]
    return render(request, "diary/colleagues.html", {"others": others})


def made(request: SignedInRequest, record: Record) -> HttpResponse:
    """Keep a new task, and show the section with it; or say why not."""
    form = new_task_form(request.user, request.POST)
    if form.is_valid():
        add_task(record, form.entry, request.user, timezone.now())
    return answered(request, record, form, "The task is kept.")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def task(request: SignedInRequest, pk: int) -> HttpResponse:
    """A task to change; `row` asks for it as it is shown."""
    task = get_task(request.user, pk)
    form = opened(TaskForm(request.POST or None, written_of(task), auto_id=f"task-{pk}-%s"))
    is_kept = request.method == "POST" and form.is_valid()
    if is_kept:
        change_task(task, form.entry)
    if is_kept and not request.htmx:
        return redirect(page_of(record_of(task)))
    context = {"row": task_rows([task], request.user)[0], "form": form, "is_answer": True}
    context["page"] = page_of(record_of(task))
    if request.htmx:
        is_row = is_kept or "row" in request.GET
        part = "diary/task_row.html" if is_row else "diary/task_edit.html"
        return render(request, part, context)
    return render(request, "diary/task.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def done(request: SignedInRequest, pk: int) -> HttpResponse:
    """It is done, or with `open` not after all."""
    task = get_task(request.user, pk)
    set_done(task, timezone.now(), is_done="open" not in request.POST)
    if not request.htmx:
        return redirect(page_of(record_of(task)))
    context = {"row": task_rows([task], request.user)[0], "is_answer": True}
    return render(request, "diary/task_row.html", context)


@require_POST
@signed_in
def removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove a task; the answer has a button that brings it back."""
    return removed(request, get_task(request.user, pk), "The task is removed.")


def get_task(viewer: User, pk: int) -> Task:
    """The task, if the viewer sees it."""
    return get_object_or_404(tasks_for(viewer), pk=pk)
