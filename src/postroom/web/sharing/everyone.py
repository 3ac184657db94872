"""All users, invited ones too, and what holds for the mail of each, with the reason in words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet

from postroom.accounts.models import CHOICE, Activation, Sharing, SharingInForce, SharingRule
from postroom.accounts.sharing_rules import reason_in
from postroom.accounts.terms import MODES, Names, holding, ruled
from postroom.team.invites import open_invites
from postroom.team.models import Invite, Role, User
from postroom.team.roles import tree

PAGE = 50
NO_MAILBOX = "No mailbox yet"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that holds; `mailbox` where several mailboxes differ."""

    words: str
    mailbox: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A user or an invited person: what holds for them, and why."""

    who: User | Invite
    role: Role | None
    lines: tuple[Line, ...]
    reason: str

    @property
    def user(self) -> User | None:
        """None for who is only invited."""
        return self.who if isinstance(self.who, User) else None


def page_of_users(words: str, mode: str, number: str | None) -> Page:  # type: ignore[type-arg]
    """Users whose name or address holds every word, and for whom this mode holds."""
    users = User.objects.select_related("role__sharing_rule__set_by", "sharing_rule__set_by")
    for word in words.split():
        users = users.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return Paginator(in_mode(users, mode), PAGE).get_page(number)


def in_mode(users: QuerySet[User], mode: str) -> QuerySet[User]:
    """Those with a mailbox in this mode, or a rule that says so; *choice*: who decide alone."""
    if mode not in MODES:
        return users
    own_rule = Q(sharing_rule__isnull=False)
    if mode == CHOICE:
        is_set = Q(own_rule, ~Q(sharing_rule__mode=CHOICE))
        by_role = Q(~own_rule, role__sharing_rule__isnull=False)
        return users.exclude(is_set | (by_role & ~Q(role__sharing_rule__mode=CHOICE)))
    ruled_so = Q(sharing_rule__mode=mode) | (~own_rule & Q(role__sharing_rule__mode=mode))
    boxes = living().filter(account__owner=OuterRef("pk"), mode=mode)
    return users.filter(ruled_so | Q(Exists(boxes)))


def living() -> QuerySet[SharingInForce]:
    """What holds for mailboxes that are not deactivated."""
    return SharingInForce.objects.exclude(account__activation=Activation.DEACTIVATED)


def rows_of(users: Iterable[User]) -> list[Row]:
    """Each user with what holds."""
    users = list(users)
    of_owner: dict[int, list[SharingInForce]] = defaultdict(list)
    for row in living().filter(account__owner__in=users).select_related("account"):
        of_owner[row.account.owner_id].append(row)
    rules = [rule_of(user) for user in users]
    held = [holding(row) for rows in of_owner.values() for row in rows]
    names = Names.in_all([*held, *(ruled(rule) for rule in rules if rule)])
    return [
        Row(user, user.role, tuple(lines(rule, of_owner[user.pk], names)), reason_in(rule))
        for user, rule in zip(users, rules, strict=True)
    ]


def rule_of(user: User) -> SharingRule | None:
    """The rule over a user who was read with it."""
    own: SharingRule | None = getattr(user, "sharing_rule", None)
    return own or rule_of_role(user.role)


def rule_of_role(role: Role | None) -> SharingRule | None:
    """The rule of a role that was read with it."""
    found: SharingRule | None = getattr(role, "sharing_rule", None)
    return found


def lines(rule: SharingRule | None, boxes: list[SharingInForce], names: Names) -> Iterator[Line]:
    """What a rule sets for all mailboxes, or what each one's owner chose."""
    if rule and rule.mode != CHOICE:
        yield Line(names.words(ruled(rule)))
    elif not boxes:
        yield Line(NO_MAILBOX)
    else:
        for box in boxes:
            yield Line(names.words(holding(box)), box.account.address if len(boxes) > 1 else "")


def invited(words: str, mode: str) -> list[Row]:
    """Who was invited and has not come yet: what will hold for them."""
    kept = open_invites().select_related("role__sharing_rule__set_by")
    for word in words.split():
        kept = kept.filter(Q(name__icontains=word) | Q(email__icontains=word))
    rows = [(each, rule_of_role(each.role)) for each in kept]
    names = Names.in_all([ruled(rule) for _, rule in rows if rule])
    return [
        Row(each, each.role, tuple(lines(rule, [], names)), reason_in(rule))
        for each, rule in rows
        if mode in ("", rule.mode if rule else CHOICE)
    ]


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role and its rule."""

    role: Role
    depth: int
    number: int
    words: str
    reason: str


def role_rows() -> list[RoleRow]:
    """All roles as the tree has them."""
    rules = {rule.role_id: rule for rule in SharingRule.objects.select_related("role", "set_by")}
    names = Names.in_all([ruled(rule) for rule in rules.values()])

    def row(role: Role, depth: int, number: int) -> RoleRow:
        rule = rules.get(role.pk)
        words = names.words(ruled(rule)) if rule else "No rule"
        return RoleRow(role, depth, number, words, reason_in(rule) if rule else "")

    return [row(place.role, place.depth, len(place.users)) for place in tree()]


CHOICES = [("", "All"), *Sharing.choices, (CHOICE, "User’s choice")]
