"""Put mail of the inbox aside: done, snoozed, muted. Here alone; a server has no word for it."""

from datetime import datetime

from django.db import transaction

from postroom.archive.announce import announce_emails
from postroom.archive.models import Email, MutedThread, Triage


def finish(email: Email, now: datetime) -> None:
    """It is dealt with and out of the inbox, wherever it lies."""
    put_aside(email, done_at=now, snoozed_until=None)


def snooze(email: Email, until: datetime) -> None:
    """Out of the inbox until then."""
    put_aside(email, done_at=None, snoozed_until=until)


@transaction.atomic
def put_aside(email: Email, **how: datetime | None) -> None:
    """Note it, in place of what was noted before."""
    Triage.objects.update_or_create(email=email, defaults={"account": email.account, **how})
    announce_emails(email.account_id, {email.pk})


@transaction.atomic
def take_up(email: Email) -> None:
    """Back to its place in the inbox."""
    Triage.objects.filter(email=email).delete()
    announce_emails(email.account_id, {email.pk})


@transaction.atomic
def mute(email: Email, now: datetime) -> None:
    """Its conversation comes to the inbox no more; an email that answers none is only done."""
    if not email.thread_root:
        return finish(email, now)
    MutedThread.objects.get_or_create(
        account=email.account, thread_root=email.thread_root, defaults={"muted_at": now}
    )
    announce_emails(email.account_id, {email.pk})


@transaction.atomic
def unmute(email: Email) -> None:
    """Its conversation comes to the inbox again."""
    MutedThread.objects.filter(account=email.account, thread_root=email.thread_root).delete()
    take_up(email)
