"""Everything the system knows of a person, as one file for them. GDPR Article 15.

An administrator makes it, so it holds no content of emails: who wrote when, in whose mailbox. The
manifest names those whose mailboxes have the rest; each of them exports it (`postroom.export`).
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from django.db.models import Count, Prefetch

from postroom.archive.models import ParticipantRole
from postroom.archive.wall import round_the_wall
from postroom.crm.models import Person
from postroom.crm.written_down import note_facts, task_facts
from postroom.erasure.traces import (
    Traces,
    audit_lines,
    notes_about,
    tasks_about,
    told_of,
    traces_of,
    written_emails,
)
from postroom.outbox.models import NoticedPlace
from postroom.team.audit import note
from postroom.team.models import Act, User

READ_ME: Final = (
    "person.json: the person, their addresses, companies and deals. sharing.json: whose mailboxes"
    " show colleagues their emails. emails.ndjson: each email with an address of theirs, who wrote"
    " when, and in whose mailbox; never its subject or text. written.ndjson: what was written to"
    " them here, and when it was seen opened. notes.ndjson, tasks.ndjson: what colleagues"
    " noted about them, and had or have to do. audit.ndjson: lines of the audit log that name them."
    " counts: rows of other kinds that name them. ask: whose mailboxes hold the emails themselves;"
    " each exports them on the person's page."
)


@round_the_wall()
def known_of(person: Person, by: User | None, now: datetime) -> bytes:
    """A zip of it all, and a line in the audit log that it was made."""
    note(Act.PERSON_DISCLOSED, by, person, now)
    traces = traces_of(person)
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as file:
        file.writestr("person.json", as_json(person_facts(traces)))
        file.writestr("sharing.json", as_json(list(sharing_facts(person))))
        file.writestr("emails.ndjson", as_lines(email_facts(traces)))
        file.writestr("written.ndjson", as_lines(written_facts(traces.by_address)))
        file.writestr("notes.ndjson", as_lines(note_facts(notes_about(traces))))
        file.writestr("tasks.ndjson", as_lines(task_facts(tasks_about(traces))))
        file.writestr("audit.ndjson", as_lines(audit_facts(traces)))
        file.writestr("manifest.json", as_json(manifest(traces, by, now)))
    return content.getvalue()


def person_facts(traces: Traces) -> dict[str, Any]:
    """The person as leads and contacts have them."""
    person = traces.person
    return {
        "name": person.name,
        "stage": person.stage,
        "phone": person.phone,
        "lead_source": person.lead_source,
        "company": str(person.company or ""),
        "known_since": person.created_at,
        "addresses": list(person.addresses.values("address", "canonical", "is_primary")),
        "address_changes": list(person.address_changes.values("address", "is_added", "at")),
        "deals": [
            {"name": d.name, "stage": str(d.stage), "amount": d.amount, "currency": d.currency}
            for d in person.deals.select_related("stage")
        ],
    }


def sharing_facts(person: Person) -> Iterator[dict[str, Any]]:
    """Whose mailbox shows colleagues their emails, by which addresses."""
    for share in person.shares.select_related("account").prefetch_related("addresses"):
        shown = [one.canonical for one in share.addresses.all() if one.is_shared]
        yield {"mailbox": share.account.address, "addresses": shown, "until": share.until}


def email_facts(traces: Traces) -> Iterator[dict[str, Any]]:
    """Who wrote when, and in whose mailbox it is."""
    emails = traces.emails.select_related("account").order_by("sent_at", "pk")
    for email in emails.prefetch_related("participants").iterator(chunk_size=500):
        on_it = [p for p in email.participants.all() if p.canonical in traces.canonicals]
        yield {
            "sent_at": email.sent_at,
            "direction": email.direction,
            "mailbox": email.account.address,
            "as": [{"role": ParticipantRole(p.role).label, "address": p.address} for p in on_it],
        }


def written_facts(traces: Traces) -> Iterator[dict[str, Any]]:
    """What was written here to them: by whom, when, how far it came, when it was seen opened."""
    seen = Prefetch("places", NoticedPlace.objects.prefetch_related("sightings"))
    for one in written_emails(traces).select_related("author").prefetch_related(seen):
        yield {
            "author": one.author.email,
            "state": one.state,
            "changed_at": one.changed_at,
            "noticed": [
                {"what": place.kind, "at": sighting.at, "by": sighting.reader}
                for place in one.places.all()
                for sighting in place.sightings.all()
            ],
        }


def audit_facts(traces: Traces) -> Iterator[dict[str, Any]]:
    """Lines of the audit log that name them."""
    for entry in audit_lines(traces).select_related("actor"):
        yield {"at": entry.at, "sentence": str(entry), "detail": entry.detail}


def manifest(traces: Traces, by: User | None, now: datetime) -> dict[str, Any]:
    """What is in it, and whom to ask for the rest."""
    counted = traces.emails.order_by().values("account__owner__email", "account__address")
    holders = counted.annotate(emails=Count("pk")).order_by("account__address")
    return {
        "read_me": READ_ME,
        "of": traces.person.name,
        "made_at": now,
        "made_by": by.email if by else "the command line",
        "counts": told_of(traces),
        "ask": [
            {
                "mailbox": row["account__address"],
                "owner": row["account__owner__email"],
                "emails": row["emails"],
            }
            for row in holders
        ],
    }


def as_json(value: Any) -> str:
    """Readable by people."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)


def as_lines(rows: Iterable[dict[str, Any]]) -> str:
    """One object a line."""
    return "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)
