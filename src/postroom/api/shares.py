"""Share one's mail with a person, or share it no more. Reference: Email Sharing."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from ninja import Router
from ninja.responses import Status

from postroom.accounts.models import EmailAccount, Sharing
from postroom.accounts.shares import decide, decided_addresses, share_person, unshare_person
from postroom.accounts.sharing_rules import in_force_of, reason_of
from postroom.api.accounts import get_own_account
from postroom.api.authentication import WRITE, KeyRequest
from postroom.api.paging import RowId
from postroom.api.people import get_person
from postroom.api.problems import Problem, invalid
from postroom.api.shapes import ShareIn, ShareOut
from postroom.archive.announce import announce_account
from postroom.crm.models import Person
from postroom.mime import canonical_address

router = Router(tags=["Sharing"])


@router.put("/{person_id}/shares/{account_id}", response=ShareOut, auth=WRITE)
def share_with(
    request: KeyRequest, person_id: RowId, account_id: RowId, wanted: ShareIn
) -> dict[str, object]:
    """Show colleagues the mail that a mailbox of one's own has with a person, by these addresses.

    For good, or `until` a moment. The mailbox's sharing must be custom. An address that the person
    gets later is not shared.
    """
    own, person = get_own_account(request.auth.user, account_id), get_person(person_id)
    if own.in_force.mode != Sharing.CUSTOM:
        raise not_custom(own)
    if wanted.until and wanted.until <= timezone.now():
        raise invalid("body.until", "That has passed already. Leave it out to share for good.")
    addresses = addresses_of(person, wanted.addresses)
    shared = share_exactly(own, person, addresses, wanted.until)
    announce_account(own.pk)
    return {
        "person": person_id,
        "account": account_id,
        "addresses": shared,
        "until": wanted.until,
    }


@router.delete("/{person_id}/shares/{account_id}", response={204: None}, auth=WRITE)
def end_share(request: KeyRequest, person_id: RowId, account_id: RowId) -> Status[None]:
    """Show it to nobody any more; that holds at once, for all of it."""
    own, person = get_own_account(request.auth.user, account_id), get_person(person_id)
    unshare_person(own, person, timezone.now())
    announce_account(own.pk)
    return Status(204, None)


@transaction.atomic
def share_exactly(
    account: EmailAccount, person: Person, wanted: Collection[str], until: datetime | None
) -> list[str]:
    """Share by these addresses and by no other; returns them as they are written."""
    now = timezone.now()
    share = share_person(account, person, wanted, now, until)
    for address in decided_addresses(share, is_shared=True).exclude(canonical__in=wanted):
        decide(share, address.canonical, now, is_shared=False)
    return [str(address) for address in decided_addresses(share, is_shared=True)]


def addresses_of(person: Person, written: Collection[str]) -> set[str]:
    """Those addresses in canonical form. Raises Problem when one is not the person's."""
    theirs = {address.canonical for address in person.addresses.all()}
    for number, address in enumerate(written):
        if canonical_address(address) not in theirs:
            detail = f"{address} is no address of {person}. Give it to them first."
            raise invalid(f"body.addresses.{number}", detail)
    return {canonical_address(address) for address in written}


def not_custom(account: EmailAccount) -> Problem:
    """Of other mailboxes nothing is shared person by person."""
    in_force = in_force_of(account)
    why = f"{reason_of(in_force)}." if in_force.is_set else "Make it custom on its page first."
    return invalid("path.account_id", f"The sharing of {account} is {in_force.mode}. {why}")
