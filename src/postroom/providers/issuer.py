"""Who asks people for their consent: Google, Microsoft, and whoever speaks OpenID Connect.

Plain values, read from `issuers/<id>.json` by `loading`: where to ask, for what, how the answer
names the mailbox, and what an administrator must know. Client ids and secrets are not here: they
belong to whoever runs Postroom.
"""

from dataclasses import dataclass
from typing import Final

OPENID: Final = "openid"
"""The issuer without a file of endpoints: an OpenID provider of one's own, found by discovery."""


@dataclass(frozen=True, slots=True)
class Scopes:
    """What is asked for: to read by each protocol, to send, and always."""

    imap: tuple[str, ...] = ()
    pop: tuple[str, ...] = ()
    smtp: tuple[str, ...] = ()
    always: tuple[str, ...] = ()

    def for_protocol(self, protocol: str) -> tuple[str, ...]:
        """What reading by `protocol` and sending take, each once."""
        reading = self.pop if protocol == "pop" else self.imap
        return tuple(dict.fromkeys((*self.always, *reading, *self.smtp)))


@dataclass(frozen=True, slots=True)
class Parameter:
    """One more word of the authorisation request."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Trap:
    """What goes wrong with this issuer, and what to do about it."""

    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Console:
    """Where an administrator registers a client."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """An issuer of access tokens. `{tenant}` in an endpoint is the organisation at Microsoft.

    `issued_by` are the names it may give itself in an ID token, with `{tid}` for the claim `tid`;
    `address_claims` are the claims that name a mailbox, the most telling first. Without a
    `device_endpoint`, signing in by a code typed elsewhere is not to be had.
    """

    id: str
    name: str
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    device_endpoint: str = ""
    issued_by: tuple[str, ...] = ()
    scopes: Scopes = Scopes()
    parameters: tuple[Parameter, ...] = ()
    address_claims: tuple[str, ...]
    default_provider: str = ""
    default_tenant: str = ""
    console: Console | None = None
    steps: tuple[str, ...]
    traps: tuple[Trap, ...] = ()

    @property
    def is_discovered(self) -> bool:
        """Whether its endpoints are asked for at the provider itself."""
        return self.id == OPENID
