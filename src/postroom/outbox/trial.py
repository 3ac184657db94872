"""A test email to oneself: by the account's outgoing server, from one of its From addresses.

It goes the whole way that an email to a customer goes, and says in words how far it came.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from postroom.accounts.models import Credential, FromAddress
from postroom.accounts.seals import SecretDoesNotOpen
from postroom.mime import Draft
from postroom.net.errors import NetError
from postroom.oauth.errors import IssuerFailure
from postroom.outbox.at_once import NotSent, send_at_once
from postroom.outbox.copies import keep_copy
from postroom.outbox.queue import message_id_of
from postroom.outbox.sending import address
from postroom.outbox.ways import Way, way_by


@dataclass(frozen=True, slots=True)
class Trial:
    """How it went: a sentence about the sending, and one about the copy in Sent."""

    sent: str
    kept: str
    is_kept_well: bool = True


def send_trial(sender: FromAddress, now: datetime) -> Trial:
    """Send a test email to the account's own address, and keep a copy by its rule. Raises NotSent.

    From an address that is not verified nothing is sent.
    """
    account = sender.account
    if sender.verified_at is None:
        raise NotSent(f"{sender} is not verified yet. Enter the code sent to it first.")
    message = send_at_once(draft_of(sender, now), way_of(sender, now))
    sent = f"A test email from {sender} was sent to {account.address}."
    try:
        return Trial(sent, keep_copy(account, message, now).value)
    except (NetError, SecretDoesNotOpen, Credential.DoesNotExist) as failure:
        kept = f"No copy could be stored in the Sent folder: {failure}"
        return Trial(sent, kept, is_kept_well=False)


def way_of(sender: FromAddress, now: datetime) -> Way:
    """The account's own outgoing server and no other: that is what is tried. Raises NotSent."""
    account = sender.account
    if not account.smtp_host:
        raise NotSent("This mailbox has no outgoing server, so nothing can be sent from it.")
    try:
        return replace(way_by(account, now), sender=sender.address)
    except (SecretDoesNotOpen, IssuerFailure) as failure:
        raise NotSent(str(failure)) from failure
    except Credential.DoesNotExist as failure:
        raise NotSent(
            "The outgoing server's password is not known. Enter the password again."
        ) from failure


def draft_of(sender: FromAddress, now: datetime) -> Draft:
    """The email as it goes out, signed and with the address to reply to."""
    signature = f"\n\n-- \n{sender.signature}" if sender.signature else ""
    reply_to = (address("", sender.reply_to),) if sender.reply_to else ()
    return Draft(
        message_id=message_id_of(f"trial:{uuid4()}"),
        sent_at=now,
        from_=address(sender.name, sender.address),
        to=(address("", sender.account.address),),
        reply_to=reply_to,
        subject="A test email from Postroom",
        text=f"Emails that you write as {sender.address} arrive like this one.{signature}\n",
    )
