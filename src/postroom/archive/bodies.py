"""Whole messages: raw first, then what was read from them. Idempotent."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import zstandard
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from postroom.archive.announce import announce_emails
from postroom.archive.arrivals import Body
from postroom.archive.models import BodyState, Email, RawMessage

COMPRESSION_LEVEL = 3

STORE_BODIES = """
UPDATE archive_email AS email
   SET raw_id = body.raw, snippet = body.snippet, has_attachments = body.has_attachments,
       body_state = 'stored', body_asked_at = NULL
  FROM unnest(%s::bigint[], %s::bytea[], %s::text[], %s::boolean[])
       AS body(id, raw, snippet, has_attachments)
 WHERE email.id = body.id
"""


@transaction.atomic
def store_bodies(account_id: int, bodies: Sequence[Body]) -> None:
    """Keep the bytes and what a list shows of them, in one transaction."""
    digests = keep_raw([body.raw for body in bodies])
    columns = (
        [body.email_id for body in bodies],
        digests,
        [body.message.snippet for body in bodies],
        [any(not a.inline for a in body.message.attachments) for body in bodies],
    )
    with connection.cursor() as cursor:
        cursor.execute(STORE_BODIES, columns)
    announce_emails(account_id, {body.email_id for body in bodies})


def keep_raw(messages: Sequence[bytes]) -> list[bytes]:
    """Store messages under their SHA-256 and return these digests; known ones are kept once."""
    digests = [hashlib.sha256(raw).digest() for raw in messages]
    known = set(RawMessage.objects.filter(pk__in=digests).values_list("pk", flat=True))
    fresh = {d: raw for d, raw in zip(digests, messages, strict=True) if d not in known}
    compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL)
    RawMessage.objects.bulk_create(
        (
            RawMessage(digest=digest, size=len(raw), compressed=compressor.compress(raw))
            for digest, raw in fresh.items()
        ),
        ignore_conflicts=True,
    )
    return digests


def body_unavailable(email_ids: Sequence[int], account_id: int) -> None:
    """The server could not give these bodies; opening the email again asks anew."""
    emails = Email.objects.filter(pk__in=email_ids, body_state=BodyState.ENVELOPE)
    emails.update(body_state=BodyState.UNAVAILABLE, body_asked_at=None)
    announce_emails(account_id, email_ids)


def bodies_due(account_id: int, matched: Q) -> QuerySet[Email]:
    """Emails whose body is to be fetched: asked for by a reader, or matched by storage mode."""
    return Email.objects.filter(
        Q(body_asked_at__isnull=False) | matched,
        account=account_id,
        body_state=BodyState.ENVELOPE,
        removed_at__isnull=True,
    )


def ask_for_body(email: Email, now: datetime) -> None:
    """A reader wants the body of an email of which only the envelope is here."""
    Email.objects.filter(pk=email.pk).exclude(body_state=BodyState.STORED).update(
        body_state=BodyState.ENVELOPE, body_asked_at=now
    )
