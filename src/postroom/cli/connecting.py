"""From the options of `account add` to a request: servers as given, else those of the provider."""

import asyncio
from dataclasses import dataclass
from typing import Any, Literal, Self

import click
from django.utils import timezone

from postroom.accounts.models import Security, Sharing
from postroom.cli.bootstrap import Failed
from postroom.cli.window import POP_BRINGS_ALL, parsed, standing_still
from postroom.oauth.signing_in import Wish
from postroom.providers import ServerChoice, find_provider
from postroom.setup import (
    AccountRequest,
    Asked,
    Recognition,
    ServerAddress,
    Source,
    recognise,
)
from postroom.setup.preparing import prepare_account
from postroom.setup.recognition import of_provider
from postroom.setup.requests import USUAL_PORTS
from postroom.team.models import User

Kind = Literal["imap", "pop", "smtp"]


def compose_request(
    address: str, owner: User, password: str, choices: dict[str, Any]
) -> AccountRequest:
    """Everything needed to connect; raises Failed when no incoming server is known."""
    known = chosen_source(address, choices)
    protocol = chosen_protocol(choices)
    incoming = chosen_server(protocol, choices, known)
    if incoming is None:
        raise Failed(
            f"The mail server of {address} is not known. Name it with --{protocol}-host,"
            " or choose a service with --provider."
        )
    names = SignInNames.of(address, known)
    return AccountRequest(
        owner=owner,
        address=address,
        imap=incoming if protocol == "imap" else None,
        pop=incoming if protocol == "pop" else None,
        smtp=chosen_server("smtp", choices, known),
        password=password,
        username=choices["username"] or names.incoming,
        smtp_username="" if choices["username"] else names.outgoing,
        provider=known.provider.id if known and known.provider else "",
        sharing=Sharing(choices.get("sharing", Sharing.PRIVATE)),
        storage=choices.get("storage") or "",
        is_from_command_line=True,
        window=chosen_window(protocol, choices.get("since") or ""),
    )


@dataclass(frozen=True, slots=True)
class SignInNames:
    """User names at the servers; nothing where it is the address."""

    incoming: str = ""
    outgoing: str = ""

    @classmethod
    def of(cls, address: str, known: Recognition | None) -> Self:
        """As the service wants them: some take a part of the address, and only for reading."""
        if known is None or known.user_name == address:
            return cls()
        if known.provider and known.source in (Source.ADDRESS, Source.MX):
            return cls(known.user_name, known.provider.sign_in_name(address, outgoing=True))
        return cls(known.user_name)


def compose_wish(address: str, issuer: str, choices: dict[str, Any]) -> Wish:
    """What somebody is to sign in for; servers are those of the issuer."""
    protocol = chosen_protocol(choices)
    return Wish(
        issuer=issuer,
        address=address,
        protocol=protocol,
        sharing=choices["sharing"],
        storage=choices["storage"] or "",
        window=chosen_window(protocol, choices["since"] or ""),
    )


def chosen_window(protocol: str, since: str) -> str:
    """Since when existing mail is to be brought; a POP3 server could not tell."""
    window = parsed(since) if since else ""
    if protocol == "pop" and window not in ("", "all"):
        raise Failed(POP_BRINGS_ALL)
    return standing_still(window)


def prepare(request: AccountRequest) -> str:
    """Set a mailbox up without its password; returns what is to be said."""
    account = prepare_account(request, None, timezone.now())
    return f"{account.address} waits for {request.owner.email} to enter its password."


def chosen_source(address: str, choices: dict[str, Any]) -> Recognition | None:
    """The service named, or what is found of the address unless a server is given.

    Hosts of a stranger are named, and not used before somebody has named them too.
    """
    if choices["provider"]:
        provider = find_provider(choices["provider"])
        if provider is None:
            raise Failed(f"There is no provider “{choices['provider']}”. See docs/providers.md.")
        asked = Asked(Source.ADDRESS, provider.name, "chosen")
        return of_provider(address, provider.for_address(address), [asked])
    if choices["imap_host"] or choices["pop_host"]:
        return None
    known = asyncio.run(recognise(address))
    if known.must_be_confirmed:
        raise Failed(
            f"{known.told_by} names servers of others: {', '.join(known.foreign_hosts)}."
            " If that is where the mailbox is, name them with --imap-host and --smtp-host."
        )
    return known


def chosen_protocol(choices: dict[str, Any]) -> Literal["imap", "pop"]:
    """IMAP, unless POP3 is asked for or a POP3 server is named."""
    if choices["imap_host"] and choices["pop_host"]:
        raise click.UsageError("Name the server with --imap-host or with --pop-host, not both.")
    return "pop" if choices["pop_host"] or choices["protocol"] == "pop" else "imap"


def chosen_server(
    protocol: Kind, choices: dict[str, Any], known: Recognition | None
) -> ServerAddress | None:
    """The server given by options, else the best that is known."""
    host = choices[f"{protocol}_host"]
    if host:
        security = choices[f"{protocol}_security"] or "tls"
        port = choices[f"{protocol}_port"] or USUAL_PORTS[protocol, security]
        return ServerAddress(host, port, Security(security))
    found: tuple[ServerChoice, ...] = getattr(known, protocol) if known else ()
    best = next((choice for choice in found if choice.host), None)
    return ServerAddress(best.host, best.port, Security(best.security)) if best else None
