"""Notes: written on the page of what they are about, changed in their place."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from postroom.crm.models import Note
from postroom.crm.notes import edit_note, may_edit, may_remove, write_note
from postroom.crm.records import WITH_RECORD, Record, record_of
from postroom.team.models import User
from postroom.web.diary.forms import NoteForm, opened
from postroom.web.diary.records import get_record, page_of
from postroom.web.diary.removing import removed
from postroom.web.diary.rows import note_rows
from postroom.web.diary.section import answered, notes_page
from postroom.web.sign_in import SignedInRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def notes(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    """The notes of a record by pages; POST writes one."""
    record = get_record(kind, pk)
    if request.method == "POST":
        return written(request, record)
    page = notes_page(record, request.GET.get("after", ""))
    context: dict[str, object] = {"record": record, "kind": kind, "page": page_of(record)}
    context |= {"rows": note_rows(page.rows, request.user), "next": page.next}
    context["is_first"] = "after" not in request.GET
    part = "diary/note_rows.html" if request.htmx else "diary/notes.html"
    return render(request, part, context)


def written(request: SignedInRequest, record: Record) -> HttpResponse:
    """Keep a new note, and show the section with it; or say why not."""
    form = NoteForm(request.POST, auto_id="diary-%s")
    if form.is_valid():
        write_note(record, form.cleaned_data["text"], request.user, timezone.now())
    return answered(request, record, form, "The note is kept.")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def note(request: SignedInRequest, pk: int) -> HttpResponse:
    """A note to change, for its author; `row` asks for it as it is shown."""
    note = get_note(request.user, pk)
    text, auto_id = {"text": note.text}, f"note-{pk}-%s"
    form = opened(NoteForm(request.POST or None, initial=text, auto_id=auto_id))
    is_kept = request.method == "POST" and may_edit(note, request.user) and form.is_valid()
    if is_kept:
        edit_note(note, form.cleaned_data["text"], timezone.now())
    if is_kept and not request.htmx:
        return redirect(page_of(record_of(note)))
    context = {"row": note_rows([note], request.user)[0], "form": form, "is_answer": True}
    context["page"] = page_of(record_of(note))
    if request.htmx:
        is_row = is_kept or "row" in request.GET
        part = "diary/note_row.html" if is_row else "diary/note_edit.html"
        return render(request, part, context)
    return render(request, "diary/note.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def removal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove a note; the answer has a button that brings it back."""
    note = get_note(request.user, pk)
    if not may_remove(note, request.user):
        raise Http404
    return removed(request, note, "The note is removed.")


def get_note(viewer: User, pk: int) -> Note:
    """The note, if the viewer may do something to it."""
    note = get_object_or_404(Note.objects.select_related("author", *WITH_RECORD), pk=pk)
    if not may_remove(note, viewer):
        raise Http404
    return note
