"""Share a person's mail of a *custom* account with colleagues, address by address.

Reference: Email Sharing. Design §7. An address that comes to the person later is shared only once
the account's owner says so.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from postroom.accounts.models import EmailAccount, Grant, Share, SharedAddress
from postroom.crm.models import Person, PersonAddress
from postroom.team.audit import note
from postroom.team.models import Act

# PostgreSQL announces it itself, whatever changed who sees what: migration 0002.
SHARING_CHANGED = "postroom_sharing"


@transaction.atomic
def share_person(
    account: EmailAccount,
    person: Person,
    addresses: Collection[str],
    now: datetime,
    until: datetime | None = None,
) -> Share:
    """Share the account's mail with those of the person's addresses that the owner has seen.

    For good, or until a moment. One that has ended begins anew.
    """
    Share.objects.filter(account=account, person=person, until__lte=now).delete()
    share, is_new = Share.objects.get_or_create(
        account=account, person=person, defaults={"until": until}
    )
    if is_new:
        note(Act.PERSON_SHARED, account.owner, account, now, f"with {person}{ending(until)}")
    else:
        set_end(share, until, now)
    for canonical in addresses:
        decide(share, canonical, now, is_shared=True)
    return share


@transaction.atomic
def unshare_person(account: EmailAccount, person: Person, now: datetime) -> None:
    """Share it no more; a new share begins anew."""
    deleted, _ = Share.objects.filter(account=account, person=person).delete()
    if deleted:
        note(Act.PERSON_UNSHARED, account.owner, account, now, f"with {person}")


def set_end(share: Share, until: datetime | None, now: datetime) -> None:
    """Let a share end at another moment, or never."""
    if share.until != until:
        share.until = until
        share.save(update_fields=["until"])
        account = share.account
        detail = f"with {share.person}{ending(until) or ', for good'}"
        note(Act.PERSON_SHARED, account.owner, account, now, detail)


def ending(until: datetime | None) -> str:
    """The end of a share, for the audit log."""
    return f", until {until.isoformat(timespec='minutes')}" if until else ""


def anything_ended(after: datetime, until: datetime) -> bool:
    """Whether a share or a grant ended in this stretch of time."""
    within = Q(until__gt=after, until__lte=until)
    return Share.objects.filter(within).exists() or Grant.objects.filter(within).exists()


def announce_sharing() -> None:
    """Tell open pages to look again: time changed who sees what, and nothing in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [SHARING_CHANGED])


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
