"""Get off a list for whoever reads its mail: by one POST, or by an email of their own.

The list's server is a stranger's: only the public internet is asked, once, without a redirect
(RFC 8058 §3.1). What it says in words is not read. An email is laid ready and not sent: to whom it
goes, and what it says, whoever wrote the header chose, and it may be anybody's boss.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from django.conf import settings

from postroom.archive.models import Email
from postroom.mime import Unsubscribing
from postroom.mime.unsubscribing import ONE_CLICK
from postroom.net.errors import NetError
from postroom.net.public_page import post_once
from postroom.net.server import AllowedNetworks
from postroom.outbox.drafts import NotSendable, Written, keep, senders_of
from postroom.outbox.models import OutgoingState
from postroom.team.models import User

SECONDS: Final = 10.0
NAMESPACE: Final = UUID("b3f0ab9e-1d5c-4d0e-9f53-6a7d0f9f4a11")


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it, in words; `draft` is the email that its writer is to look at and send."""

    sentence: str
    is_refusal: bool = False
    draft: UUID | None = None


def unsubscribe(user: User, email: Email, ways: Unsubscribing, now: datetime) -> Told:
    """The surest way first: one POST, or else a draft from the address that is on the list."""
    if ways.one_click:
        told = asyncio.run(ask_server(ways.one_click, settings.MAIL_NETWORKS))
        if not told.is_refusal or not ways.address:
            return told
    return write_to(user, email, ways, now)


async def ask_server(url: str, allowed: AllowedNetworks) -> Told:
    """Post what RFC 8058 says, to whom the email names."""
    host = urlsplit(url).hostname or "the list"
    allowed = replace(allowed, networks=(), extra_ports=frozenset())
    try:
        status = await post_once(url, ONE_CLICK, allowed, SECONDS)
    except (NetError, TimeoutError):
        return Told(f"{host} could not be reached. Try again later.", is_refusal=True)
    if 200 <= status < 300:
        return Told(f"{host} took your wish to be off this list. It may take a few days.")
    return Told(f"{host} did not take the request. Try again later.", is_refusal=True)


def write_to(user: User, email: Email, ways: Unsubscribing, now: datetime) -> Told:
    """Lay ready what the list wants to read. One email however often it is asked for."""
    key = uuid5(NAMESPACE, f"{user.pk} {email.account_id} {bytes(email.identity).hex()}")
    of_mailbox = [one for one in senders_of(user) if one.account_id == email.account_id]
    named = set(email.participants.values_list("canonical", flat=True))
    sender = next((one for one in of_mailbox if one.address in named), None)
    sender = sender or next(iter(of_mailbox), None)
    if sender is None:
        return Told("This mailbox has no outgoing server to write to the list by.", is_refusal=True)
    written = Written(sender, to=ways.address, subject=ways.subject, text=ways.text)
    try:
        outgoing = keep(user, key, written, (), now)
    except NotSendable as refusal:
        return Told(refusal.sentence, is_refusal=True)
    if outgoing.state != OutgoingState.DRAFT:
        return Told(f"You wrote to {outgoing.to} already.", draft=key)
    return Told(
        f"The list wants an email from {sender.address}. It lies ready: read it, then send it.",
        draft=key,
    )
