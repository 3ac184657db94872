"""By which server a notice goes out.

The organisation's relay (POSTROOM_SMTP_URL) where there is one; else the outgoing server of the
recipient's own mailbox, as a mail of theirs to themselves. A server that refused its password is
not asked again.
"""

import ipaddress
from dataclasses import dataclass

from django.conf import settings

from postroom.accounts.models import Credential, Direction, EmailAccount
from postroom.accounts.seals import get_secret
from postroom.accounts.troubles import NEEDS_A_PERSON
from postroom.net.credentials import Password
from postroom.net.server import AllowedNetworks, Security, Server
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
    password: Password | None
    sender: str
    account: EmailAccount | None = None


def get_way(notice: Notice) -> Way:
    """The way for a notice. Raises NoWayToSend, SecretDoesNotOpen."""
    return get_way_for(notice.recipient, notice.account_id)


def get_way_for(owner_email: str, account_id: int | None) -> Way:
    """The way for what a user is told, or has told, about an account."""
    if relay := find_relay():
        return relay
    for account in own_accounts(owner_email, account_id):
        return way_by(account)
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
        credentials__in=Credential.objects.filter(direction=Direction.OUTGOING),
    )
    sending = accounts.exclude(smtp_host="").exclude(trouble__in=NEEDS_A_PERSON)
    return sorted(sending, key=lambda account: (account.pk != account_id, account.pk))


def way_by(account: EmailAccount) -> Way:
    """The account's outgoing server."""
    password = Password(account.sending_name, get_secret(account, Direction.OUTGOING))
    server = Server(account.smtp_host, account.smtp_port, Security(account.smtp_security))
    return Way(server, settings.MAIL_NETWORKS, password, account.address, account)
