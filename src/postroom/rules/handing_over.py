"""What becomes of the rules for a mailbox that is handed to somebody else."""

from django.db import transaction
from django.db.models import F, Max

from postroom.accounts.models import EmailAccount
from postroom.rules.models import Rule
from postroom.team.models import User


def rules_for(account: EmailAccount, owner: User) -> int:
    """How many rules the owner has for this mailbox alone."""
    return Rule.objects.filter(account=account, owner=owner).count()


@transaction.atomic
def hand_rules_over(account: EmailAccount, to: User) -> int:
    """Rules for this mailbox alone are its next owner's, and off until they have read them.

    Whoever wrote them may not act on its mail any more. Returns how many.
    """
    User.objects.select_for_update().get(pk=to.pk)
    last = Rule.objects.filter(owner=to).aggregate(last=Max("position"))["last"] or 0
    theirs = Rule.objects.filter(account=account).exclude(owner=to)
    return theirs.update(owner=to, is_on=False, position=F("position") + last)
