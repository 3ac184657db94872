"""What an owner sees, on a person's page, of sharing their mail with that person."""

from dataclasses import dataclass

from postroom.accounts.models import Activation, EmailAccount, Share, Sharing
from postroom.accounts.shares import decided_addresses, undecided_addresses
from postroom.crm.models import AddressChange, Person, PersonAddress
from postroom.team.models import User

LONGEST_HISTORY = 100


@dataclass(frozen=True, slots=True)
class NewAddress:
    """An address that the person got after they were shared, and who gave it to them."""

    address: PersonAddress
    change: AddressChange | None


@dataclass(frozen=True, slots=True)
class ShareState:
    """One custom account of the viewer: whether its mail with the person is shared, and how."""

    account: EmailAccount
    share: Share | None
    shared: list[PersonAddress]
    withheld: list[PersonAddress]
    new: list[NewAddress]


def share_states_for(viewer: User, person: Person) -> list[ShareState]:
    """The viewer's own custom accounts; others' are nobody else's to know."""
    accounts = EmailAccount.objects.filter(owner=viewer, sharing=Sharing.CUSTOM)
    return [
        share_state(account, person)
        for account in accounts.exclude(activation=Activation.DEACTIVATED)
    ]


def share_state(account: EmailAccount, person: Person) -> ShareState:
    """How the account's mail with the person is shared at this moment."""
    share = Share.objects.filter(account=account, person=person).first()
    if share is None:
        return ShareState(account, None, [], [], [])
    return ShareState(
        account,
        share,
        list(decided_addresses(share, is_shared=True)),
        list(decided_addresses(share, is_shared=False)),
        [NewAddress(a, last_addition(a)) for a in undecided_addresses(share)],
    )


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
