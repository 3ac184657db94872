"""The From addresses of an account: its own, those added to it, and which one is the default."""

from datetime import datetime

from django.db import transaction

from postroom.accounts.models import Activation, EmailAccount, FromAddress
from postroom.mime import canonical_address
from postroom.team.audit import note
from postroom.team.models import Act, User
from postroom.team.refusal import Refusal

MOST = 20
LONGEST = 254  # RFC 5321 §4.5.3.1.3


class FromAddressRefused(Refusal):
    """It cannot be so; the sentence says why, `field` where to mend it."""


def from_addresses_of(account: EmailAccount) -> list[FromAddress]:
    """All of them, the default one first; the account's own is there once somebody signed in."""
    if account.activation not in (Activation.WAITING, Activation.IMPORTED):
        own_from_address(account)
    return list(account.from_addresses.all())


@transaction.atomic
def own_from_address(account: EmailAccount) -> FromAddress:
    """The account's own address, made when first asked for: who signs in there has proved it."""
    has_default = account.from_addresses.filter(is_default=True).exists()
    begun = {
        "name": account.owner.name,
        "verified_at": account.connected_at,
        "is_default": not has_default,
    }
    own, _ = account.from_addresses.get_or_create(address=account.address, defaults=begun)
    return own


@transaction.atomic
def readdress(account: EmailAccount, address: str, by: User | None, now: datetime) -> None:
    """The mailbox has another address from now on; that of before stays one of its own.

    So what was sent from there counts as sent wherever it is found again, and no lead can have it.
    """
    before = own_from_address(account)
    account.address = address
    account.save(update_fields=["address"])
    vars(account).pop("own_addresses", None)
    own = own_from_address(account)
    own.name, own.reply_to = before.name, before.reply_to
    own.signature, own.signature_html = before.signature, before.signature_html
    own.verified_at = now
    own.save()
    if before.is_default:
        make_default(own)
    note(Act.ACCOUNT_CONNECTED, by, account, now, f"{before} before")


@transaction.atomic
def add_from_address(
    account: EmailAccount, address: str, name: str = "", reply_to: str = ""
) -> FromAddress:
    """Add one that is still to be verified. Raises FromAddressRefused, and adds nothing then."""
    if account.activation == Activation.WAITING:
        raise FromAddressRefused("The mailbox waits for its password. Enter that first.")
    own_from_address(account)
    canonical = usable(address, "address")
    if account.from_addresses.count() >= MOST:
        raise FromAddressRefused(f"{MOST} From addresses are the most. Remove one first.")
    added, is_new = account.from_addresses.get_or_create(address=canonical)
    if not is_new:
        raise FromAddressRefused(f"{canonical} is there already.", "address")
    write_from_address(added, name, reply_to)
    return added


def write_from_address(sender: FromAddress, name: str, reply_to: str) -> None:
    """Change what is written of it. Raises FromAddressRefused."""
    canonical = usable(reply_to, "reply_to") if reply_to else ""
    sender.name, sender.reply_to = " ".join(name.split()), canonical
    sender.save(update_fields=["name", "reply_to"])


def usable(address: str, field: str) -> str:
    """The canonical address. Raises FromAddressRefused where there is none."""
    canonical = canonical_address(address)
    if not canonical or len(canonical) > LONGEST:
        raise FromAddressRefused(
            f"“{address[:80]}” is not an email address. Write it like name@example.com.", field
        )
    return canonical


@transaction.atomic
def make_default(sender: FromAddress) -> None:
    """What is written from the account comes from here, unless told otherwise."""
    list(sender.account.from_addresses.select_for_update())
    sender.refresh_from_db()
    if sender.verified_at is None:
        raise FromAddressRefused(f"{sender} is not verified yet. Enter the code sent to it first.")
    sender.account.from_addresses.filter(is_default=True).update(is_default=False)
    sender.is_default = True
    sender.save(update_fields=["is_default"])


@transaction.atomic
def remove_from_address(sender: FromAddress, by: User | None, now: datetime) -> None:
    """Take it away; the account's own stays, and is the default where there is no other."""
    account = sender.account
    own = own_from_address(account)
    if sender == own:
        raise FromAddressRefused("The mailbox's own address stays.")
    if sender.is_default:
        make_default(own)
    note(Act.FROM_REMOVED, by, sender, now, f"of {account}")
    sender.delete()
