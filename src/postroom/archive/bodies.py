"""Whole messages: raw first, then what was read from them. Idempotent."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import zstandard
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from postroom.archive.announce import announce_emails
from postroom.archive.arrivals import Body
from postroom.archive.fence import stand_by_account
from postroom.archive.models import BodyState, Email, Quarantine, RawMessage, ServerCopy
from postroom.archive.replayable import replayable

COMPRESSION_LEVEL = 3

COPY_RAW = "COPY archive_rawmessage (digest, size, compressed) FROM STDIN (FORMAT BINARY)"

KNOWN_RAW = """
SELECT digest FROM archive_rawmessage WHERE digest = ANY(%s::bytea[])
 ORDER BY digest FOR KEY SHARE
"""

STORE_BODIES = """
UPDATE archive_email AS email
   SET raw_id = body.raw, snippet = body.snippet, has_attachments = body.has_attachments,
       body_state = 'stored', body_due = false, body_asked_at = NULL
  FROM unnest(%s::bigint[], %s::bytea[], %s::text[], %s::boolean[])
       AS body(id, raw, snippet, has_attachments)
 WHERE email.id = body.id AND email.raw_id IS NULL
"""


@replayable()
def store_bodies(account_id: int, bodies: Sequence[Body]) -> None:
    """Keep the bytes and what a list shows of them, in one transaction.

    Whoever has a body keeps it: what a server says later replaces nothing.
    """
    stand_by_account(account_id)
    digests = keep_raw([body.raw for body in bodies])
    columns = (
        [body.email_id for body in bodies],
        digests,
        [body.snippet for body in bodies],
        [body.has_attachments for body in bodies],
    )
    with connection.cursor() as cursor:
        cursor.execute(STORE_BODIES, columns)
    announce_emails(account_id, {body.email_id for body in bodies})


def keep_raw(messages: Sequence[bytes]) -> list[bytes]:
    """Store messages under their SHA-256 and return these digests; known ones are kept once."""
    digests = [hashlib.sha256(raw).digest() for raw in messages]
    fresh = dict(zip(digests, messages, strict=True))
    for digest in known_raw(digests):
        fresh.pop(digest, None)
    if fresh:
        insert_raw([(d, len(raw), compress(raw)) for d, raw in fresh.items()])
    return digests


def known_raw(digests: Sequence[bytes]) -> list[bytes]:
    """Those that are here, held so that no deletion of another account takes them meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_RAW, [sorted(digests)])
        return [bytes(digest) for (digest,) in cursor.fetchall()]


def compress(raw: bytes) -> bytes:
    """Level 3: as fast as the disk, half the size."""
    return zstandard.ZstdCompressor(level=COMPRESSION_LEVEL).compress(raw)


def insert_raw(rows: Sequence[tuple[bytes, int, bytes]]) -> None:
    """Insert by binary COPY: as text every byte would be sent as two.

    When another account stores one of the messages this moment, the slow way knows what to do.
    """
    try:
        refused = connection.wrap_database_errors
        with (
            transaction.atomic(),
            refused,
            connection.cursor() as cursor,
            cursor.copy(COPY_RAW) as copy,
        ):
            copy.set_types(["bytea", "int4", "bytea"])
            for row in rows:
                copy.write_row(row)
    except IntegrityError:
        RawMessage.objects.bulk_create(
            (RawMessage(digest=d, size=size, compressed=z) for d, size, z in rows),
            ignore_conflicts=True,
        )


def body_unavailable(email_ids: Sequence[int], account_id: int) -> None:
    """The server could not give these bodies; opening the email later asks anew."""
    emails = Email.objects.filter(pk__in=email_ids, body_state=BodyState.ENVELOPE)
    emails.update(body_state=BodyState.UNAVAILABLE, body_due=False)
    announce_emails(account_id, email_ids)


def bodies_due(account_id: int) -> QuerySet[Email]:
    """Emails whose body is to be fetched now."""
    return Email.objects.filter(account=account_id, body_due=True, removed_at__isnull=True)


def make_due(matched: QuerySet[Email]) -> int:
    """These emails keep their bodies: let those be fetched that are not here. Returns how many.

    One that could not be had is due again where it was not asked for in vain yet: wherever that
    happened, the message is in quarantine.
    """
    absent = matched.filter(body_due=False, removed_at__isnull=True)
    untried = places().filter(~is_aside(), email=OuterRef("pk"), missed_at__isnull=True)
    given_up = absent.filter(Exists(untried), body_state=BodyState.UNAVAILABLE)
    never_asked = absent.filter(body_state=BodyState.ENVELOPE)
    due = {"body_due": True, "body_state": BodyState.ENVELOPE}
    return given_up.update(**due) + never_asked.update(**due)


def places() -> QuerySet[ServerCopy]:
    """Where emails can be fetched."""
    return ServerCopy.objects.filter(
        gone_at__isnull=True, folder__gone_at__isnull=True, uidvalidity=F("folder__uidvalidity")
    )


def is_aside() -> Exists:
    """Whether what the server gave at a place is in quarantine."""
    return Exists(
        Quarantine.objects.filter(
            folder=OuterRef("folder"), uidvalidity=OuterRef("uidvalidity"), uid=OuterRef("uid")
        )
    )


def ask_for_body(email: Email, now: datetime) -> None:
    """A reader wants the body of an email of which only the envelope is here."""
    Email.objects.filter(pk=email.pk).exclude(body_state=BodyState.STORED).update(
        body_state=BodyState.ENVELOPE, body_due=True, body_asked_at=now
    )
