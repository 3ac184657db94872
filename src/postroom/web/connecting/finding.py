"""What was found out about an address, as the next page shows and uses it."""

from collections.abc import Mapping
from dataclasses import dataclass

from postroom.accounts.models import Protocol, Sharing
from postroom.providers import AppPasswordNeed, Method, Provider, ServerChoice
from postroom.providers.names import domain_of
from postroom.setup.recognition import Recognition, Source
from postroom.web.connecting.catalogue import ISSUERS, ShownProvider
from postroom.web.connecting.connection_form import ConnectionForm
from postroom.web.connecting.server_form import usual_ports

HOW = {
    Source.ADDRESS: "found by your address’s domain",
    Source.MX: "found by where its mail is delivered",
    Source.AUTOCONFIG: "told by {}",
    Source.SRV: "told by the records of {}",
    Source.GUESS: "guessed from the usual names; nobody told",
    Source.NOTHING: "as you chose",
}
SOURCES = {
    Source.ADDRESS: "Catalogue",
    Source.MX: "Delivery of its mail",
    Source.AUTOCONFIG: "Autoconfig",
    Source.SRV: "Records of the domain",
    Source.GUESS: "Usual names",
    Source.NOTHING: "",
}
NOBODY_KNEW = (
    "Nobody could say where the mail of {} lies. Enter the servers as your provider names them, or"
    " ask whoever runs your email for them."
)
# What says so is the service itself or its catalogue, not a stranger.
CERTAIN = (Source.ADDRESS, Source.MX)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of an address, the service chosen before (if one was), and how it is read.

    A service that is certain to have the address goes before the chosen one, where its password
    would be refused; what is merely told does not.
    """

    known: Recognition
    chosen: Provider | None
    wish: Protocol

    @property
    def provider(self) -> Provider | None:
        """The service that has the mailbox."""
        return self.chosen if self.is_chosen else self.known.provider

    @property
    def is_chosen(self) -> bool:
        """Whether only the person says that it is this service."""
        return self.chosen is not None and self.known.source not in CERTAIN

    @property
    def service(self) -> ShownProvider | None:
        """The service as pages show it."""
        return ShownProvider(self.provider) if self.provider else None

    @property
    def domain(self) -> str:
        """The address's domain."""
        return domain_of(self.known.address)

    @property
    def name(self) -> str:
        """Whose servers these are, with the data centre where the service has several."""
        if self.provider is None:
            return self.domain
        variant = self.provider.variant
        return f"{self.provider.name} ({variant})" if variant else self.provider.name

    @property
    def how(self) -> str:
        """How that is known."""
        if self.is_chosen:
            return HOW[Source.NOTHING]
        return HOW[self.known.source].format(self.known.told_by or self.domain)

    @property
    def trail(self) -> list[tuple[str, str, str]]:
        """Who was asked, where, and what came of it."""
        return [(SOURCES[a.source], a.where, a.outcome) for a in self.known.trail]

    @property
    def servers(self) -> Mapping[str, tuple[ServerChoice, ...]]:
        """The servers by protocol, best first; not those that only the site itself can name."""
        told = self.chosen if self.is_chosen and self.chosen else self.known
        kinds = {"imap": told.imap, "pop": told.pop, "smtp": told.smtp}
        return {kind: tuple(c for c in choices if c.host) for kind, choices in kinds.items()}

    @property
    def protocol(self) -> Protocol:
        """As wished, if the mailbox can be read so; else as it can."""
        if self.servers[self.wish]:
            return self.wish
        return next((p for p in Protocol if self.servers[p]), self.wish)

    @property
    def is_useful(self) -> bool:
        """Whether there is a server to read from."""
        return bool(self.servers[self.protocol])

    @property
    def issuer(self) -> str:
        """Who signs people in without a password of the mailbox, if anybody does."""
        is_offered = self.provider and Method.OAUTH2 in self.provider.sign_in.methods
        return self.provider.sign_in.oauth_issuer if self.provider and is_offered else ""

    @property
    def issuer_name(self) -> str:
        """The same as people call it."""
        return ISSUERS.get(self.issuer, "")

    @property
    def takes_passwords(self) -> bool:
        """Whether a password or app password is any use."""
        return self.provider is None or self.provider.sign_in.methods != (Method.OAUTH2,)

    @property
    def need(self) -> AppPasswordNeed:
        """When it must be an app password."""
        return self.provider.sign_in.app_password if self.provider else AppPasswordNeed.NONE

    @property
    def foreign_hosts(self) -> tuple[str, ...]:
        """Hosts for which neither the address's domain nor the catalogue stands."""
        return () if self.is_chosen else self.known.foreign_hosts

    def form(self) -> ConnectionForm:
        """The form of the next page, with all that is known filled in."""
        form = ConnectionForm(initial=self._initial())
        form.offer_hosts("incoming", self.servers[self.protocol])
        form.offer_hosts("outgoing", self.servers["smtp"])
        if self.takes_passwords and self.is_useful:
            form.fields["password"].widget.attrs["autofocus"] = True
        return form

    def _initial(self) -> dict[str, object]:
        address = self.known.address
        incoming = next(iter(self.servers[self.protocol]), None)
        outgoing = next(iter(self.servers["smtp"]), None)
        user_name = self._user_name()
        return {
            "provider": self.provider.id if self.provider else "",
            "protocol": self.protocol,
            "address": address,
            "username": "" if user_name == address else user_name,
            "sharing": Sharing.PRIVATE,
            "same_credentials": True,
            "is_foreign": bool(self.foreign_hosts),
            **usual_ports(self.protocol),
            **fields_of("incoming", incoming),
            **fields_of("outgoing", outgoing),
        }

    def _why_nothing(self) -> str:
        last = self.known.trail[-1] if self.known.trail else None
        is_told = last is not None and last.source is Source.NOTHING
        return last.outcome if last and is_told else NOBODY_KNEW.format(self.domain)

    def _user_name(self) -> str:
        if self.is_chosen and self.chosen:
            return self.chosen.sign_in_name(self.known.address)
        return self.known.user_name

    @property
    def context(self) -> dict[str, object]:
        """Everything the next page shows."""
        return {
            "room": "setup",
            "finding": self,
            "address": self.known.address,
            "protocol": self.protocol,
            "not_found": "" if self.is_useful else self._why_nothing(),
            "form": self.form(),
        }


def fields_of(side: str, choice: ServerChoice | None) -> dict[str, object]:
    """A server as the form's fields take it."""
    if choice is None:
        return {}
    return {
        f"{side}_host": choice.host,
        f"{side}_port": choice.port,
        f"{side}_security": choice.security,
    }
