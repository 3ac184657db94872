"""Pause and resume an account, change its sharing, and say how it is doing."""

from datetime import datetime

from postroom.accounts.models import Activation, EmailAccount, Sharing


def pause(account: EmailAccount) -> None:
    """Stop syncing; everything stays."""
    account.activation = Activation.PAUSED
    account.save(update_fields=["activation"])


def resume(account: EmailAccount) -> None:
    """Sync again, and try again whatever went wrong before."""
    account.activation = Activation.ACTIVE
    clear_trouble(account)
    account.save(update_fields=["activation"])


def set_sharing(account: EmailAccount, sharing: Sharing) -> None:
    """Decide who besides the owner sees the account's mail; holds for all mail at once."""
    account.sharing = sharing
    account.save(update_fields=["sharing"])


def meet_trouble(account: EmailAccount, kind: str, sentence: str, now: datetime) -> None:
    """Remember what the last attempt met; `trouble_since` keeps the first time."""
    account.trouble_since = account.trouble_since if account.trouble == kind else now
    account.trouble, account.trouble_sentence = kind, sentence
    account.save(update_fields=["trouble", "trouble_sentence", "trouble_since"])


def clear_trouble(account: EmailAccount) -> None:
    """All is well again."""
    if account.trouble:
        account.trouble, account.trouble_sentence, account.trouble_since = "", "", None
        account.save(update_fields=["trouble", "trouble_sentence", "trouble_since"])
