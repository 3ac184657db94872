"""From the options of `account add` to a request: servers as given, else those of the provider."""

from typing import Any, Literal

from postroom.accounts.models import Security, Sharing
from postroom.cli.bootstrap import Failed
from postroom.providers import Provider, ServerChoice, find_provider, provider_for_address
from postroom.setup import AccountRequest, ServerAddress
from postroom.team.models import User

Protocol = Literal["imap", "smtp"]

STANDARD_PORTS = {
    ("imap", "tls"): 993,
    ("imap", "starttls"): 143,
    ("imap", "none"): 143,
    ("smtp", "tls"): 465,
    ("smtp", "starttls"): 587,
    ("smtp", "none"): 25,
}


def compose_request(
    address: str, owner: User, password: str, choices: dict[str, Any]
) -> AccountRequest:
    """Everything needed to connect; raises Failed when no incoming server is known."""
    provider = chosen_provider(address, choices)
    imap = chosen_server("imap", choices, provider)
    if imap is None:
        raise Failed(
            f"The mail server of {address} is not known. Name it with --imap-host,"
            " or choose a service with --provider."
        )
    return AccountRequest(
        owner=owner,
        address=address,
        imap=imap,
        smtp=chosen_server("smtp", choices, provider),
        password=password,
        username=choices["username"],
        provider=provider.id if provider else "",
        sharing=Sharing(choices["sharing"]),
        storage=choices["storage"] or "",
    )


def chosen_provider(address: str, choices: dict[str, Any]) -> Provider | None:
    """The provider named, or recognised by the address unless a server is given."""
    if choices["provider"]:
        provider = find_provider(choices["provider"])
        if provider is None:
            raise Failed(f"There is no provider “{choices['provider']}”. See docs/providers.md.")
        return provider.for_address(address)
    return None if choices["imap_host"] else provider_for_address(address)


def chosen_server(
    protocol: Protocol, choices: dict[str, Any], provider: Provider | None
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
