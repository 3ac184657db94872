"""Enter a mailbox's password again: tried first, and nothing else is touched."""

import asyncio

from django.db import transaction

from postroom.accounts.lifecycle import recover
from postroom.accounts.models import Credential, Direction, EmailAccount, Protocol
from postroom.accounts.seals import SecretDoesNotOpen, get_secret, keep_secret
from postroom.net import server as net
from postroom.net.credentials import Password
from postroom.net.errors import NetError
from postroom.net.server import Server
from postroom.setup.connecting import failed, refuse_empty
from postroom.setup.trying import outgoing_trouble, try_incoming


def reconnect_account(
    account: EmailAccount, password: str, smtp_password: str | None = None
) -> None:
    """Sign in with the new password and keep it. Raises ConnectionFailed and keeps the old one.

    The outgoing server gets `smtp_password`; with None the same one if it had the same before, with
    nothing it is left alone. Emails, folders and sharing stay as they are; the trouble and its
    incident are over.
    """
    refuse_empty(password)
    if smtp_password is None:
        smtp_password = password if shares_password(account) else ""
    try:
        trouble = asyncio.run(try_servers(account, password, smtp_password))
    except NetError as error:
        raise failed(error, account.protocol) from error
    keep(account, password, smtp_password, trouble)


def shares_password(account: EmailAccount) -> bool:
    """Whether incoming and outgoing server have one password; so if what is kept does not open."""
    try:
        return get_secret(account, Direction.INCOMING) == get_secret(account, Direction.OUTGOING)
    except SecretDoesNotOpen:
        return True
    except Credential.DoesNotExist:
        return bool(account.smtp_host)


async def try_servers(account: EmailAccount, password: str, outgoing: str) -> str:
    """Read, then sign in as a sender; returns what is wrong with sending, as was known before."""
    incoming = Password(account.sign_in_name, password)
    await try_incoming(Protocol(account.protocol), server_of(*account.incoming), incoming)
    if not outgoing or not account.smtp_host:
        return account.smtp_trouble_sentence
    sending = server_of(account.smtp_host, account.smtp_port, account.smtp_security)
    return await outgoing_trouble(sending, Password(account.sign_in_name, outgoing))


def server_of(host: str, port: int, security: str) -> Server:
    """A server of the account in the words of the wire."""
    return Server(host, port, net.Security(security))


@transaction.atomic
def keep(account: EmailAccount, password: str, outgoing: str, trouble: str) -> None:
    """Seal what works, and note that it does."""
    keep_secret(account, Direction.INCOMING, password)
    if outgoing and account.smtp_host:
        keep_secret(account, Direction.OUTGOING, outgoing)
    account.refresh_from_db()
    recover(account)
    account.smtp_trouble_sentence = trouble
    account.save(update_fields=["smtp_trouble_sentence"])
