"""Who is to be in no open and click notice: asked before every noticed email, and when one is seen.

An address is known by its digest alone, so the wish outlives an erasure; a person who said so with
one address said it for all that are theirs. ADR 51.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db import transaction

from postroom.archive.wall import round_the_wall
from postroom.crm.models import Person, PersonAddress
from postroom.outbox.models import NoNotice, OutgoingEmail, Sighting

PURPOSE: Final = b"postroom: no notices\0"


def digest_of(canonical: str) -> bytes:
    """How an address is known here."""
    return hashlib.sha256(PURPOSE + canonical.encode()).digest()


def refusing_among(canonicals: Collection[str]) -> list[str]:
    """Those of some addresses whose owners want no notices."""
    if not canonicals or not NoNotice.objects.exists():
        return []
    theirs = {one: {one} for one in canonicals}
    known = PersonAddress.objects.filter(canonical__in=canonicals)
    others = PersonAddress.objects.filter(person__in=known.values("person"))
    by_person: dict[int, set[str]] = {}
    for person, canonical in others.values_list("person", "canonical"):
        by_person.setdefault(person, set()).add(canonical)
    for addresses in by_person.values():
        for one in addresses & theirs.keys():
            theirs[one] |= addresses
    asked = {digest_of(each) for addresses in theirs.values() for each in addresses}
    found = NoNotice.objects.filter(digest__in=asked).values_list("digest", flat=True)
    refused = {bytes(digest) for digest in found}
    return [one for one in canonicals if refused & {digest_of(each) for each in theirs[one]}]


@round_the_wall()
@transaction.atomic
def refuse(canonicals: Collection[str], now: datetime, *, is_own: bool) -> None:
    """No notices about these addresses from now on; what was noticed of them is forgotten."""
    for canonical in canonicals:
        made, is_new = NoNotice.objects.get_or_create(
            digest=digest_of(canonical), defaults={"is_own": is_own, "at": now}
        )
        if is_own and not is_new and not made.is_own:
            NoNotice.objects.filter(pk=made.pk).update(is_own=True)
    about = OutgoingEmail.objects.filter(recipients__overlap=list(canonicals))
    Sighting.objects.filter(place__outgoing__in=about).delete()


def wish_of(person: Person) -> NoNotice | None:
    """That a person wants no notices; their own word before a colleague's."""
    if not person.pk:
        return None
    digests = [digest_of(one) for one in person.addresses.values_list("canonical", flat=True)]
    return NoNotice.objects.filter(digest__in=digests).order_by("-is_own").first()


@transaction.atomic
def set_wish(person: Person, *, wants_none: bool, now: datetime) -> None:
    """What a colleague writes down for a person; what they said themselves is not taken back."""
    canonicals = list(person.addresses.values_list("canonical", flat=True))
    if wants_none:
        refuse(canonicals, now, is_own=False)
    else:
        digests = [digest_of(one) for one in canonicals]
        NoNotice.objects.filter(digest__in=digests, is_own=False).delete()
