"""From the options of `account add` to a request: servers as given, else those of the provider."""

from typing import Any, Literal

import click
from django.utils import timezone

from postroom.accounts.models import Security, Sharing
from postroom.cli.bootstrap import Failed
from postroom.cli.window import POP_BRINGS_ALL, parsed, standing_still
from postroom.providers import Provider, ServerChoice, find_provider, provider_for_address
from postroom.setup import AccountRequest, ConnectionFailed, ServerAddress
from postroom.setup.preparing import prepare_account
from postroom.team.models import User

Kind = Literal["imap", "pop", "smtp"]

STANDARD_PORTS = {
    ("imap", "tls"): 993,
    ("imap", "starttls"): 143,
    ("imap", "none"): 143,
    ("pop", "tls"): 995,
    ("pop", "starttls"): 110,
    ("pop", "none"): 110,
    ("smtp", "tls"): 465,
    ("smtp", "starttls"): 587,
    ("smtp", "none"): 25,
}


def compose_request(
    address: str, owner: User, password: str, choices: dict[str, Any]
) -> AccountRequest:
    """Everything needed to connect; raises Failed when no incoming server is known."""
    provider = chosen_provider(address, choices)
    protocol = chosen_protocol(choices)
    incoming = chosen_server(protocol, choices, provider)
    if incoming is None:
        raise Failed(
            f"The mail server of {address} is not known. Name it with --{protocol}-host,"
            " or choose a service with --provider."
        )
    return AccountRequest(
        owner=owner,
        address=address,
        imap=incoming if protocol == "imap" else None,
        pop=incoming if protocol == "pop" else None,
        smtp=chosen_server("smtp", choices, provider),
        password=password,
        username=choices["username"],
        provider=provider.id if provider else "",
        sharing=Sharing(choices["sharing"]),
        storage=choices["storage"] or "",
        is_from_command_line=True,
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
    try:
        account = prepare_account(request, None, timezone.now())
    except ConnectionFailed as failure:
        raise Failed(failure.sentence) from failure
    return f"{account.address} waits for {request.owner.email} to enter its password."


def chosen_provider(address: str, choices: dict[str, Any]) -> Provider | None:
    """The provider named, or recognised by the address unless a server is given."""
    if choices["provider"]:
        provider = find_provider(choices["provider"])
        if provider is None:
            raise Failed(f"There is no provider “{choices['provider']}”. See docs/providers.md.")
        return provider.for_address(address)
    is_other_mail = choices["imap_host"] or choices["pop_host"]
    return None if is_other_mail else provider_for_address(address)


def chosen_protocol(choices: dict[str, Any]) -> Literal["imap", "pop"]:
    """IMAP, unless POP3 is asked for or a POP3 server is named."""
    if choices["imap_host"] and choices["pop_host"]:
        raise click.UsageError("Name the server with --imap-host or with --pop-host, not both.")
    return "pop" if choices["pop_host"] or choices["protocol"] == "pop" else "imap"


def chosen_server(
    protocol: Kind, choices: dict[str, Any], provider: Provider | None
) -> ServerAddress | None:
    """The server given by options, else the provider's best."""
    host = choices[f"{protocol}_host"]
    if host:
        security = choices[f"{protocol}_security"] or "tls"
        port = choices[f"{protocol}_port"] or STANDARD_PORTS[protocol, security]
        return ServerAddress(host, port, Security(security))
    choices_of: tuple[ServerChoice, ...] = getattr(provider, protocol) if provider else ()
    known = next((c for c in choices_of if c.host), None)
    return ServerAddress(known.host, known.port, Security(known.security)) if known else None
