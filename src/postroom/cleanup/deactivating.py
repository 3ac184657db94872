"""Deactivate an account: from this moment nobody sees its mail, and nothing more of it comes.

Reference: Cleanup Policy. What is kept is deleted afterwards, bite by bite: `cleanup.deleting`. The
account itself, with whom it is shared and which folders are synced, stays for a reactivation,
unless it is removed.
"""

from django.db import transaction

from postroom.accounts.lifecycle import Decision, clear_trouble, decide
from postroom.accounts.models import Activation, Deletion, EmailAccount
from postroom.archive.announce import announce_account, announce_work
from postroom.archive.fence import lock_whatever_it_is
from postroom.cleanup.stock import number_of_emails
from postroom.oauth.grants import empty_grant


@transaction.atomic
def deactivate(
    account: EmailAccount, decision: Decision, *, removes_account: bool = False
) -> Deletion:
    """Hide the mail, forget the secrets, and put the deletion on record; twice is once.

    Whoever writes for the account at this moment is waited for, and nobody writes after.
    """
    lock_whatever_it_is(account.pk)
    account.refresh_from_db()
    deletion, _ = Deletion.objects.get_or_create(
        account=account,
        defaults={
            "asked_at": decision.at,
            "found": number_of_emails(account),
        },
    )
    is_removal = removes_account and not deletion.removes_account
    if is_removal or account.activation != Activation.DEACTIVATED:
        decide(account, Activation.DEACTIVATED, decision)
    if is_removal:
        deletion.removes_account = True
        deletion.save(update_fields=["removes_account"])
    clear_trouble(account)
    account.credentials.all().delete()
    empty_grant(account, decision.at)
    announce_work(account.pk)
    announce_account(account.pk)
    return deletion
