"""Asks DNS and a domain's web servers where its mailboxes are. Each has its own time."""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from django.conf import settings

from postroom.net.errors import NetError
from postroom.net.name_lookup import mail_exchangers, published_services
from postroom.net.public_page import fetch_page
from postroom.providers import (
    SRV_NAMES,
    AutoconfigUnreadable,
    FoundServers,
    Provider,
    SrvRecord,
    autoconfig_urls,
    parse_autoconfig,
    provider_for_mx,
    servers_from_srv,
)

DNS_SECONDS: Final = 2.5
WEB_SECONDS: Final = 3.0
# What is said to whoever asks by name of hosts that are not theirs: no more than that.
NOTHING_THERE: Final = "nothing usable"


class Source(StrEnum):
    """Who told."""

    ADDRESS = "address"
    """The address's domain is in the catalogue."""

    MX = "mx"
    AUTOCONFIG = "autoconfig"
    SRV = "srv"
    GUESS = "guess"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Asked:
    """One source that was asked: where (domain, record or URL), and in words what came of it."""

    source: Source
    where: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Found:
    """Servers that somebody proposed."""

    source: Source
    told_by: str
    servers: FoundServers


@dataclass(slots=True)
class Teller:
    """Writes down who was asked. Only the precise one says why a host did not answer."""

    trail: list[Asked] = field(default_factory=list)
    is_precise: bool = False

    def note(self, source: Source, where: str, outcome: str) -> None:
        """Keep what came of it."""
        self.trail.append(Asked(source, where, outcome))

    def note_failure(self, source: Source, where: str, error: Exception) -> None:
        """Keep what went wrong, in the words that are for whoever asked."""
        self.note(source, where, in_words(error) if self.is_precise else NOTHING_THERE)


def in_words(error: Exception) -> str:
    """What went wrong, for those who may know."""
    if isinstance(error, NetError):
        return error.sentence
    if isinstance(error, AutoconfigUnreadable):
        return f"unusable: {error}"
    return "no answer in time"


class NamesUnanswered(Exception):
    """The name servers say nothing, so there is nobody else to ask."""


async def ask_mx(domain: str, teller: Teller) -> Provider | None:
    """Ask where the domain's mail goes, and whose service that is. Raises NamesUnanswered."""
    try:
        async with asyncio.timeout(DNS_SECONDS):
            hosts = await mail_exchangers(domain, settings.MAIL_NETWORKS.name_server)
    except (NetError, TimeoutError) as error:
        teller.note_failure(Source.MX, domain, error)
        raise NamesUnanswered from None
    if not hosts:
        teller.note(Source.MX, domain, "names no host that takes its mail")
        return None
    provider = provider_for_mx(hosts)
    of = provider.name if provider else "no service of the catalogue"
    teller.note(Source.MX, hosts[0], of)
    return provider


async def ask_publications(address: str, domain: str, teller: Teller) -> Found | None:
    """Ask the domain's web servers and its SRV records at once; the first that is of use wins."""
    asked = [ask_autoconfig(url, address) for url in autoconfig_urls(domain)]
    outcomes = await asyncio.gather(*asked, ask_srv(domain), return_exceptions=True)
    sources = [*((Source.AUTOCONFIG, url) for url in autoconfig_urls(domain)), (Source.SRV, domain)]
    best = None
    for (source, where), outcome in zip(sources, outcomes, strict=True):
        if isinstance(outcome, Exception):
            teller.note_failure(source, where, outcome)
        elif isinstance(outcome, BaseException):
            raise outcome
        elif not outcome.is_usable:
            teller.note(source, where, "names no server that mail could be read from")
        else:
            teller.note(source, where, f"names {reading_host(outcome)}")
            best = best or Found(source, where, outcome)
    return best


async def ask_autoconfig(url: str, address: str) -> FoundServers:
    """Fetch and read one file. Raises NetError, AutoconfigUnreadable or TimeoutError."""
    page = await fetch_page(url, settings.MAIL_NETWORKS, WEB_SECONDS)
    return parse_autoconfig(page.body, address)


async def ask_srv(domain: str) -> FoundServers:
    """Ask for every SRV record of mail at once. Raises NetError or TimeoutError."""
    names = [f"{name}.{domain}" for name in SRV_NAMES]
    async with asyncio.timeout(DNS_SECONDS):
        server = settings.MAIL_NETWORKS.name_server
        answers = await asyncio.gather(*(published_services(name, server) for name in names))
    return servers_from_srv(
        SrvRecord(name, each.priority, each.weight, each.port, each.target)
        for name, records in zip(names, answers, strict=True)
        for each in records
    )


def reading_host(servers: FoundServers) -> str:
    """The host that mail would be read from."""
    return (*servers.imap, *servers.pop)[0].host
