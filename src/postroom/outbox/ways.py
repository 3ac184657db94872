"""By which server a notice goes out.

The organisation's relay (POSTROOM_SMTP_URL) where there is one; else the outgoing server of the
recipient's own mailbox, as a mail of theirs to themselves. A server that refused its password is
not asked again.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from postroom.accounts import models
from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.troubles import NEEDS_A_PERSON
from postroom.net.credentials import Credential, Password
from postroom.net.server import AllowedNetworks, Security, Server
from postroom.oauth.credentials import get_credential
from postroom.outbox.models import Notice

EVERYWHERE = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))


class NoWayToSend(Exception):
    """Neither a relay nor an outgoing server of the recipient's that works."""

    def __init__(self) -> None:
        super().__init__(
            "There is no server to send it by. Set POSTROOM_SMTP_URL, or give the mailbox an"
            " outgoing server."
        )


@dataclass(frozen=True, slots=True)
class Way:
    """A server, how to sign in there, and as whom to send; `account` if it is a person's own."""

    server: Server
    allowed: AllowedNetworks
    credential: Credential | None
    sender: str
    account: EmailAccount | None = None


def get_way(notice: Notice, now: datetime) -> Way:
    """The way for a notice. Raises NoWayToSend, SecretDoesNotOpen, IssuerFailure."""
    return get_way_for(notice.recipient, notice.account_id, now)


def get_way_for(owner_email: str, account_id: int | None, now: datetime) -> Way:
    """The way for what a user is told, or has told, about an account."""
    if relay := find_relay():
        return relay
    for account in own_accounts(owner_email, account_id):
        return way_by(account, now)
    raise NoWayToSend


def find_relay() -> Way | None:
    """The organisation's relay; who sets it may set any address, so no network is refused."""
    relay = settings.ENVIRONMENT.smtp_url
    if relay is None:
        return None
    password = Password(relay.user, relay.password) if relay.user else None
    server = Server(relay.host, relay.port, Security(relay.security))
    allowed = AllowedNetworks(EVERYWHERE, frozenset((relay.port,)))
    return Way(server, allowed, password, settings.ENVIRONMENT.notice_sender)


def own_accounts(owner_email: str, account_id: int | None) -> list[EmailAccount]:
    """A user's mailboxes that can send, the one that it is about first."""
    accounts = EmailAccount.objects.filter(
        owner__email=owner_email,
        owner__is_active=True,
        incident_at__isnull=True,
        smtp_trouble_sentence="",
    ).filter(
        Q(credentials__in=models.Credential.objects.filter(direction=Direction.OUTGOING))
        | Q(grant__revoked_at__isnull=True, grant__isnull=False)
    )
    sending = accounts.exclude(smtp_host="").exclude(trouble__in=NEEDS_A_PERSON)
    return sorted(sending, key=lambda account: (account.pk != account_id, account.pk))


def way_by(account: EmailAccount, now: datetime) -> Way:
    """The account's outgoing server."""
    credential = get_credential(account, Direction.OUTGOING, now)
    server = Server(account.smtp_host, account.smtp_port, Security(account.smtp_security))
    return Way(server, settings.MAIL_NETWORKS, credential, account.address, account)
