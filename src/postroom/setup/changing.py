"""Change a connected account's servers and passwords in place: tried first, then kept.

A stored password opens the place it was given for and no other: another host, port, security or
user name asks for it anew, and what is stored is never sent there.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction

from postroom.accounts.lifecycle import activate, recover
from postroom.accounts.models import Credential, Direction, EmailAccount, Protocol, Security
from postroom.accounts.seals import SecretDoesNotOpen, get_secret, keep_secret
from postroom.accounts.senders import readdress
from postroom.archive.folders import forget_numbering
from postroom.mime import canonical_address
from postroom.net.smtp_client import size_told
from postroom.oauth.errors import IssuerFailure
from postroom.oauth.grants import find_grant, forget_grant
from postroom.oauth.tokens import access_token
from postroom.setup.connecting import (
    ConnectionFailed,
    refuse_address_of_another,
    refuse_leaving,
    refuse_owner_and_address,
    server_columns,
    told_if_left,
)
from postroom.setup.requests import AccountRequest, ServerAddress, provider_at

ASKED_ANEW = "Enter the password for {}: the stored one is never sent to another server."
CONSENT_IS_FOR_HERE = (
    "You signed in for the servers of before alone, and that is never shown to another server."
    " Leave them as they are, or enter a password for both."
)
NOT_KEPT = "No password for {} is stored that can be read. Enter it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an account is to be from now on; an empty password means the one that is stored.

    So does an empty address. Another one is tried as the user name, unless there is one.
    """

    account: EmailAccount
    incoming: ServerAddress
    address: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    outgoing: ServerAddress | None = None
    smtp_username: str = ""
    smtp_password: str = field(default="", repr=False)

    @property
    def called(self) -> str:
        """Its address from now on."""
        return canonical_address(self.address) or self.account.address

    @property
    def provider(self) -> str:
        """Whose mailbox it is from now on."""
        return provider_at(self.account, self.incoming.host)

    @property
    def moves_incoming(self) -> bool:
        """Whether the stored password was given for another place."""
        before = (incoming_of(self.account), self.account.sign_in_name)
        return (self.incoming, self.username or self.called) != before

    @property
    def moves_outgoing(self) -> bool:
        """The same of the outgoing server; its user name is the incoming one's unless told."""
        before = (outgoing_of(self.account), self.account.sending_name)
        return (self.outgoing, self.smtp_username or self.username or self.called) != before


def as_it_is(account: EmailAccount) -> Change:
    """Nothing is to change: what is stored is tried where it belongs."""
    return Change(
        account=account,
        incoming=incoming_of(account),
        username=account.username,
        outgoing=outgoing_of(account),
        smtp_username=account.smtp_username,
    )


def incoming_of(account: EmailAccount) -> ServerAddress:
    """The server it is read from."""
    host, port, security = account.incoming
    return ServerAddress(host, port, Security(security))


def outgoing_of(account: EmailAccount) -> ServerAddress | None:
    """The server it sends by, if it has one."""
    if not account.smtp_host:
        return None
    return ServerAddress(account.smtp_host, account.smtp_port, Security(account.smtp_security))


def request_for_change(change: Change, now: datetime) -> AccountRequest:
    """What is to be tried. Raises ConnectionFailed where a password has to be entered anew."""
    if token := find_token(change, now):
        return unchanged_request(change, token)
    return replace(
        unchanged_request(change),
        password=incoming_secret(change),
        smtp_password=outgoing_secret(change),
    )


def unchanged_request(change: Change, token: str = "") -> AccountRequest:
    """The same without passwords: with a token, or for them to be filled in."""
    account, is_pop = change.account, change.account.protocol == Protocol.POP
    refuse_leaving(account)
    refuse_address(change)
    return AccountRequest(
        owner=account.owner,
        address=change.called,
        imap=None if is_pop else change.incoming,
        pop=change.incoming if is_pop else None,
        username=change.username,
        smtp=change.outgoing,
        smtp_username=change.smtp_username,
        provider=change.provider,
        token=token,
    )


def refuse_address(change: Change) -> None:
    """Another address is the owner's to take, as if it were connected. Raises ConnectionFailed."""
    if change.address and canonical_address(change.address) != change.account.address:
        refuse_owner_and_address(change.account.owner, change.address)
        refuse_address_of_another(change.account.owner, change.address)


def find_token(change: Change, now: datetime) -> str:
    """A token, if the account has a consent and nothing is to change that it was given for."""
    if change.password or change.smtp_password or find_grant(change.account) is None:
        return ""
    if change.moves_incoming or change.moves_outgoing:
        field = "password" if change.moves_incoming else "smtp_password"
        raise ConnectionFailed("password_asked_anew", CONSENT_IS_FOR_HERE, field)
    try:
        return access_token(change.account, now)
    except IssuerFailure as failure:
        raise ConnectionFailed(failure.kind, failure.sentence) from failure


def incoming_secret(change: Change) -> str:
    """The password that was typed, or the stored one for the place it belongs to."""
    if change.password:
        return change.password
    if change.moves_incoming:
        raise asked_anew(change.incoming, "password")
    return stored(change.account, Direction.INCOMING, change.incoming, "password")


def outgoing_secret(change: Change) -> str:
    """The same of the outgoing server; empty without one."""
    if change.outgoing is None or change.smtp_password:
        return change.smtp_password
    if change.moves_outgoing:
        raise asked_anew(change.outgoing, "smtp_password")
    return stored(change.account, Direction.OUTGOING, change.outgoing, "smtp_password")


def asked_anew(server: ServerAddress, field: str) -> ConnectionFailed:
    """The refusal to send a stored password elsewhere."""
    return ConnectionFailed("password_asked_anew", ASKED_ANEW.format(server.host), field)


def stored(account: EmailAccount, direction: Direction, server: ServerAddress, field: str) -> str:
    """The stored password, or the request to enter it."""
    try:
        return get_secret(account, direction)
    except (Credential.DoesNotExist, SecretDoesNotOpen) as error:
        raise ConnectionFailed(
            "password_not_stored", NOT_KEPT.format(server.host), field
        ) from error


@told_if_left()
@transaction.atomic
def keep_change(
    change: Change, wanted: AccountRequest, trouble: str, now: datetime
) -> EmailAccount:
    """Write down what was tried and works; the mail is found again by content where it moved."""
    account = change.account
    account.refresh_from_db()
    if wanted.token and find_grant(account) is None:
        return account  # Changed meanwhile: its password is for the servers that it has now.
    is_elsewhere = change.moves_incoming
    if wanted.address != account.address:
        readdress(account, wanted.address, account.owner, now)
    columns = {
        **server_columns(account.protocol, wanted.incoming),
        **server_columns("smtp", wanted.smtp),
        "username": wanted.username,
        "smtp_username": wanted.smtp_username,
        "provider": wanted.provider,
        "smtp_trouble_sentence": trouble,
        "smtp_size": size_told(wanted.told),
    }
    if wanted.smtp is None:
        columns["smtp_host"] = ""
    for name, value in columns.items():
        setattr(account, name, value)
    account.save(update_fields=list(columns))
    if not wanted.token:
        keep_passwords(account, wanted)
    if is_elsewhere:
        forget_numbering(account)
    recover(account)
    activate(account)
    return account


def keep_passwords(account: EmailAccount, wanted: AccountRequest) -> None:
    """Seal what was tried; a consent of before is needed no more."""
    forget_grant(account)
    keep_secret(account, Direction.INCOMING, wanted.password)
    if wanted.smtp:
        keep_secret(account, Direction.OUTGOING, wanted.smtp_password)
    else:
        account.credentials.filter(direction=Direction.OUTGOING).delete()
