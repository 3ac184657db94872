"""Comparisons of an account with its server that someone asked for and waits to see."""

from datetime import datetime

from postroom.accounts.models import EmailAccount
from postroom.archive.announce import announce_account
from postroom.archive.models import Comparison

KEPT = 20


def ask_for_comparison(account: EmailAccount, now: datetime) -> Comparison:
    """Want the account compared now; one that still waits is asked for once."""
    waiting = find_comparison(account)
    if waiting is not None and waiting.finished_at is None:
        return waiting
    asked = Comparison.objects.create(account=account, asked_at=now)
    kept = account.comparisons.values_list("pk", flat=True)[:KEPT]
    account.comparisons.exclude(pk__in=list(kept)).delete()
    announce_account(account.pk)
    return asked


def find_comparison(account: EmailAccount) -> Comparison | None:
    """The latest one asked for, finished or not."""
    return account.comparisons.first()


def finish_comparison(comparison: Comparison, now: datetime) -> None:
    """Keep what came of it, and show it."""
    comparison.finished_at = now
    comparison.save()
    announce_account(comparison.account_id)
