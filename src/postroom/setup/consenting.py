"""Connect a mailbox by a consent: who signed in is compared, the servers are tried, then saved.

The mail server has the last word on whose mailbox a token opens. The comparison is there because
people choose the wrong one of their accounts at Google, and must be told which.
"""

import asyncio
from dataclasses import replace

from django.db import transaction

from postroom.accounts.lifecycle import activate, recover
from postroom.accounts.models import EmailAccount, Protocol, Security, Sharing
from postroom.mime import canonical_address
from postroom.net.smtp_client import size_told
from postroom.oauth.clients import get_client
from postroom.oauth.errors import SignInStopped
from postroom.oauth.grants import find_grant, keep_grant
from postroom.oauth.models import SignInClient
from postroom.oauth.signing_in import Consent, Wish
from postroom.providers import (
    Provider,
    ServerChoice,
    find_provider,
    provider_for_address,
    provider_for_host,
)
from postroom.setup.changing import as_it_is, unchanged_request
from postroom.setup.connecting import (
    ConnectionFailed,
    create_account,
    refuse_leaving,
    refuse_owner,
    refuse_owner_and_address,
    told_if_left,
)
from postroom.setup.connection_test import try_connection
from postroom.setup.failures import FIELD_OF
from postroom.setup.requests import AccountRequest, ServerAddress
from postroom.setup.steps import Failure, Step
from postroom.team.models import User

# What says that the server did not like the secret, in its own or in our guess's words.
PASSWORD_KINDS = frozenset(kind for kind, field in FIELD_OF.items() if field == "password")


def connect_by_consent(
    owner: User, wish: Wish, consent: Consent, *, is_from_command_line: bool = False
) -> EmailAccount:
    """Sign in to the mailbox with the token once and save the account with its grant.

    Raises ConnectionFailed, SignInStopped; saves nothing then.
    """
    client = get_client(consent.issuer)
    address = canonical_address(wish.address) or consent.identity
    refuse_other_identity(client, address, consent, is_shared=wish.is_shared)
    refuse_owner_and_address(owner, address)
    request = request_for(owner, address, wish, client)
    request = replace(
        request, token=consent.tokens.access, is_from_command_line=is_from_command_line
    )
    trouble = asyncio.run(trouble_with_sending(request, consent))
    with transaction.atomic():
        account = create_account(request, trouble)
        keep_grant(account, consent)
    return account


def reconnect_by_consent(account: EmailAccount, wish: Wish, consent: Consent) -> None:
    """Sign in anew for an account that is there; everything else stays, and its trouble is over.

    Raises ConnectionFailed, SignInStopped; changes nothing then.
    """
    refuse_owner(account.owner)
    refuse_leaving(account)
    client = get_client(consent.issuer)
    before = find_grant(account)
    if before is None or before.issuer != client.issuer:
        refuse_foreign_servers(account, client)
    is_same = before is not None and before.identity in consent.addresses
    refuse_other_identity(client, account.address, consent, is_shared=wish.is_shared or is_same)
    request = unchanged_request(as_it_is(account), consent.tokens.access)
    trouble = asyncio.run(trouble_with_sending(request, consent))
    with told_if_left(), transaction.atomic():
        account.refresh_from_db()
        keep_grant(account, consent)
        recover(account)
        activate(account)
        account.smtp_trouble_sentence = trouble
        account.smtp_size = size_told(request.told) or account.smtp_size
        account.save(update_fields=["smtp_trouble_sentence", "smtp_size"])


def refuse_foreign_servers(account: EmailAccount, client: SignInClient) -> None:
    """A token is for the issuer's own mail servers: whoever entered others would be given it.

    A mailbox that was set up for its owner has those that a colleague typed. Raises SignInStopped.
    """
    for host in filter(None, (account.incoming[0], account.smtp_host)):
        if not takes_tokens_of(client, host):
            raise SignInStopped(
                f"{host} is no mail server of {client}, and what you consent to is shown to no"
                " other, so nothing was saved. Enter the mailbox's password instead, or have the"
                " mailbox set up anew with the right servers.",
                "foreign_server",
            )


def takes_tokens_of(client: SignInClient, host: str) -> bool:
    """Whether the catalogue, or an administrator, says that the host takes the issuer's tokens."""
    if client.known.is_discovered:
        return host in (client.imap_host, client.smtp_host)
    provider = provider_for_host(host)
    return provider is not None and provider.sign_in.oauth_issuer == client.issuer


def refuse_other_identity(
    client: SignInClient, address: str, consent: Consent, *, is_shared: bool
) -> None:
    """Who signed in is whose mailbox it is, as far as the issuer tells. Raises SignInStopped."""
    if is_shared or not consent.addresses or address in consent.addresses:
        return
    raise SignInStopped(
        f"At {client} you chose {consent.identity}, but the mailbox to connect is {address}, so"
        f" nothing was saved. Sign in again and choose {address} there.",
        "other_account",
        consent.identity,
    )


def request_for(owner: User, address: str, wish: Wish, client: SignInClient) -> AccountRequest:
    """What there is to connect: the servers are those of the service, or of the client's own."""
    is_pop = wish.protocol == Protocol.POP
    provider = None if client.known.is_discovered else provider_of(address, client)
    incoming = server_for("pop" if is_pop else "imap", provider, client)
    if incoming is None:
        raise ConnectionFailed(
            "no_server", f"{client} has no {wish.protocol.upper()} server. Choose IMAP.", "protocol"
        )
    return AccountRequest(
        owner=owner,
        address=address,
        imap=None if is_pop else incoming,
        pop=incoming if is_pop else None,
        smtp=server_for("smtp", provider, client),
        provider=provider.id if provider else "",
        sharing=Sharing(wish.sharing),
        storage=wish.storage,
        window=wish.window,
    )


def provider_of(address: str, client: SignInClient) -> Provider | None:
    """The service of the address if this issuer signs in to it, else the issuer's usual one."""
    provider = provider_for_address(address)
    if provider and provider.sign_in.oauth_issuer == client.issuer:
        return provider
    return find_provider(client.known.default_provider)


def server_for(kind: str, provider: Provider | None, client: SignInClient) -> ServerAddress | None:
    """The server of a kind: the service's best, or what an administrator entered."""
    if provider:
        choices: tuple[ServerChoice, ...] = getattr(provider, kind)
        return server_address(choices[0].host, choices[0].port, choices[0].security)
    if kind == "pop":
        return None
    entered = (getattr(client, f"{kind}_{part}") for part in ("host", "port", "security"))
    return server_address(*entered)


def server_address(host: str, port: int, security: str) -> ServerAddress | None:
    """A server, unless it has no name."""
    return ServerAddress(host, port, Security(security)) if host else None


async def trouble_with_sending(request: AccountRequest, consent: Consent) -> str:
    """Try both servers with the token; what is wrong with sending. Raises ConnectionFailed."""
    trouble = ""
    async for report in try_connection(request):
        if report.failure and report.side == "outgoing":
            trouble = report.failure.sentence
        elif report.failure and report.step is Step.SIGN_IN:
            raise refused_by_server(report.failure, request, consent)
        elif report.failure:
            raise ConnectionFailed.because(report.failure)
    return trouble


def refused_by_server(
    failure: Failure, request: AccountRequest, consent: Consent
) -> ConnectionFailed:
    """The issuer said yes and the mail server no; its advice about passwords would mislead."""
    whose, host = consent.identity or "this account", request.incoming.host
    if failure.kind not in PASSWORD_KINDS:
        return ConnectionFailed.because(failure)
    _, _, said = failure.sentence.partition(" The server said: ")
    return ConnectionFailed(
        "token_not_taken",
        f"The sign-in worked, but {host} does not let {whose} into the mailbox {request.address}."
        " See that IMAP is switched on for it, and for a shared mailbox that you may open it."
        + (f" The server said: {said}" if said else ""),
    )
