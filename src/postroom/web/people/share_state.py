"""What an owner sees, on a person's page, of sharing their mail with that person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from postroom.accounts.models import Activation, EmailAccount, Share, Sharing, Sight
from postroom.accounts.shares import decided_addresses, undecided_addresses
from postroom.accounts.terms import Names, holding
from postroom.crm.models import AddressChange, Person, PersonAddress
from postroom.team.models import User
from postroom.team.written_once import written_once

LONGEST_HISTORY = 100
SEES = {
    Sight.WHEN: "who wrote your emails and when",
    Sight.SUBJECT: "the subjects of your emails",
    Sight.EVERYTHING: "your emails",
}


@dataclass(frozen=True, slots=True)
class NewAddress:
    """An address that the person got after they were shared, and who gave it to them."""

    address: PersonAddress
    change: AddressChange | None


@dataclass(frozen=True, slots=True)
class ShareState:
    """One custom account of the viewer: whether its mail with the person is shared, and how.

    `share` is what holds, `ended` one whose time is over; `audience` says who the colleagues are.
    """

    account: EmailAccount
    share: Share | None
    ended: Share | None
    audience: str
    shared: list[PersonAddress]
    withheld: list[PersonAddress]
    new: list[NewAddress]

    @property
    def last_day(self) -> date | None:
        """The last day on which it is shared, or was; None for good."""
        share = self.share or self.ended
        return day_before(share.until) if share and share.until else None

    @property
    def end_written(self) -> str:
        """The same, as the field for a day takes it."""
        return self.last_day.isoformat() if self.share and self.last_day else ""


def share_states_for(viewer: User, person: Person, now: datetime) -> list[ShareState]:
    """The viewer's own accounts where custom holds; others' are nobody else's to know."""
    return [share_state(account, person, now) for account in sharing_by_person(viewer.pk)]


@written_once()
def sharing_by_person(owner: int) -> QuerySet[EmailAccount]:
    """A user's own accounts where custom holds."""
    accounts = EmailAccount.objects.filter(owner=owner, in_force__mode=Sharing.CUSTOM)
    living = accounts.exclude(activation=Activation.DEACTIVATED)
    return living.select_related("in_force")


def share_state(account: EmailAccount, person: Person, now: datetime) -> ShareState:
    """How the account's mail with the person is shared at this moment."""
    share = Share.objects.filter(account=account, person=person).first()
    audience = audience_of(account)
    if share is None or (share.until and share.until <= now):
        return ShareState(account, None, share, audience, [], [], [])
    return ShareState(
        account,
        share,
        None,
        audience,
        list(decided_addresses(share, is_shared=True)),
        list(decided_addresses(share, is_shared=False)),
        [NewAddress(a, last_addition(a)) for a in undecided_addresses(share)],
    )


def day_before(until: datetime) -> date:
    """The last day of what ends with that day's midnight, where the reader is."""
    return (timezone.localtime(until) - timedelta(seconds=1)).date()


def audience_of(account: EmailAccount) -> str:
    """Who sees what is shared, and how much of it: "Shared with Bob: your emails"."""
    terms = holding(account.in_force)
    if terms.is_to_all:
        return f"Colleagues see {SEES[Sight(terms.sight)]}"
    return f"Shared with {Names.in_all([terms]).audience(terms)}: {SEES[Sight(terms.sight)]}"


def last_addition(address: PersonAddress) -> AddressChange | None:
    """How the address came to its person; None for those from before this was written down."""
    changes = AddressChange.objects.select_related("by")
    return changes.filter(
        person=address.person_id, canonical=address.canonical, is_added=True
    ).first()


def history_for(viewer: User, person: Person) -> list[AddressChange]:
    """Who gave and took the person's addresses, newest first; for administrators."""
    if not viewer.is_administrator:
        return []
    changes = AddressChange.objects.filter(person=person).select_related("by")
    return list(changes[:LONGEST_HISTORY])
