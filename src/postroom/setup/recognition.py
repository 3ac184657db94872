"""From an address to its servers: who is asked, in which order, and what came of it.

The catalogue by domain, then by MX, then what the domain publishes itself, then a guess that is
tried. Nothing that a stranger publishes is more than a proposal: it is encrypted, shown, and
confirmed before a password goes there.
"""

from dataclasses import dataclass
from typing import Final

from postroom.providers import (
    FoundServers,
    Method,
    Provider,
    ServerChoice,
    provider_for_address,
    provider_for_host,
)
from postroom.providers.names import domain_of, parse_host
from postroom.setup.guessing import guess
from postroom.setup.sources import (
    Asked,
    Found,
    NamesUnanswered,
    Source,
    Teller,
    ask_mx,
    ask_publications,
)
from postroom.setup.throttle import Tester, TriedTooOften, take_turn

__all__ = ["Asked", "Recognition", "Source", "recognise"]

_USER_NAME_MAX: Final = 254


@dataclass(frozen=True, slots=True)
class Recognition:
    """What is known of an address's mailbox; servers best first, none if nobody knew.

    `foreign_hosts` are those that neither the address's domain nor the catalogue vouches for: they
    must be shown and confirmed.
    """

    address: str
    source: Source
    told_by: str
    provider: Provider | None = None
    imap: tuple[ServerChoice, ...] = ()
    pop: tuple[ServerChoice, ...] = ()
    smtp: tuple[ServerChoice, ...] = ()
    user_name: str = ""
    methods: tuple[Method, ...] = ()
    foreign_hosts: tuple[str, ...] = ()
    trail: tuple[Asked, ...] = ()

    @property
    def must_be_confirmed(self) -> bool:
        """Whether a person has to look at the hosts before a password is sent to them."""
        return bool(self.foreign_hosts)


async def recognise(address: str, tester: Tester | None = None) -> Recognition:
    """Find the servers of `address`. Never raises, whatever anybody answers.

    `tester` is who asks on a page; without one it is whoever works at this machine, who may ask as
    often as they like and is told precisely what came of it.
    """
    address = address.strip()
    domain = parse_host(domain_of(address))
    if domain is None:
        asked = Asked(Source.ADDRESS, domain_of(address), "not a domain of the internet")
        return nothing(address, [asked])
    provider = provider_for_address(address)
    if provider:
        return of_provider(address, provider, [Asked(Source.ADDRESS, domain, provider.name)])
    trail = [Asked(Source.ADDRESS, domain, "no service of the catalogue")]
    try:
        await take_turn("recognise", tester)
    except TriedTooOften as error:
        return nothing(address, [*trail, Asked(Source.NOTHING, domain, error.sentence)])
    teller = Teller(trail, is_precise=tester is None or tester.may_know)
    return await ask_the_domain(address, domain, teller)


async def ask_the_domain(address: str, domain: str, teller: Teller) -> Recognition:
    """Ask where its mail goes, what it publishes, and at last whether the usual names answer."""
    try:
        provider = await ask_mx(domain, teller)
    except NamesUnanswered:
        return nothing(address, teller.trail)
    if provider:
        return of_provider(address, provider, teller.trail)
    found = await ask_publications(address, domain, teller) or await guess(domain, teller)
    return (
        of_domain(address, domain, found, teller.trail) if found else nothing(address, teller.trail)
    )


def nothing(address: str, trail: list[Asked]) -> Recognition:
    """Nobody knew."""
    return Recognition(address, Source.NOTHING, "", user_name=address, trail=tuple(trail))


def of_provider(address: str, provider: Provider, trail: list[Asked]) -> Recognition:
    """What the catalogue says of a service; the last of the trail told that it is this one."""
    return Recognition(
        address,
        trail[-1].source,
        trail[-1].where,
        provider,
        provider.imap,
        provider.pop,
        provider.smtp,
        provider.sign_in_name(address),
        provider.sign_in.methods,
        trail=tuple(trail),
    )


def of_domain(address: str, domain: str, found: Found, trail: list[Asked]) -> Recognition:
    """What the domain told of itself, held against the catalogue."""
    servers = found.servers
    hosts = hosts_of(servers)
    known = {host: provider_for_host(host) for host in hosts}
    reading = [each.host for each in (*servers.imap, *servers.pop)]
    return Recognition(
        address,
        found.source,
        found.told_by,
        next((known[host] for host in reading if known[host]), None),
        servers.imap,
        servers.pop,
        servers.smtp,
        servers.incoming_user_name[:_USER_NAME_MAX] or address,
        servers.methods or (Method.PASSWORD,),
        tuple(host for host in hosts if not known[host] and not is_below(host, domain)),
        tuple(trail),
    )


def hosts_of(servers: FoundServers) -> tuple[str, ...]:
    """Every host that is proposed, once."""
    choices = (*servers.imap, *servers.pop, *servers.smtp)
    return tuple(dict.fromkeys(choice.host for choice in choices))


def is_below(host: str, domain: str) -> bool:
    """Whether a host belongs to the domain itself."""
    return host == domain or host.endswith(f".{domain}")
