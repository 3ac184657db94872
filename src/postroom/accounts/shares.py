"""Share a person's mail of a *custom* account with colleagues, address by address.

Reference: Email Sharing. Design §7. An address that comes to the person later is shared only once
the account's owner says so.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from postroom.accounts.models import EmailAccount, Share, SharedAddress
from postroom.crm.models import Person, PersonAddress
from postroom.team.audit import note
from postroom.team.models import Act

# PostgreSQL announces it itself, whatever changed who sees what: migration 0011.
SHARING_CHANGED = "postroom_sharing"


@transaction.atomic
def share_person(
    account: EmailAccount, person: Person, addresses: Collection[str], now: datetime
) -> Share:
    """Share the account's mail with those of the person's addresses that the owner has seen."""
    share, is_new = Share.objects.get_or_create(account=account, person=person)
    if is_new:
        note(Act.PERSON_SHARED, account.owner, account, now, f"with {person}")
    for canonical in addresses:
        decide(share, canonical, now, is_shared=True)
    return share


@transaction.atomic
def unshare_person(account: EmailAccount, person: Person, now: datetime) -> None:
    """Share it no more; a new share begins anew."""
    deleted, _ = Share.objects.filter(account=account, person=person).delete()
    if deleted:
        note(Act.PERSON_UNSHARED, account.owner, account, now, f"with {person}")


def decide(share: Share, canonical: str, now: datetime, *, is_shared: bool) -> None:
    """The owner says whether mail with this address is shared; of strangers' nothing is kept."""
    if share.person.addresses.filter(canonical=canonical).exists():
        SharedAddress.objects.update_or_create(
            share=share,
            canonical=canonical,
            defaults={"is_shared": is_shared, "decided_at": now},
        )


def decided_addresses(share: Share, *, is_shared: bool) -> QuerySet[PersonAddress]:
    """The person's addresses that the owner shares, or does not."""
    decided = share.addresses.filter(is_shared=is_shared)
    return share.person.addresses.filter(canonical__in=decided.values("canonical"))


def undecided_addresses(share: Share) -> QuerySet[PersonAddress]:
    """The person's addresses that came after the share; the owner is to be asked about them."""
    return share.person.addresses.exclude(canonical__in=share.addresses.values("canonical"))
