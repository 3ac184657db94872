"""Keep a mailbox: one button, on its page and in every warning, and all clocks begin anew.

The link of a warning is signed and names its case, so that it is good for this one: the next case
has other links. It opens a page, which asks who is signed in; to follow it changes nothing, for
mail programs and scanners follow links by themselves.
"""

from datetime import datetime

from django.core import signing
from django.db import transaction

from postroom.accounts.models import Activation, EmailAccount
from postroom.accounts.use import note_kept
from postroom.archive.announce import announce_account, announce_work
from postroom.archive.fence import lock_whatever_it_is
from postroom.cleanup.cases import end_case
from postroom.cleanup.models import Case
from postroom.team.audit import note
from postroom.team.models import Act, User
from postroom.team.refusal import Refusal

SALT = "postroom.cleanup.keeping"


class TooLate(Refusal):
    """Its deletion has begun, or it was deactivated by somebody; the sentence says what to do."""

    def __init__(self, account: EmailAccount) -> None:
        super().__init__(
            f"{account} is deactivated, and what was kept of its mail is deleted. Reactivate it on"
            " its page: its mail comes again from the mail server."
        )


def word_of(case_id: int) -> str:
    """What a link says."""
    return signing.Signer(salt=SALT, sep=".").sign(str(case_id))


def case_in(word: str) -> int | None:
    """Which case a link names; None when it is none of ours."""
    try:
        return int(signing.Signer(salt=SALT, sep=".").unsign(word))
    except signing.BadSignature:
        return None


@transaction.atomic
def keep(account: EmailAccount, by: User | None, now: datetime) -> bool:
    """Want it: it is as before, and stays. Returns whether there was a case. Raises TooLate."""
    lock_whatever_it_is(account.pk)
    case = Case.objects.filter(account=account).first()
    account = EmailAccount.objects.select_related("owner", "case").get(pk=account.pk)
    if case is None and account.activation == Activation.DEACTIVATED:
        raise TooLate(account)
    note_kept(account.pk, now)
    if case is not None:
        end_case(account, by, now)
    note(Act.MAILBOX_KEPT, by, account, now, "hidden before" if case and case.hidden_at else "")
    announce_work(account.pk)
    announce_account(account.pk)
    return case is not None
