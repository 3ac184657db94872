"""Which accounts come into question for a viewer, and how each of them shares its mail.

Accounts are few and emails are many: this is asked first, so that PostgreSQL looks at single
emails only where that decides something.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from postroom.accounts.members import mailboxes_of
from postroom.accounts.models import (
    Activation,
    EmailAccount,
    Grant,
    Ruling,
    Sharing,
    SharingInForce,
    Sight,
)
from postroom.team.hierarchy import roles_whose_mail_is_seen
from postroom.team.models import User
from postroom.team.once_a_page import once_a_page
from postroom.team.written_once import Asked, ahead, asking, written_once

Ids = list[int]
MODES = {mode.value: mode for mode in Sharing}
SIGHTS = {sight.value: sight for sight in Sight}


@dataclass(frozen=True, slots=True)
class InReach:
    """Ids of accounts, by what may show their mail to the viewer.

    `mine`: those of `own` that are the viewer's, and no team's of theirs. `open`: accounts whose
    owners may show single emails, which an administrator's *private* forbids.
    `has_rulings`: whether any single email or thread is shown or hidden at all.
    """

    own: Ids
    mine: Ids
    public: Mapping[Sight, Ids]
    custom: Mapping[Sight, Ids]
    under: Ids
    granted: Ids
    open: Ids
    has_rulings: bool

    @property
    def accounts(self) -> Ids:
        """All in which the viewer may see anything at all."""
        return [*self.own, *self.of_colleagues]

    @property
    def of_colleagues(self) -> Ids:
        """All of them but the viewer's own."""
        shared = [*ids_of(self.public), *ids_of(self.custom)]
        return list({*shared, *self.under, *self.granted, *self.open})

    @property
    def shows_all_of_it(self) -> bool:
        """Whether whatever is seen is seen whole."""
        levels = {*self.public, *self.custom}
        return not self.has_rulings and not self.granted and levels <= {Sight.EVERYTHING}


def accounts_in_reach(viewer: User) -> InReach:
    """What the viewer's place in the team and everyone's sharing open to them."""
    return once_a_page((InReach, viewer.pk), lambda: find_reach(viewer))


def find_reach(viewer: User) -> InReach:
    """Ask for it."""
    ahead(*what_decides(viewer))
    held = dict(held_by(viewer.pk))
    own = list(held)
    has_rulings = bool(first_ruling())
    shared = by_sight(one for one in reaching(viewer.pk, viewer.role_id) if one[0] not in held)
    return InReach(
        own,
        [pk for pk, owner in held.items() if owner == viewer.pk],
        shared[Sharing.PUBLIC],
        shared[Sharing.CUSTOM],
        under(viewer, own),
        [pk for pk in granted_to(viewer.pk) if pk not in held],
        list(may_open(others_than(own)).values_list("pk", flat=True)) if has_rulings else [],
        has_rulings,
    )


def what_decides(viewer: User) -> list[Asked]:
    """The questions by which anyone's reach is found; none needs another's answer."""
    return [
        asking(held_by, viewer.pk),
        asking(first_ruling),
        asking(reaching, viewer.pk, viewer.role_id),
        asking(granted_to, viewer.pk),
    ]


@written_once()
def first_ruling() -> QuerySet[Ruling, int]:
    """Any decision about a single email or thread."""
    return Ruling.objects.order_by().values_list("pk", flat=True)[:1]


def active() -> QuerySet[EmailAccount]:
    """Those that are not put away."""
    return EmailAccount.objects.exclude(activation=Activation.DEACTIVATED)


@written_once()
def held_by(viewer: int) -> QuerySet[EmailAccount, tuple[int, int]]:
    """The viewer's accounts, and whose each is."""
    return active().filter(pk__in=mailboxes_of(User(pk=viewer))).values_list("pk", "owner")


@written_once()
def reaching(viewer: int, role: int | None) -> QuerySet[SharingInForce, tuple[int, str, int]]:
    """What accounts show the viewer, and how; their own among them."""
    shared = living().filter(reaches(User(pk=viewer, role_id=role)))
    return shared.values_list("pk", "mode", "sight")


@written_once()
def granted_to(viewer: int) -> QuerySet[SharingInForce, int]:
    """The accounts of which single emails were granted to the viewer; their own among them."""
    granted = grants_to(User(pk=viewer)).values("account")
    return may_open(living()).filter(pk__in=granted).values_list("pk", flat=True)


def living() -> QuerySet[SharingInForce]:
    """How all accounts share that are not put away."""
    return SharingInForce.objects.filter(account__in=active())


def others_than(own: Ids) -> QuerySet[SharingInForce]:
    """How all of them share but these."""
    listed = RawSQL("SELECT unnest(%s::bigint[])", [own])
    return living().exclude(account__in=listed)


def may_open(accounts: QuerySet[SharingInForce]) -> QuerySet[SharingInForce]:
    """Those whose owners may show single emails."""
    return accounts.exclude(is_set=True, mode=Sharing.PRIVATE)


def reaches(viewer: User) -> Q:
    """Match sharing that is meant for the viewer: for everyone, for them, or for their role."""
    meant = Q(is_to_all=True) | Q(to_users__contains=[viewer.pk])
    return meant | Q(to_roles__contains=[viewer.role_id]) if viewer.role_id else meant


def by_sight(accounts: Iterable[tuple[int, str, int]]) -> dict[Sharing, dict[Sight, Ids]]:
    """Their ids by how they share, and how much they show."""
    found: dict[Sharing, dict[Sight, Ids]] = {mode: {} for mode in Sharing}
    for pk, mode, sight in accounts:
        found[MODES[mode]].setdefault(SIGHTS[sight], []).append(pk)
    return found


def under(viewer: User, own: Ids) -> Ids:
    """Those of the viewer's reports, if the organisation lets superiors see their mail."""
    roles = roles_whose_mail_is_seen(viewer)
    if not roles:
        return []
    of_reports = others_than(own).filter(account__owner__role__in=roles)
    return list(of_reports.values_list("pk", flat=True))


def grants_to(viewer: User) -> QuerySet[Grant]:
    """What was granted to the viewer and still holds."""
    return Grant.objects.filter(Q(until=None) | Q(until__gt=Now()), user=viewer)


def ids_of(accounts: Mapping[Sight, Ids]) -> Ids:
    """All of them, however much they show."""
    return [pk for ids in accounts.values() for pk in ids]
