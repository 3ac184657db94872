"""Remove a note or a task, and bring it back: the button that undoes it carries all of it.

Signed, so that it brings back what was there and nothing else, for a quarter of an hour, and for
whoever removed it. The row itself is gone at once.
"""

from datetime import date, datetime, time
from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from postroom.crm.models import Note, Task
from postroom.crm.records import WITH_RECORD, record_of
from postroom.team.models import User
from postroom.web.diary.records import page_of
from postroom.web.diary.rows import note_rows, task_rows
from postroom.web.sign_in import SignedInRequest, signed_in

SALT: Final = "postroom.diary.removed"
SECONDS: Final = 900
KINDS: Final[dict[str, type[Note] | type[Task]]] = {"note": Note, "task": Task}
TOO_LATE = "That cannot be brought back any more."


def removed(request: SignedInRequest, row: Note | Task, sentence: str) -> HttpResponse:
    """Remove it, and offer to bring it back: in its place, or on a page of its own."""
    context = {"sentence": sentence, "token": written(row, request.user)}
    context["page"] = page_of(record_of(row))
    row.delete()
    part = "diary/removed.html" if request.htmx else "diary/removal.html"
    return render(request, part, context)


@require_POST
@signed_in
def bring_back(request: SignedInRequest) -> HttpResponse:
    """Undo a removal; 404 once it is too late, or what it was about is gone."""
    row = read(request.POST.get("row", ""), request.user)
    if row is None:
        raise Http404
    row.save(force_insert=True)
    if not request.htmx:
        messages.success(request, "It is back.")
        return redirect(page_of(record_of(row)))
    if isinstance(row, Note):
        context: dict[str, object] = {"row": note_rows([row], request.user)[0]}
        return render(request, "diary/note_row.html", context | {"is_answer": True})
    context = {"row": task_rows([row], request.user)[0]}
    return render(request, "diary/task_row.html", context | {"is_answer": True})


def written(row: Note | Task, by: User) -> str:
    """All of a row, for the one who removes it."""
    fields = {f.attname: plain(getattr(row, f.attname)) for f in row._meta.concrete_fields}
    kind = row.__class__.__name__.lower()
    return signing.dumps({"by": by.pk, "kind": kind, "row": fields}, salt=SALT, compress=True)


def plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def read(token: str, by: User) -> Note | Task | None:
    """The row as it was; None for what was not written here, or is here again."""
    try:
        kept = signing.loads(token, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    model, fields = KINDS[kept["kind"]], kept["row"]
    if kept["by"] != by.pk or model.objects.filter(pk=fields["id"]).exists():
        return None
    identity = fields.pop("email_identity")
    read = {n: column(model, n).to_python(value) for n, value in fields.items()}
    row = model(**read, email_identity=bytes.fromhex(identity) if identity else None)
    return row if is_whole(row) else None


def column(model: type[Model], attname: str) -> Any:
    """The field of a column."""
    return next(f for f in model._meta.concrete_fields if f.attname == attname)


def is_whole(row: Note | Task) -> bool:
    """Whether what it was about is still here."""
    for name in WITH_RECORD:
        pk = getattr(row, f"{name}_id")
        model = row._meta.get_field(name).related_model
        if pk and not model._default_manager.filter(pk=pk).exists():  # type: ignore[union-attr]
            return False
    return True
