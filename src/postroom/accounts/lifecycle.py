"""Pause and resume an account, change its sharing, and say how it is doing."""

from datetime import datetime

from postroom.accounts.models import Activation, EmailAccount, Sharing
from postroom.accounts.troubles import NEEDS_A_PERSON
from postroom.team.audit import note
from postroom.team.models import Act, User


def pause(account: EmailAccount) -> None:
    """Stop syncing; everything stays."""
    account.activation = Activation.PAUSED
    account.save(update_fields=["activation"])


def resume(account: EmailAccount) -> None:
    """Sync again, and try again whatever went wrong before."""
    account.activation = Activation.ACTIVE
    clear_trouble(account)
    account.save(update_fields=["activation"])


def set_sharing(account: EmailAccount, sharing: Sharing, by: User | None, now: datetime) -> None:
    """Decide who besides the owner sees the account's mail; holds for all mail at once."""
    if account.sharing != sharing:
        detail = f"{account.sharing} before, {sharing} now"
        account.sharing = sharing
        account.save(update_fields=["sharing"])
        note(Act.SHARING_CHANGED, by, account, now, detail)


def set_storage(account: EmailAccount, storage: str) -> None:
    """Decide how much of the account's mail is copied here; empty: as the organisation decided."""
    account.storage = storage
    account.save(update_fields=["storage"])


def meet_trouble(account: EmailAccount, kind: str, sentence: str, now: datetime) -> None:
    """Remember what the last attempt met; `trouble_since` keeps the first time."""
    account.trouble_since = account.trouble_since if account.trouble == kind else now
    account.trouble, account.trouble_sentence = kind, sentence
    account.save(update_fields=["trouble", "trouble_sentence", "trouble_since"])
    if kind in NEEDS_A_PERSON:
        begin_incident(account, now)


def begin_incident(account: EmailAccount, now: datetime) -> None:
    """Only its owner can mend this; one incident lasts until a sign-in works."""
    EmailAccount.objects.filter(pk=account.pk, incident_at__isnull=True).update(incident_at=now)


def clear_trouble(account: EmailAccount) -> None:
    """Nothing stands in the way of another attempt; an incident goes on until it works."""
    if account.trouble:
        account.trouble, account.trouble_sentence, account.trouble_since = "", "", None
        account.save(update_fields=["trouble", "trouble_sentence", "trouble_since"])


def recover(account: EmailAccount) -> None:
    """It works: all is well again."""
    clear_trouble(account)
    if account.incident_at:
        account.incident_at = None
        account.save(update_fields=["incident_at"])
