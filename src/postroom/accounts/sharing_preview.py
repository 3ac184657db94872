"""What a sharing rule would change, counted before it is set: nothing here writes."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import QuerySet

from postroom.accounts.models import CHOICE, Activation, EmailAccount, SharingInForce
from postroom.accounts.sharing_rules import find_rule
from postroom.accounts.terms import Names, Terms, chosen, holding, ruled
from postroom.team.models import Role, User


@dataclass(frozen=True, slots=True)
class Change:
    """So many mailboxes go from one to the other."""

    number: int
    before: str
    was_chosen: bool
    after: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a rule would concern, and what would become of their mailboxes.

    `apart`: users with the role for whom a rule of their own goes before it.
    """

    changes: tuple[Change, ...]
    mailboxes: int
    owners: int
    unchanged: int
    without_mailbox: int
    apart: int

    @property
    def keeps_choices(self) -> bool:
        """Whether a choice that somebody made is set aside, and kept."""
        return any(change.was_chosen for change in self.changes)


def preview(whose: User | Role, terms: Terms | None) -> Preview:
    """What setting these terms would change; None: what lifting the rule would."""
    users = concerned(whose)
    in_force = SharingInForce.objects.filter(account__owner__in=users)
    living = in_force.exclude(account__activation=Activation.DEACTIVATED)
    moves = [(row, after(row.account, whose, terms)) for row in living.select_related("account")]
    names = Names.in_all([t for row, then in moves for t in (holding(row), then)])
    changing = [(row, then) for row, then in moves if not holding(row).is_like(then)]
    counted = Counter(
        (names.words(holding(row)), not row.is_set, names.words(then)) for row, then in changing
    )
    return Preview(
        tuple(Change(n, *what) for what, n in counted.most_common()),
        len(changing),
        len({row.account.owner_id for row, _ in changing}),
        len(moves) - len(changing),
        users.exclude(pk__in=living.values("account__owner")).count(),
        0 if isinstance(whose, User) else with_role(whose).exclude(pk__in=users).count(),
    )


def concerned(whose: User | Role) -> QuerySet[User]:
    """The users for whom a rule would hold."""
    if isinstance(whose, User):
        return User.objects.filter(pk=whose.pk)
    return with_role(whose).filter(sharing_rule=None)


def with_role(role: Role) -> QuerySet[User]:
    """All of its users."""
    return User.objects.filter(role=role)


def after(account: EmailAccount, whose: User | Role, terms: Terms | None) -> Terms:
    """What would hold for an account: the terms, or whatever is below them."""
    if terms is None and isinstance(whose, User) and whose.role:
        below = find_rule(whose.role)
        terms = ruled(below) if below else None
    return chosen(account) if terms is None or terms.mode == CHOICE else terms
