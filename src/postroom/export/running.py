"""An export as it is written: a step at a time, each of which asks anew what its viewer may see.

So a mailbox of a hundred thousand emails needs the memory of one, and a share that ends while
somebody exports ends there too. At the end stands what is *not* in it.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Final, cast
from zipfile import ZipFile

from django.db.models import F, Q, QuerySet

from postroom.archive.models import Email
from postroom.archive.reading import find_raw
from postroom.crm.models import Note, Person, Task
from postroom.crm.records import around
from postroom.crm.written_down import note_facts, task_facts
from postroom.export.kinds import Kind, entry_named, envelope_of, writer_of
from postroom.export.selections import WHOLE, Selection
from postroom.team.models import User

STRETCH: Final = 200
ENOUGH: Final = 256 * 1024
READ_ME: Final = (
    "emails: whole emails in this file. not_here: emails of which Postroom has only who, when and"
    " what about, for the rest is on the mail server; they are listed in not-here.ndjson. in_part:"
    " emails that are shared with you only in part; they are not in this file."
)


class Export:
    """A zip on its way out."""

    def __init__(self, selection: Selection, viewer: User, kind: Kind, now: datetime) -> None:
        self._selection, self._viewer, self._kind, self._now = selection, viewer, kind, now
        self._waiting = bytearray()
        self._zip = ZipFile(cast(IO[bytes], self), "w")
        self._work = self._written()
        self.emails = self.not_here = 0

    def step(self) -> bytes:
        """The next bytes; none at the end."""
        while len(self._waiting) < ENOUGH and next(self._work, False):
            pass
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken

    def write(self, content: bytes) -> int:
        """What the zip comes to."""
        self._waiting += content
        return len(content)

    def flush(self) -> None:
        """There is nothing below that would wait."""

    def _written(self) -> Iterator[bool]:
        writer = writer_of(self._kind, self._zip, self._now)
        for email in self._each(Q(raw__isnull=False)):
            if (raw := find_raw(email)) is not None:
                writer.add(email, raw)
                self.emails += 1
            yield True
        writer.finish()
        if self._selection.person and self._kind is Kind.NDJSON:
            yield from self._written_down(self._selection.person)
        absent = entry_named("not-here.ndjson", self._now)
        with self._zip.open(absent, "w", force_zip64=True) as entry:
            for email in self._each(Q(raw__isnull=True)):
                entry.write(json.dumps(envelope_of(email), ensure_ascii=False).encode() + b"\n")
                self.not_here += 1
                yield True
        self._zip.writestr(entry_named("manifest.json", self._now), self._manifest())
        self._zip.close()

    def _written_down(self, person: Person) -> Iterator[bool]:
        """What colleagues noted about the person, and what is to be done."""
        kinds = (
            ("notes.ndjson", note_facts(Note.objects.filter(around(person)))),
            ("tasks.ndjson", task_facts(Task.objects.filter(around(person)))),
        )
        for name, facts in kinds:
            with self._zip.open(entry_named(name, self._now), "w", force_zip64=True) as entry:
                for fact in facts:
                    entry.write(json.dumps(fact, ensure_ascii=False).encode() + b"\n")
                    yield True

    def _each(self, match: Q) -> Iterator[Email]:
        """Every email once, oldest first, of its copies one that is here."""
        after = Q()
        while found := list(self._in_order(after & match)[:STRETCH]):
            last = b""
            for email in found:
                if bytes(email.identity) != last:
                    yield email
                last = bytes(email.identity)
            after = beyond(found[-1])

    def _in_order(self, match: Q) -> QuerySet[Email]:
        emails = self._selection.readable(self._viewer).filter(match).select_related("account")
        return emails.order_by("sent_at", "identity", F("raw").desc(nulls_last=True), "id")

    def _manifest(self) -> str:
        told = {
            "read_me": READ_ME,
            "what": self._selection.words,
            "for": self._viewer.email,
            "made_at": self._now.isoformat(),
            "kind": self._kind.value,
            "emails": self.emails,
            "not_here": self.not_here,
            "in_part": self._selection.visible(self._viewer).exclude(WHOLE).count(),
        }
        return json.dumps(told, ensure_ascii=False, indent=1)


def beyond(email: Email) -> Q:
    """Emails after this one and all its copies."""
    same_moment = Q(sent_at=email.sent_at, identity__gt=bytes(email.identity))
    return Q(sent_at__gt=email.sent_at) | same_moment
