"""Which bodies an account keeps, by storage mode (Design, decision 5)."""

from django.db.models import Exists, Q

from postroom.accounts.models import EmailAccount
from postroom.association import known_addresses
from postroom.association.people import known_participants
from postroom.team.models import Organisation, StorageMode


def storage_mode(account: EmailAccount) -> StorageMode:
    """The account's mode, else the organisation's."""
    return StorageMode(account.storage or Organisation.get().storage)


def matched(account: EmailAccount) -> Q:
    """Emails whose body is kept without anyone asking for it."""
    if storage_mode(account) == StorageMode.EVERYTHING:
        return Q(pk__isnull=False)
    return Q(Exists(known_participants()))


def only_known(account: EmailAccount) -> set[str] | None:
    """In mode *strict*, the addresses without which mail leaves nothing here; else None."""
    if storage_mode(account) != StorageMode.STRICT:
        return None
    return set(known_addresses().values_list("canonical", flat=True))
