"""Pause, resume and activate an account, change its sharing, and say how it is doing."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from postroom.accounts.models import Activation, Deletion, EmailAccount, KeepSent
from postroom.accounts.sharing_rules import refuse_where_set
from postroom.accounts.terms import Terms, before_and_now, chosen
from postroom.accounts.troubles import NEEDS_A_PERSON
from postroom.team.audit import note
from postroom.team.models import Act, User

WITHOUT_PASSWORD = (Activation.WAITING, Activation.DEACTIVATED, Activation.IMPORTED)
DECISION = ("activation", "decided_at", "decided_by", "decided_because", "is_policys")


@dataclass(frozen=True, slots=True)
class Decision:
    """Who stops an account, when and why; nobody named: whoever sits at the machine."""

    at: datetime
    by: User | None = None
    because: str = ""
    is_policys: bool = False


class StillBeingDeleted(Exception):
    """An account cannot come back while its mail of before is on its way out."""

    def __init__(self, account: EmailAccount) -> None:
        super().__init__(
            f"The emails of {account.address} are still being deleted here. Reactivate it when"
            " that is done; the mailbox’s page shows how far it is."
        )


@transaction.atomic
def pause(account: EmailAccount, decision: Decision | None = None) -> None:
    """Stop syncing; everything stays. Nothing happens to one without a password."""
    if has_password(account):
        decide(account, Activation.PAUSED, decision)


@transaction.atomic
def resume(account: EmailAccount) -> None:
    """Sync again, and try again whatever went wrong before, unless it needs a password first."""
    if has_password(account):
        decide(account, Activation.ACTIVE, None)
        clear_trouble(account)


def has_password(account: EmailAccount) -> bool:
    """Whether it may be paused and resumed, asked anew with its row held.

    Somebody may have deactivated it since it was read; its mail would be seen again while it goes.
    """
    rows = EmailAccount.objects.select_for_update().filter(pk=account.pk)
    return rows.exclude(activation__in=WITHOUT_PASSWORD).first() is not None


@transaction.atomic
def activate(account: EmailAccount) -> None:
    """Its password is there: sync from the beginning. Raises StillBeingDeleted.

    Where its mail is only hidden yet, it comes back as it was.
    """
    call_off_deletion(account)
    if account.activation in WITHOUT_PASSWORD:
        decide(account, Activation.ACTIVE, None)


def call_off_deletion(account: EmailAccount) -> None:
    """A deletion that has not begun is none. Raises StillBeingDeleted.

    Its row is held meanwhile: whoever begins it waits and finds none, or is waited for.
    """
    deletion = Deletion.objects.select_for_update().filter(account=account).first()
    if deletion is None:
        return
    if deletion.begins_on is None:
        raise StillBeingDeleted(account)
    deletion.delete()


def refuse_while_deleting(account: EmailAccount) -> None:
    """Raises StillBeingDeleted."""
    if Deletion.objects.filter(account=account, begins_on__isnull=True).exists():
        raise StillBeingDeleted(account)


def decide(account: EmailAccount, activation: Activation, decision: Decision | None) -> None:
    """Write down what somebody decided, and who, when and why."""
    account.activation = activation
    account.decided_at = decision.at if decision else None
    account.decided_by = decision.by if decision else None
    account.decided_because = decision.because[:400] if decision else ""
    account.is_policys = decision is not None and decision.is_policys
    account.save(update_fields=DECISION)


@transaction.atomic
def set_sharing(account: EmailAccount, terms: Terms, by: User | None, now: datetime) -> None:
    """The owner decides who else sees the account's mail, and how much; holds for all mail at once.

    Raises SetByRule where an administrator decided.
    """
    refuse_where_set(account)
    before = chosen(account)
    if before == terms:
        return
    account.sharing = terms.mode
    for column, value in terms.reach.items():
        setattr(account, column, value)
    account.save(update_fields=["sharing", *terms.reach])
    if not before.is_like(terms):
        note(Act.SHARING_CHANGED, by, account, now, before_and_now(before, terms))


def set_storage(account: EmailAccount, storage: str) -> None:
    """Decide how much of the account's mail is copied here; empty: as the organisation decided."""
    account.storage = storage
    account.save(update_fields=["storage"])


def set_keep_sent(account: EmailAccount, choice: KeepSent) -> None:
    """Decide whether a copy of what is sent is stored on the server."""
    account.keep_sent = choice
    account.save(update_fields=["keep_sent"])


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
