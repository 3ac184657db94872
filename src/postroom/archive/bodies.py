"""Whole messages: raw first, then what was read from them. Idempotent."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet

from postroom.archive.announce import announce_emails
from postroom.archive.arrivals import Body
from postroom.archive.fence import stand_by_account
from postroom.archive.models import BodyState, Email, Quarantine, ServerCopy
from postroom.archive.raw import keep_raw
from postroom.archive.replayable import replayable
from postroom.archive.search import read_again

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
    read_again(account_id, columns[0])
    announce_emails(account_id, {body.email_id for body in bodies})


def body_unavailable(email_ids: Sequence[int], account_id: int) -> None:
    """The server could not give these bodies; opening the email later asks anew."""
    emails = Email.objects.filter(pk__in=email_ids, body_state=BodyState.ENVELOPE)
    emails.update(body_state=BodyState.UNAVAILABLE, body_due=False)
    announce_emails(account_id, email_ids)


def bodies_due(account_id: int) -> QuerySet[Email]:
    """Emails whose body is to be fetched now."""
    return Email.objects.filter(account=account_id, body_due=True, removed_at__isnull=True)


def without_body(email_ids: Iterable[int]) -> QuerySet[Email, int]:
    """Those of the emails of which only the envelope is here."""
    return Email.objects.filter(pk__in=email_ids, raw=None).values_list("pk", flat=True)


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
