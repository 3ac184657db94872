"""Pause and resume an account: its engine and open pages hear of it, whoever decided."""

from postroom.accounts.lifecycle import pause, resume
from postroom.accounts.models import EmailAccount
from postroom.archive.announce import announce_account, announce_work
from postroom.engine.tasks import start_keeping


def pause_keeping(account: EmailAccount) -> None:
    """Stop syncing, at the next step of a sync that runs; everything stays."""
    pause(account)
    announce_work(account.pk)
    announce_account(account.pk)


def resume_keeping(account: EmailAccount) -> None:
    """Sync again at once, and try again whatever went wrong before."""
    resume(account)
    start_keeping(account)
    announce_account(account.pk)
