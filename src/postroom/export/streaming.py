"""An export on its way to a browser or program, asked for behind the wall step by step."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from postroom.archive.wall import seen_by
from postroom.export.kinds import Kind
from postroom.export.running import Export
from postroom.export.selections import Selection
from postroom.team.audit import note
from postroom.team.models import Act, User

# How many emails are in it so far, and whether that is all.
Tell = Callable[[int, bool], None]


def tell_nobody(done: int, is_over: bool) -> None:
    """Nobody asks."""


def exported(
    selection: Selection, viewer: User, kind: Kind, now: datetime, tell: Tell = tell_nobody
) -> StreamingHttpResponse:
    """The file, and a line in the audit log that it was asked for."""
    note(Act.MAIL_EXPORTED, viewer, selection.logged, now, kind)
    export = Export(selection, viewer, kind, now)
    response = StreamingHttpResponse(steps(export, viewer.pk, tell), content_type="application/zip")
    name = f"{selection.name}-{kind}-{now:%Y-%m-%d}.zip"
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response.headers["Content-Disposition"] = disposition
    response.headers["Cache-Control"] = "no-store"
    return response


async def steps(export: Export, viewer: int, tell: Tell) -> AsyncIterator[bytes]:
    """Its bytes; whoever reads slowly holds no connection meanwhile."""
    while content := await sync_to_async(step)(export, viewer, tell):
        yield content


def step(export: Export, viewer: int, tell: Tell) -> bytes:
    """One step, for this viewer's eyes."""
    try:
        with seen_by(viewer):
            content = export.step()
        tell(export.emails + export.not_here, not content)
        return content
    finally:
        if not connection.in_atomic_block:
            connection.close()
