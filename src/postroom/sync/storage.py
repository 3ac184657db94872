"""Which bodies an account keeps, by storage mode (Design, decision 5)."""

from collections.abc import Sequence

from postroom.accounts.models import EmailAccount
from postroom.archive.arrivals import Arrival
from postroom.archive.bodies import make_due
from postroom.archive.models import Email
from postroom.association.people import known_among, with_known_people
from postroom.crm.erased import erased_among
from postroom.team.models import Organisation, StorageMode


def storage_mode(account: EmailAccount) -> StorageMode:
    """The account's mode, else the organisation's."""
    return StorageMode(account.storage or Organisation.get().storage)


def mark_due(account: EmailAccount) -> int:
    """Have the bodies fetched that this account keeps and that are not here; returns how many.

    Each was marked as it came; this finds what changed since: people, modes, places on the server.
    """
    emails = Email.objects.filter(account=account)
    if storage_mode(account) != StorageMode.EVERYTHING:
        emails = with_known_people(emails)
    return make_due(emails)


def as_kept(
    account: EmailAccount, arrivals: Sequence[Arrival]
) -> tuple[list[Arrival], set[str] | None]:
    """The arrivals, those marked whose bodies this account keeps; and `only` of `record`.

    Of mail with somebody who was erased nothing is kept, so its bytes are not stored either.
    """
    mode = storage_mode(account)
    canonicals = {c for a in arrivals for c in a.entry.canonicals}
    erased = erased_among(canonicals)
    is_all = mode == StorageMode.EVERYTHING
    known = set() if is_all else known_among(canonicals)
    marked = [
        a._replace(
            is_due=erased.isdisjoint(a.entry.canonicals)
            and (is_all or not known.isdisjoint(a.entry.canonicals))
        )
        for a in arrivals
    ]
    return marked, known if mode == StorageMode.STRICT else None
