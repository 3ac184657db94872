"""Deactivate an account: from this moment nobody sees its mail, and nothing more of it comes.

Reference: Cleanup Policy. By hand what is kept is deleted at once, bite by bite
(`cleanup.deleting`). By the policy it is hidden first, whole and with its secrets, and deleted when
its days are over. The account itself, with whom it is shared and which folders are synced, stays
for a reactivation, unless it is removed.
"""

from datetime import date

from django.db import transaction

from postroom.accounts.lifecycle import Decision, clear_trouble, decide
from postroom.accounts.models import Activation, Deletion, EmailAccount
from postroom.archive.announce import announce_account, announce_work
from postroom.archive.fence import lock_whatever_it_is
from postroom.cleanup.holding import refuse_held
from postroom.cleanup.models import Case
from postroom.cleanup.stock import number_of_emails
from postroom.oauth.grants import empty_grant


@transaction.atomic
def deactivate(
    account: EmailAccount, decision: Decision, *, removes_account: bool = False
) -> Deletion:
    """Hide the mail, forget the secrets, and put the deletion on record; twice is once.

    Whoever writes for the account at this moment is waited for, and nobody writes after.
    Raises UnderHold.
    """
    lock_whatever_it_is(account.pk)
    refuse_held(account)
    account.refresh_from_db()
    deletion = put_on_record(account, decision, None)
    is_removal = removes_account and not deletion.removes_account
    if is_removal or account.activation != Activation.DEACTIVATED or account.is_policys:
        decide(account, Activation.DEACTIVATED, decision)
    if is_removal:
        deletion.removes_account = True
        deletion.save(update_fields=["removes_account"])
    begin(account, deletion, decision)
    return deletion


@transaction.atomic
def hide(account: EmailAccount, decision: Decision, begins_on: date) -> None:
    """Hide the mail alone; it comes back as it was until the day on which it is deleted.

    Raises UnderHold.
    """
    lock_whatever_it_is(account.pk)
    refuse_held(account)
    put_on_record(account, decision, begins_on)
    decide(account, Activation.DEACTIVATED, decision)
    announce_work(account.pk)
    announce_account(account.pk)


def put_on_record(account: EmailAccount, decision: Decision, begins_on: date | None) -> Deletion:
    """The deletion that is to come, or has begun."""
    deletion, _ = Deletion.objects.get_or_create(
        account=account,
        defaults={
            "asked_at": decision.at,
            "begins_on": begins_on,
            "found": number_of_emails(account),
        },
    )
    return deletion


def begin(account: EmailAccount, deletion: Deletion, decision: Decision) -> None:
    """From here on nothing comes back but from the mail server: the secrets go first."""
    if deletion.begins_on is not None:
        deletion.begins_on, deletion.asked_at = None, decision.at
        deletion.save(update_fields=["begins_on", "asked_at"])
    Case.objects.filter(account=account).delete()
    clear_trouble(account)
    account.credentials.all().delete()
    empty_grant(account, decision.at)
    announce_work(account.pk)
    announce_account(account.pk)
