"""Which accounts come into question for a viewer, and how each of them shares its mail.

Accounts are few and emails are many: this is asked first, so that PostgreSQL looks at single
emails only where that decides something.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet
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

Ids = list[int]


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
    active = EmailAccount.objects.exclude(activation=Activation.DEACTIVATED)
    held = dict(active.filter(pk__in=mailboxes_of(viewer)).values_list("pk", "owner"))
    own = list(held)
    others = SharingInForce.objects.filter(account__in=active).exclude(account__in=own)
    may_open = others.exclude(is_set=True, mode=Sharing.PRIVATE)
    has_rulings = Ruling.objects.exists()
    shared = by_sight(others.filter(reaches(viewer)))
    return InReach(
        own,
        [pk for pk, owner in held.items() if owner == viewer.pk],
        shared[Sharing.PUBLIC],
        shared[Sharing.CUSTOM],
        under(viewer, others),
        list(
            may_open.filter(pk__in=grants_to(viewer).values("account")).values_list("pk", flat=True)
        ),
        list(may_open.values_list("pk", flat=True)) if has_rulings else [],
        has_rulings,
    )


def reaches(viewer: User) -> Q:
    """Match sharing that is meant for the viewer: for everyone, for them, or for their role."""
    meant = Q(is_to_all=True) | Q(to_users__contains=[viewer.pk])
    return meant | Q(to_roles__contains=[viewer.role_id]) if viewer.role_id else meant


def by_sight(accounts: QuerySet[SharingInForce]) -> dict[Sharing, dict[Sight, Ids]]:
    """Their ids by how they share, and how much they show."""
    found: dict[Sharing, dict[Sight, Ids]] = {mode: {} for mode in Sharing}
    for pk, mode, sight in accounts.values_list("pk", "mode", "sight"):
        found[Sharing(mode)].setdefault(Sight(sight), []).append(pk)
    return found


def under(viewer: User, accounts: QuerySet[SharingInForce]) -> Ids:
    """Those of the viewer's reports, if the organisation lets superiors see their mail."""
    roles = roles_whose_mail_is_seen(viewer)
    if not roles:
        return []
    return list(accounts.filter(account__owner__role__in=roles).values_list("pk", flat=True))


def grants_to(viewer: User) -> QuerySet[Grant]:
    """What was granted to the viewer and still holds."""
    return Grant.objects.filter(Q(until=None) | Q(until__gt=Now()), user=viewer)


def ids_of(accounts: Mapping[Sight, Ids]) -> Ids:
    """All of them, however much they show."""
    return [pk for ids in accounts.values() for pk in ids]
