"""The audit log as a file, CSV or one JSON object a line; that it was exported stands in it too.

Streamed: a stretch at a time, so that a log of years needs no more memory than one of a day.
"""

import csv
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from io import StringIO
from typing import Final

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from postroom.team.audit import note
from postroom.team.models import Act, AuditEntry
from postroom.web.permission import administrators_only
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.web.team.audit_filter import AuditFilter
from postroom.web.threads import ask_once

STRETCH = 2000
COLUMNS = ("at", "who", "address", "act", "sentence", "subject", "detail")
# What a spreadsheet takes for a formula. https://owasp.org/www-community/attacks/CSV_Injection
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")

Row = Sequence[str]


@require_POST
@signed_in
@administrators_only
def export(request: SignedInRequest) -> HttpResponseBase:
    """Download the lines that are looked for."""
    form = AuditFilter(request.POST)
    kind = request.POST.get("format", "")
    if kind not in KINDS or not form.is_valid():
        raise Http404
    media_type, begin, write = KINDS[kind]
    newest = AuditEntry.objects.values_list("pk", flat=True).first() or 0
    note(Act.LOG_EXPORTED, request.user, "the audit log", timezone.now(), form.words())
    response = StreamingHttpResponse(
        written(form.entries().filter(pk__lte=newest), begin, write), content_type=media_type
    )
    name = f"audit-log-{timezone.localdate():%Y-%m-%d}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


async def written(
    entries: QuerySet[AuditEntry], begin: str, write: Callable[[Iterable[Row]], str]
) -> AsyncIterator[str]:
    """The file, stretch by stretch, newest first."""
    yield begin
    while found := await ask_once(list, entries[:STRETCH]):
        yield write(map(row_of, found))
        entries = entries.filter(pk__lt=found[-1].pk)


def row_of(entry: AuditEntry) -> Row:
    """One line in columns."""
    return (
        entry.at.isoformat(),
        entry.who,
        entry.actor.email if entry.actor else "",
        entry.act,
        str(entry),
        entry.subject,
        entry.detail,
    )


def as_csv(rows: Iterable[Row]) -> str:
    """Rows for spreadsheets, of which none is run as a formula."""
    text = StringIO()
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def harmless(cell: str) -> str:
    """The cell, with a mark before what would be a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULAS) else cell


def as_ndjson(rows: Iterable[Row]) -> str:
    """One object a line."""
    objects = (dict(zip(COLUMNS, row, strict=True)) for row in rows)
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects)


KINDS: dict[str, tuple[str, str, Callable[[Iterable[Row]], str]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv([COLUMNS]), as_csv),
    "ndjson": ("application/x-ndjson", "", as_ndjson),
}
