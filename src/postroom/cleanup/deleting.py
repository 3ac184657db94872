"""Delete what is kept of a deactivated account's mail, in short transactions.

Each takes one bite, so that others' pages wait for none of it; whoever is killed has deleted whole
bites, and the next one goes on. Nobody sees the mail from the deactivation on, so nothing
half-deleted is ever shown. On a mail server nothing is deleted.
"""

from datetime import datetime
from time import monotonic

from django.db import transaction

from postroom.accounts.holds import let_no_hold_begin
from postroom.accounts.models import Deletion, EmailAccount
from postroom.archive.announce import announce_account
from postroom.archive.fence import lock_whatever_it_is
from postroom.archive.models import Folder
from postroom.archive.replayable import replayable
from postroom.cleanup.bites import BITES, take_emails
from postroom.cleanup.holding import hold_over
from postroom.team.audit import note as note_in_the_log
from postroom.team.counted import counted
from postroom.team.models import Act

TOLD_BY_THE_LATEST = 0.3  # Of the rate; the rest is what those before told.
CHOICE = ("name", "delimiter", "role", "is_synced")


def delete_next(account_id: int, now: datetime) -> Deletion | None:
    """Take the next bite of an account's deletion; None when there is nothing left to do.

    A bite that a crash takes back is taken again. Under a legal hold none is taken: it is asked
    for in the bite's own transaction, and none begins before that ends.
    """
    begun = monotonic()
    with replayable():
        lock_whatever_it_is(account_id)
        let_no_hold_begin()
        deletion = find_begun(account_id)
        if deletion and hold_over(deletion.account):
            return None
        for bite in BITES if deletion else ():
            if deletion and (rows := bite(account_id)):
                note(deletion, rows if bite is take_emails else 0, monotonic() - begun)
                return deletion
    if deletion:
        finish(account_id, now)
    return None


def find_begun(account_id: int) -> Deletion | None:
    """The account's deletion, unless its mail is only hidden yet."""
    deletions = Deletion.objects.select_related("account").filter(account=account_id)
    return deletions.filter(begins_on__isnull=True).first()


def note(deletion: Deletion, emails: int, seconds: float) -> None:
    """Write down how far it is."""
    if emails:
        latest = emails / max(seconds, 0.001)
        before = deletion.rate or latest
        deletion.rate = before + (latest - before) * TOLD_BY_THE_LATEST
        deletion.done += emails
        deletion.save(update_fields=["done", "rate"])
    announce_account(deletion.account_id)


@transaction.atomic
def finish(account_id: int, now: datetime) -> None:
    """The mail is gone; so is what was learnt from it, and the account if it is to be removed."""
    lock_whatever_it_is(account_id)
    let_no_hold_begin()
    deletion = find_begun(account_id)
    if deletion is None or hold_over(deletion.account):
        return
    note_in_the_log(Act.MAIL_DELETED, None, deletion.account, now, counted(deletion.done, "email"))
    keep_choices_alone(deletion.account)
    if deletion.removes_account:
        deletion.account.delete()
    else:
        forget_what_was_met(deletion.account)
        deletion.delete()
    announce_account(account_id)


def keep_choices_alone(account: EmailAccount) -> None:
    """Folders as they are before a first look: their names, and whether they are synced."""
    chosen = list(account.folders.filter(gone_at__isnull=True).values(*CHOICE))
    Folder.objects.filter(account=account).delete()
    Folder.objects.bulk_create(Folder(account=account, **choice) for choice in chosen)


def forget_what_was_met(account: EmailAccount) -> None:
    """What a sync noted on the account, as before the first."""
    account.tier, account.capabilities = "", []
    account.first_complete_at = account.last_complete_at = account.incident_at = None
    account.smtp_trouble_sentence = ""
    account.save(
        update_fields=[
            "tier",
            "capabilities",
            "first_complete_at",
            "last_complete_at",
            "incident_at",
            "smtp_trouble_sentence",
        ]
    )


def unfinished_deletions() -> list[int]:
    """The accounts whose mail is still on its way out, and that no legal hold stops."""
    deletions = Deletion.objects.filter(begins_on__isnull=True).select_related("account")
    return [each.account_id for each in deletions if hold_over(each.account) is None]
