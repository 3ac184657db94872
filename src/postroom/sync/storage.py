"""Which bodies an account keeps, by storage mode (Design, decision 5)."""

from collections.abc import Collection, Sequence

from postroom.accounts.models import EmailAccount
from postroom.archive.arrivals import Arrival
from postroom.archive.bodies import make_due
from postroom.archive.models import Email
from postroom.archive.record import canonicals
from postroom.association.people import known_among, with_known_people
from postroom.team.models import Organisation, StorageMode


def storage_mode(account: EmailAccount) -> StorageMode:
    """The account's mode, else the organisation's."""
    return StorageMode(account.storage or Organisation.get().storage)


def mark_due(account: EmailAccount, among: Collection[int] | None = None) -> int:
    """Have the bodies fetched that this account keeps and that are not here.

    Among all its emails, or among some by id. Returns how many became due.
    """
    emails = Email.objects.filter(account=account)
    if among is not None:
        emails = emails.filter(pk__in=list(among))
    if storage_mode(account) != StorageMode.EVERYTHING:
        emails = with_known_people(emails)
    return make_due(emails)


def known_on(arrivals: Sequence[Arrival]) -> set[str]:
    """The canonical addresses of known people on some arrivals."""
    return known_among({c for a in arrivals for c in canonicals(a.envelope)})


def only_known(account: EmailAccount, known: set[str]) -> set[str] | None:
    """In mode *strict*, the addresses without which mail leaves nothing here; else None."""
    return known if storage_mode(account) == StorageMode.STRICT else None
