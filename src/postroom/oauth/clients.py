"""The administrator's clients: entered, found, forgotten; their secrets sealed for the issuer."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from postroom.accounts.models import Security
from postroom.accounts.sealing import seal, unseal
from postroom.oauth.discovery import discover
from postroom.oauth.errors import SignInStopped
from postroom.oauth.models import SignInClient
from postroom.providers import find_issuer

TENANT_LOOKS = "common, organizations, consumers, a Directory (tenant) ID or a domain"


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server that takes the issuer's tokens."""

    host: str
    port: int
    security: Security


NO_SERVER = MailServer("", 465, Security.TLS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientEntry:
    """What an administrator typed. An empty secret keeps the one there is."""

    issuer: str
    client_id: str
    secret: str = field(default="", repr=False)
    tenant: str = ""
    name: str = ""
    discovery_url: str = ""
    imap: MailServer | None = None
    smtp: MailServer | None = None


def keep_client(entry: ClientEntry, now: datetime) -> SignInClient:
    """Keep a client, in place of the one before. Raises SignInStopped, keeps nothing then."""
    known = find_issuer(entry.issuer)
    if known is None:
        raise SignInStopped(f"There is no sign-in service “{entry.issuer[:40]}”.", "issuer")
    client = find_client(entry.issuer) or SignInClient(issuer=entry.issuer)
    client.client_id = entry.client_id.strip()
    client.tenant = tenant_of(entry, known.default_tenant)
    client.entered_at = now
    if entry.secret:
        client.secret = seal(binding_of(entry.issuer), entry.secret.strip())
    if known.is_discovered:
        for name, value in discovered_columns(entry).items():
            setattr(client, name, value)
    client.save()
    return client


def tenant_of(entry: ClientEntry, usual: str) -> str:
    """The tenant as it stands in an address. Raises SignInStopped for what cannot be one."""
    tenant = entry.tenant.strip() or usual
    if not all(c.isascii() and (c.isalnum() or c in ".-") for c in tenant):
        raise SignInStopped(f"That is no tenant. Enter {TENANT_LOOKS}.", "tenant")
    return tenant


def discovered_columns(entry: ClientEntry) -> dict[str, Any]:
    """What an OpenID provider of one's own tells of itself, and the servers typed beside it."""
    if entry.imap is None or not entry.imap.host:
        raise SignInStopped("Enter the mail server that takes the provider's tokens.", "imap_host")
    columns: dict[str, Any] = {
        "name": entry.name.strip() or "OpenID",
        "discovery_url": entry.discovery_url.strip(),
    }
    for kind, server in (("imap", entry.imap), ("smtp", entry.smtp or NO_SERVER)):
        columns |= {
            f"{kind}_host": server.host.strip(),
            f"{kind}_port": server.port,
            f"{kind}_security": server.security,
        }
    return columns | discover(entry.discovery_url)


def find_client(issuer: str) -> SignInClient | None:
    """The client entered for an issuer."""
    return SignInClient.objects.filter(issuer=issuer).first()


def get_client(issuer: str) -> SignInClient:
    """The client entered for an issuer. Raises SignInStopped, which says whom to ask."""
    client = find_client(issuer)
    if client is None:
        known = find_issuer(issuer)
        name = known.name if known else "this service"
        raise SignInStopped(
            f"Signing in with {name} is not set up yet. Ask an administrator to enter a client"
            " under Setup, Email, Sign-in services.",
            "no_client",
        )
    return client


def secret_of(client: SignInClient) -> str:
    """The client's secret; empty for one that has none. Raises SealBroken."""
    return unseal(binding_of(client.issuer), client.secret) if client.secret else ""


def binding_of(issuer: str) -> str:
    """The name of the place where a client's secret lies."""
    return f"client:{issuer}"
