"""The email that tells somebody that nobody answered in time. ADR 17."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists

from postroom.accounts.members import holds
from postroom.accounts.models import Activation
from postroom.archive.models import Email, ResponseWatch
from postroom.association.awaiting import answers_to_watched
from postroom.outbox.links import url_of
from postroom.outbox.queue import Letter, write
from postroom.outbox.wording import Link, Words

MOST_AT_ONCE = 100


def write_response_watches(now: datetime) -> int:
    """Close every watch that is due, and tell of those without an answer. Returns how many.

    A mailbox that cannot be looked into at the moment may have the answer: of it nothing is said
    until it can.
    """
    due = ResponseWatch.objects.filter(
        closed_at=None, due_at__lte=now, account__activation=Activation.ACTIVE, account__trouble=""
    )
    return sum(close(pk, now) for pk in due.values_list("pk", flat=True)[:MOST_AT_ONCE])


@transaction.atomic
def close(pk: int, now: datetime) -> bool:
    """Ask once whether it was answered, and tell if not."""
    waiting = ResponseWatch.objects.select_for_update().filter(pk=pk, closed_at=None)
    if not waiting.exists():
        return False
    watches = ResponseWatch.objects.select_related("email", "account__owner", "by")
    watch = watches.annotate(is_answered=Exists(answers_to_watched())).get(pk=pk)
    watch.closed_at, watch.is_told = now, not vars(watch)["is_answered"]
    watch.save(update_fields=["closed_at", "is_told"])
    # Whoever left the team, or handed the mailbox on, has no more to do with its answers.
    is_theirs = watch.by.is_active and holds(watch.by, watch.account)
    return watch.is_told and is_theirs and write(letter_of(watch), now)


def letter_of(watch: ResponseWatch) -> Letter:
    """Which email it is about: its subject, and the way to it."""
    email = watch.email
    return Letter(
        key=f"unanswered:{watch.pk}:{watch.due_at:%Y%m%d%H%M}",
        account=watch.account,
        subject=f"Nobody has answered: {subject_of(email)}",
        parts=[
            Words(f"Hello {watch.by},"),
            Words(
                f"You asked to be told if nobody answers your email “{subject_of(email)}” of"
                f" {email.sent_at:%-d %B %Y}. No answer has come to {watch.account.address}."
            ),
            Link("Open the email", url_of("email", email.pk)),
        ],
        to=watch.by,
    )


def subject_of(email: Email) -> str:
    """What it was about, or that it says nothing."""
    return email.subject[:120] or "(no subject)"
