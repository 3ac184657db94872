"""Erase again what a restored backup brought back, as the register of erasures names it. ADR 53."""

import logging
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from postroom.accounts.holds import UnderHold
from postroom.archive.models import Participant
from postroom.archive.wall import round_the_wall
from postroom.crm.erased import digest_of
from postroom.crm.models import AddressChange, ErasedAddress, Erasure, Person, PersonAddress
from postroom.erasure.erasing import NOBODY, erase
from postroom.erasure.register import pending

log = logging.getLogger(__name__)
TABLES = (PersonAddress, AddressChange, Participant)


@round_the_wall()
def erase_again(now: datetime) -> int:
    """Erase what is pending. Returns how many addresses a legal hold keeps from it.

    A person at a time: killed anywhere, the next start goes on.
    """
    here = addresses_here(pending())
    for person in Person.objects.filter(addresses__canonical__in=here.values()).distinct():
        erase_or_leave(person, now)
    left = {here[digest] for digest in pending() & here.keys()}
    for canonical in sorted(left - of_people(left)):
        erase_address(canonical, now)
    keep_out(pending() - here.keys(), now)
    return len(pending())


def addresses_here(digests: Collection[bytes]) -> dict[bytes, str]:
    """Which of these addresses stand anywhere here."""
    if not digests:
        return {}
    found = {c for table in TABLES for c in table.objects.values_list("canonical", flat=True)}
    named = {digest_of(canonical): canonical for canonical in found if canonical}
    return {digest: named[digest] for digest in digests if digest in named}


def of_people(canonicals: Collection[str]) -> set[str]:
    """Those that a lead or contact has: a hold kept them."""
    theirs = PersonAddress.objects.filter(canonical__in=canonicals)
    return set(theirs.values_list("canonical", flat=True))


def erase_or_leave(person: Person, now: datetime) -> None:
    """Erase them, unless a hold that was restored with them forbids it."""
    try:
        erase(person, None, now, is_again=True)
    except UnderHold as refusal:
        log.warning("Somebody who was erased is here again, from a backup: %s", refusal.sentence)


@transaction.atomic
def erase_address(canonical: str, now: datetime) -> None:
    """Mail with an address that is nobody's here: as of a person who has nothing else."""
    person = Person.objects.create(last_name=NOBODY)
    PersonAddress.objects.create(person=person, address=canonical, is_primary=True)
    erase_or_leave(person, now)
    Person.objects.filter(pk=person.pk).delete()


@transaction.atomic
def keep_out(digests: Collection[bytes], now: datetime) -> None:
    """What is nowhere here does not come either."""
    if digests:
        erasure = Erasure.objects.create(at=now)
        rows = (ErasedAddress(digest=digest, erasure=erasure) for digest in digests)
        ErasedAddress.objects.bulk_create(rows, ignore_conflicts=True)
