"""Pause and resume an account: its engine and open pages hear of it, whoever decided."""

from django.utils import timezone

from postroom.accounts.lifecycle import Decision, pause, resume
from postroom.accounts.models import EmailAccount
from postroom.archive.announce import announce_account, announce_work
from postroom.engine.starting import start_keeping
from postroom.team.audit import note
from postroom.team.models import Act, User


def pause_keeping(account: EmailAccount, decision: Decision) -> None:
    """Stop syncing, at the next step of a sync that runs; everything stays."""
    pause(account, decision)
    note(Act.ACCOUNT_PAUSED, decision.by, account, decision.at, decision.because)
    announce_work(account.pk)
    announce_account(account.pk)


def resume_keeping(account: EmailAccount, by: User | None = None) -> None:
    """Sync again at once, and try again whatever went wrong before."""
    resume(account)
    note(Act.ACCOUNT_RESUMED, by, account, timezone.now())
    start_keeping(account)
    announce_account(account.pk)
