"""Hand a mailbox to another user: when somebody leaves, or changes what they do.

Nobody's mailbox password is needed: what is sealed is bound to the mailbox and stays. Whoever is
handed it sees all of its mail, so only its owner does it, and an administrator once the owner's
access is over. Sharing never grows by it: ADR 31.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from postroom.accounts.exclusions import exclude, list_of
from postroom.accounts.members import add_member
from postroom.accounts.models import AccessRequest, Answer, EmailAccount, Sharing
from postroom.accounts.sharing_rules import in_force_of
from postroom.accounts.terms import Terms, holding, in_words
from postroom.accounts.use import note_kept
from postroom.crm.tasks import hand_tasks_over
from postroom.team.audit import note
from postroom.team.models import Act, Permission, User
from postroom.team.permissions import people_who_may
from postroom.team.refusal import Refusal

MAY_NOT = (
    "The mailbox was not handed over: only its owner does that, or an administrator once the"
    " owner’s access is ended under Setup › Users."
)


class HandingOverRefused(Refusal):
    """It is not this person's to hand over, or not to that one; the sentence says why."""


@dataclass(frozen=True, slots=True)
class HandingOver:
    """To whom, who else handles it from then on, and whether colleagues see of it what they saw.

    `with_tasks`: the open tasks of whoever had it are the next owner's to do.
    """

    to: User
    members: Sequence[User] = ()
    keeps_sharing: bool = False
    with_tasks: bool = False


def may_hand_over(account: EmailAccount, by: User | None) -> bool:
    """Whether this is theirs to do; without a user it is whoever sits at the machine."""
    if by is None:
        return not account.owner.is_active
    return by.pk == account.owner_id or (by.is_administrator and not account.owner.is_active)


def possible_owners(account: EmailAccount) -> QuerySet[User]:
    """Who may have it: colleagues who may integrate email."""
    return people_who_may(Permission.INTEGRATE_EMAIL).exclude(pk=account.owner_id)


@transaction.atomic
def hand_over(account: EmailAccount, wish: HandingOver, by: User | None, now: datetime) -> None:
    """Give the mailbox another owner, at once and as a whole. Raises HandingOverRefused."""
    account = EmailAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
    refuse(account, wish, by)
    before = account.owner
    if wish.keeps_sharing:
        keep_sharing(account, wish.to, by, now)
    else:
        end_sharing(account, now)
    account.owner = wish.to
    account.save(update_fields=["owner"])
    account.memberships.filter(user=wish.to).delete()
    for member in wish.members:
        add_member(account, member, by, now)
    note_kept(account.pk, now)
    sharing = in_words(holding(in_force_of(account)))
    tasks = f"; open tasks: {hand_tasks_over(before, wish.to)}" if wish.with_tasks else ""
    detail = f"{before.email} to {wish.to.email}; {sharing}{tasks}"
    note(Act.HANDED_OVER, by, account, now, detail)


def refuse(account: EmailAccount, wish: HandingOver, by: User | None) -> None:
    """Raises HandingOverRefused."""
    if not may_hand_over(account, by):
        raise HandingOverRefused(MAY_NOT)
    if not possible_owners(account).filter(pk=wish.to.pk).exists():
        raise HandingOverRefused(
            f"The mailbox was not handed over: {wish.to} cannot sign in, may not integrate email,"
            " or has it already. Choose somebody else, or change that under Setup › Users."
        )
    if absent := [member for member in wish.members if not member.is_active]:
        raise HandingOverRefused(f"{absent[0]} cannot sign in, so cannot be a member.")


def keep_sharing(account: EmailAccount, to: User, by: User | None, now: datetime) -> None:
    """What held by whosever word is the choice of the next owner; what was excluded stays so."""
    write(account, holding(in_force_of(account)))
    exclude(to, list_of(account.owner).values_list("pattern", flat=True), by, now)


def end_sharing(account: EmailAccount, now: datetime) -> None:
    """Colleagues see nothing of it any more; what was hidden stays hidden."""
    write(account, Terms(Sharing.PRIVATE))
    account.shares.all().delete()
    account.grants.all().delete()
    account.rulings.filter(sight__gt=0).delete()
    waiting = AccessRequest.objects.filter(account=account, answer=Answer.WAITING)
    waiting.update(answer=Answer.REFUSED, answered_at=now)


def write(account: EmailAccount, terms: Terms) -> None:
    """As the account's own choice."""
    account.sharing = terms.mode
    for column, value in terms.reach.items():
        setattr(account, column, value)
    account.save(update_fields=["sharing", *terms.reach])
