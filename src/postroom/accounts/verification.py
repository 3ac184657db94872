"""Prove that a From address is its owner's: a code is sent there, and entered here.

A code works once, for a quarter of an hour and five guesses. So many are sent and no more: nobody
makes Postroom flood a stranger's mailbox.
"""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from postroom.accounts.models import FromAddress
from postroom.accounts.senders import FromAddressRefused
from postroom.team.audit import note
from postroom.team.models import Act, AuditEntry, User

DIGITS = 8
LASTS = timedelta(minutes=15)
MOST_TRIES = 5

PAUSE = timedelta(minutes=1)
MOST_AN_HOUR_TO_ONE_ADDRESS = 3
MOST_A_DAY_OF_ONE_OWNER = 20


@transaction.atomic
def issue_code(sender: FromAddress, by: User | None, now: datetime) -> str:
    """A new code in place of the one before, to be sent. Raises FromAddressRefused."""
    # Counted one after the other for all accounts of an owner.
    User.objects.select_for_update().get(pk=sender.account.owner_id)
    if sender.verified_at:
        raise FromAddressRefused(f"{sender} is verified already.")
    refuse_too_many(sender, now)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    sender.code_digest, sender.code_tries = digest_of(sender, code), 0
    sender.code_expires_at = now + LASTS
    sender.save(update_fields=["code_digest", "code_tries", "code_expires_at"])
    note(Act.CODE_SENT, by, sender, now, occasion_of(sender))
    return code


def refuse_too_many(sender: FromAddress, now: datetime) -> None:
    """Raise FromAddressRefused where enough codes were sent lately."""
    sent = AuditEntry.objects.filter(act=Act.CODE_SENT, at__lte=now)
    to_it = sent.filter(subject=sender.address)
    if to_it.filter(at__gt=now - PAUSE).exists():
        raise FromAddressRefused("A code was asked for a moment ago. Wait a minute.")
    if to_it.filter(at__gt=now - timedelta(hours=1)).count() >= MOST_AN_HOUR_TO_ONE_ADDRESS:
        raise FromAddressRefused(f"{sender} had several codes this hour. Try again in an hour.")
    by_owner = sent.filter(detail=occasion_of(sender), at__gt=now - timedelta(days=1))
    if by_owner.count() >= MOST_A_DAY_OF_ONE_OWNER:
        raise FromAddressRefused("Many codes were sent for you today. Try again tomorrow.")


def occasion_of(sender: FromAddress) -> str:
    """For whom it is sent: counted by owner, whoever asks and in whichever mailbox."""
    return f"for {sender.account.owner.email}"


def verify(sender: FromAddress, typed: str, by: User | None, now: datetime) -> None:
    """Enter a code. Raises FromAddressRefused with the reason; a right one is used up."""
    if sender.verified_at:
        return
    waiting = FromAddress.objects.filter(pk=sender.pk, code_expires_at__gt=now)
    # Counted before it is compared: guesses at the same moment count as well.
    if (
        not waiting.exclude(code_digest="")
        .filter(code_tries__lt=MOST_TRIES)
        .update(code_tries=F("code_tries") + 1)
    ):
        raise FromAddressRefused("This code holds no more. Send a new one.", "code")
    sender.refresh_from_db()
    digits = "".join(c for c in typed if c.isascii() and c.isdigit())
    if not constant_time_compare(digest_of(sender, digits), sender.code_digest):
        left = MOST_TRIES - sender.code_tries
        rest = (
            f"You have {left} more tr{'y' if left == 1 else 'ies'}." if left else "Send a new one."
        )
        raise FromAddressRefused(f"This is not the code that was sent. {rest}", "code")
    note_verified(sender, by, now)


@transaction.atomic
def note_verified(sender: FromAddress, by: User | None, now: datetime) -> None:
    """The address is its owner's."""
    same = FromAddress.objects.filter(pk=sender.pk, code_digest=sender.code_digest)
    if not same.update(verified_at=now, code_digest="", code_expires_at=None):
        raise FromAddressRefused("This code holds no more. Send a new one.", "code")
    sender.refresh_from_db()
    note(Act.FROM_VERIFIED, by, sender, now, f"of {sender.account}")


def digest_of(sender: FromAddress, code: str) -> str:
    """What is kept of a code; it is worth nothing for another address."""
    bound = f"{sender.pk}:{sender.address}:{code}"
    return salted_hmac("postroom.from-address", bound, algorithm="sha256").hexdigest()
