"""Remove a row of one's own, and bring it back: the button that undoes it carries all of it.

Signed, so that it brings back what was there and nothing else, for a quarter of an hour, and for
whoever removed it. The row itself is gone at once.
"""

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from postroom.crm.models import Note, Task
from postroom.crm.records import record_of
from postroom.outbox.models import EmailTemplate
from postroom.team.models import InboxColumn, SavedSearch, User
from postroom.web.diary.records import page_of
from postroom.web.diary.rows import note_rows, task_rows
from postroom.web.sign_in import SignedInRequest, signed_in

SALT: Final = "postroom.diary.removed"
SECONDS: Final = 900
Row = Note | Task | EmailTemplate | InboxColumn | SavedSearch
KINDS: Final[dict[str, type[Row]]] = {
    "note": Note,
    "task": Task,
    "emailtemplate": EmailTemplate,
    "inboxcolumn": InboxColumn,
    "savedsearch": SavedSearch,
}
LISTS: Final[dict[type[Model], str]] = {
    EmailTemplate: "email-templates",
    InboxColumn: "own-columns",
    SavedSearch: "search",
}
UNDO: Final = "undo:"
NAME_TAKEN: Final = "It cannot be brought back, for there is another one of its name by now."


@dataclass(frozen=True, slots=True)
class Removed:
    """A row as it was, and the rows that were chosen with it, by field."""

    row: Row
    chosen: dict[str, list[int]] = field(default_factory=dict)

    def save(self) -> None:
        """Keep it again."""
        self.row.save(force_insert=True)
        for name, pks in self.chosen.items():
            getattr(self.row, name).set(pks)


def removed(request: SignedInRequest, row: Note | Task, sentence: str) -> HttpResponse:
    """Remove it, and offer to bring it back: in its place, or on a page of its own."""
    context = {"sentence": sentence, "token": written(row, request.user)}
    context["page"] = page_of(record_of(row))
    row.delete()
    part = "diary/removed.html" if request.htmx else "diary/removal.html"
    return render(request, part, context)


def removed_from_list(request: SignedInRequest, row: Row, sentence: str) -> HttpResponse:
    """Remove it and go back to its list, where a button brings it back."""
    token = written(row, request.user)
    row.delete()
    messages.success(request, sentence, extra_tags=UNDO + token)
    return redirect(list_of(row))


@require_POST
@signed_in
def bring_back(request: SignedInRequest) -> HttpResponse:
    """Undo a removal; 404 once it is too late, or what it was about is gone."""
    was = read(request.POST.get("row", ""), request.user)
    if was is None:
        raise Http404
    try:
        with transaction.atomic():
            was.save()
    except IntegrityError:
        messages.error(request, NAME_TAKEN)
        return redirect(list_of(was.row))
    if not request.htmx:
        messages.success(request, "It is back.")
        return redirect(list_of(was.row))
    return in_its_place(request, was.row)


def in_its_place(request: SignedInRequest, row: Row) -> HttpResponse:
    """The row of a note or a task, where it stood."""
    context: dict[str, object] = {"is_answer": True}
    if isinstance(row, Note):
        context["row"] = note_rows([row], request.user)[0]
        return render(request, "diary/note_row.html", context)
    if isinstance(row, Task):
        context["row"] = task_rows([row], request.user)[0]
        return render(request, "diary/task_row.html", context)
    raise Http404


def list_of(row: Row) -> str:
    """Where it stands among others."""
    return page_of(record_of(row)) if isinstance(row, Note | Task) else reverse(LISTS[type(row)])


def written(row: Row, by: User) -> str:
    """All of a row, for the one who removes it."""
    fields = {f.attname: plain(getattr(row, f.attname)) for f in row._meta.concrete_fields}
    chosen = {f.name: [one.pk for one in getattr(row, f.name).all()] for f in many_of(row)}
    kept = {"by": by.pk, "kind": row._meta.model_name, "row": fields, "chosen": chosen}
    return signing.dumps(kept, salt=SALT, compress=True)


def plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def read(token: str, by: User) -> Removed | None:
    """The row as it was; None for what was not written here, or is here again."""
    try:
        kept = signing.loads(token, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    model, fields = KINDS[kept["kind"]], kept["row"]
    if kept["by"] != by.pk or model._default_manager.filter(pk=fields["id"]).exists():
        return None
    row = model(**{f.attname: value_of(f, fields) for f in model._meta.concrete_fields})
    return Removed(row, kept["chosen"]) if is_whole(row) else None


def value_of(column: Any, fields: dict[str, Any]) -> Any:
    """What a column had."""
    value = column.to_python(fields[column.attname])
    return bytes(value) if isinstance(value, memoryview) else value


def many_of(row: Row) -> list[Any]:
    """The fields of which several rows were chosen."""
    return list(row._meta.many_to_many)


def is_whole(row: Row) -> bool:
    """Whether what it was about is still here."""
    links = [f for f in row._meta.concrete_fields if f.is_relation and f.related_model]
    return all(
        f.related_model._default_manager.filter(pk=pk).exists()  # type: ignore[union-attr]
        for f in links
        if (pk := getattr(row, f.attname))
    )
