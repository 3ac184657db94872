"""Try the connection, then save the account: nothing is kept of what does not work."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from django.db import transaction

from postroom.accounts.lifecycle import StillBeingDeleted, refuse_while_deleting
from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.seals import keep_secret
from postroom.crm.models import PersonAddress
from postroom.mime import canonical_address
from postroom.net.smtp_client import size_told
from postroom.setup.connection_test import try_connection
from postroom.setup.requests import AccountRequest, ServerAddress
from postroom.setup.steps import Failure
from postroom.setup.throttle import Tester
from postroom.team.audit import note
from postroom.team.models import Act, User
from postroom.team.permissions import why_not_integrate
from postroom.team.refusal import Refusal

REMOVED = (
    "This mailbox was removed from Postroom while its server was asked. Connect it anew under Email"
    " Configuration if it is still wanted."
)


class ConnectionFailed(Refusal):
    """The mailbox could not be connected; `sentence` says why and `field` where to mend it."""

    def __init__(self, kind: str, sentence: str, field: str = "") -> None:
        super().__init__(sentence, field)
        self.kind = kind

    @classmethod
    def because(cls, failure: Failure) -> Self:
        """A step of the connection test failed."""
        return cls(failure.kind, failure.sentence, failure.field)


def connect_account(request: AccountRequest) -> EmailAccount:
    """Sign in to the mailbox once and save the account. Raises ConnectionFailed, saves nothing.

    An outgoing server that does not work is noted on the account and stands in nobody's way.
    """
    refuse_unusable(request)
    return save_account(request, asyncio.run(outgoing_trouble(request)))


async def outgoing_trouble(request: AccountRequest, tester: Tester | None = None) -> str:
    """Try both servers; returns what is wrong with sending. Raises ConnectionFailed."""
    trouble = ""
    async for report in try_connection(request, tester):
        if report.failure and report.side == "incoming":
            raise ConnectionFailed.because(report.failure)
        if report.failure:
            trouble = report.failure.sentence
    return trouble


def refuse_unusable(request: AccountRequest) -> None:
    """Say what is wrong before any server is asked."""
    refuse_whose_it_is(request)
    refuse_empty(request.password)


def refuse_whose_it_is(request: AccountRequest) -> None:
    """Who may connect mailboxes, and which; an administrator at the command line knows better."""
    refuse_owner_and_address(request.owner, request.address)
    if not request.is_from_command_line:
        refuse_address_of_another(request.owner, request.address)


def refuse_address_of_another(owner: User, typed: str) -> None:
    """A colleague's address is theirs to connect, and a lead's is no mailbox of ours.

    At a server of one's own any address can be had, and a connected one matches no lead any more.
    """
    address = canonical_address(typed)
    colleague = User.objects.filter(email=address).exclude(pk=owner.pk).first()
    if colleague:
        raise ConnectionFailed(
            "address_of_a_colleague",
            f"{address} is the address of {colleague}, who alone can connect it. Ask them to.",
            "address",
        )
    known = PersonAddress.objects.filter(canonical=address).select_related("person").first()
    if known:
        raise ConnectionFailed(
            "address_of_a_person",
            f"{address} is the address of {known.person}, a lead or contact. "
            "If it is your own, take it off their page first.",
            "address",
        )


def refuse_owner_and_address(owner: User, typed: str) -> None:
    """The owner may connect mailboxes, and the address is one that is not connected yet."""
    refuse_owner(owner)
    address = canonical_address(typed)
    if not address:
        raise ConnectionFailed(
            "address_unusable",
            f"“{typed}” is not an email address. Write it like name@example.com.",
            "address",
        )
    if EmailAccount.objects.filter(address=address).exists():
        raise ConnectionFailed(
            "already_connected",
            f"{address} is already connected. Open it under Email Configuration instead.",
            "address",
        )


def refuse_owner(owner: User) -> None:
    """The owner may integrate email."""
    if why_not := why_not_integrate(owner):
        raise ConnectionFailed("not_permitted", why_not)


def refuse_leaving(account: EmailAccount) -> None:
    """What is kept of its mail is still being deleted."""
    try:
        refuse_while_deleting(account)
    except StillBeingDeleted as refusal:
        raise ConnectionFailed("still_being_deleted", str(refusal)) from None


@contextmanager
def told_if_left() -> Iterator[None]:
    """Somebody may deactivate or remove the account while its server is asked.

    Raises ConnectionFailed, and what was tried is not kept.
    """
    try:
        yield
    except StillBeingDeleted as refusal:
        raise ConnectionFailed("still_being_deleted", str(refusal)) from None
    except EmailAccount.DoesNotExist:
        raise ConnectionFailed("removed", REMOVED) from None


def refuse_empty(password: str) -> None:
    """A password is something."""
    if not password:
        raise ConnectionFailed(
            "password_empty", "The password is empty. Enter the mailbox's password.", "password"
        )


@transaction.atomic
def save_account(request: AccountRequest, outgoing: str) -> EmailAccount:
    """Write the account and its sealed secrets."""
    account = create_account(request, outgoing)
    keep_secret(account, Direction.INCOMING, request.password)
    if request.smtp:
        keep_secret(account, Direction.OUTGOING, request.smtp_password or request.password)
    return account


def create_account(request: AccountRequest, outgoing: str) -> EmailAccount:
    """Write the account alone, with what is wrong with sending, and that it was connected."""
    account = write_account(request, outgoing)
    by = None if request.is_from_command_line else request.owner
    note(Act.ACCOUNT_CONNECTED, by, account, account.connected_at)
    return account


def write_account(request: AccountRequest, outgoing: str = "") -> EmailAccount:
    """Write the account without its secrets."""
    return EmailAccount.objects.create(
        owner=request.owner,
        address=canonical_address(request.address),
        provider=request.provider,
        username=request.username,
        smtp_username=request.smtp_username,
        protocol=request.protocol,
        sharing=request.sharing,
        storage=request.storage,
        window=request.window,
        smtp_trouble_sentence=outgoing,
        smtp_size=size_told(request.told),
        **server_columns(request.protocol, request.incoming),
        **server_columns("smtp", request.smtp),
    )


def server_columns(kind: str, server: ServerAddress | None) -> dict[str, Any]:
    """The columns of a server, named after what it speaks."""
    if server is None:
        return {}
    return {
        f"{kind}_host": server.host,
        f"{kind}_port": server.port,
        f"{kind}_security": server.security,
    }
