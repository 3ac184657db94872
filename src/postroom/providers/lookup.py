"""Finds a service: by id, by an address's domain, by where its mail goes, by words typed.

The address's domain is asked first, the MX second: it cannot tell gmail.com from a company at
Google, and a company's own domain says nothing.
"""

from collections.abc import Iterable
from functools import cache
from types import MappingProxyType

from postroom.providers.issuer import Issuer
from postroom.providers.loading import load_catalogue, load_issuers
from postroom.providers.names import as_compared, domain_of, parse_host, suffixes
from postroom.providers.provider import Provider, Variant


def find_provider(provider_id: str) -> Provider | None:
    """Return the provider with this id."""
    return load_catalogue().get(provider_id)


def find_issuer(issuer_id: str) -> Issuer | None:
    """Return the issuer of access tokens with this id."""
    return load_issuers().get(issuer_id)


def all_issuers() -> tuple[Issuer, ...]:
    """Return every issuer of access tokens."""
    return tuple(load_issuers().values())


def all_providers() -> tuple[Provider, ...]:
    """Return every provider, by name; also those that can only be recognised (`offered`)."""
    return tuple(load_catalogue().values())


def popular_providers() -> tuple[Provider, ...]:
    """Return the Popular Email Services in their order (Reference: Set up IMAP Account)."""
    popular = [provider for provider in all_providers() if provider.is_popular]
    return tuple(sorted(popular, key=lambda provider: provider.popular))


def search_providers(words: str) -> tuple[Provider, ...]:
    """Return the providers that every word fits, in name, other names, domains or id.

    Without words: all that are offered. What is not offered is found by its name, so that the
    person who has it is told.
    """
    wanted = words.casefold().split()
    if not wanted:
        return tuple(provider for provider in all_providers() if provider.offered)
    return tuple(p for p in all_providers() if all(word in _searched(p) for word in wanted))


def provider_for_address(address: str) -> Provider | None:
    """Return whose address it is, with the servers of its data centre; None if of no service.

    A domain written out in the catalogue goes before a pattern (`gmx.at` before `gmx.<cc>`).
    """
    domain = domain_of(address)
    if not domain:
        return None
    exact = _by_domain().get(domain)
    owner = exact or next((each for each in all_providers() if each.owns(domain)), None)
    return owner.for_address(address) if owner else None


def provider_for_mx(hosts: Iterable[str]) -> Provider | None:
    """Return the service that the first host, the best MX, belongs to; None if of no service.

    The longest suffix wins: below yahoodns.net, mail.gm0.yahoodns.net is AOL and the rest Yahoo.
    Hosts behind the first are not asked: there a former provider may still linger.
    """
    best = next(iter(hosts), "")
    known = _by_mx_suffix()
    return next((known[name] for name in suffixes(as_compared(best)) if name in known), None)


def provider_for_host(host: str) -> Provider | None:
    """Return the first service, by name, that has a server called `host`; None if none has."""
    return _by_host().get(as_compared(host))


@cache
def _by_host() -> MappingProxyType[str, Provider]:
    found: dict[str, Provider] = {}
    for provider in all_providers():
        for part in (provider, *map(provider.as_variant, provider.variants)):
            servers = (*part.imap, *part.pop, *part.smtp)
            # Not Proton's Bridge, whose address is that of this machine.
            hosts = (each.host for each in servers if parse_host(each.host))
            found = dict.fromkeys(hosts, part) | found
    return MappingProxyType(found)


@cache
def _by_domain() -> MappingProxyType[str, Provider]:
    found: dict[str, Provider] = {}
    for provider in all_providers():
        parts: tuple[Provider | Variant, ...] = (provider, *provider.variants)
        for part in parts:
            found |= dict.fromkeys(part.domains, provider)
    return MappingProxyType(found)


@cache
def _by_mx_suffix() -> MappingProxyType[str, Provider]:
    found: dict[str, Provider] = {}
    for provider in all_providers():
        found |= dict.fromkeys(provider.mx_suffixes, provider)
        for variant in provider.variants:
            found |= dict.fromkeys(variant.mx_suffixes, provider.as_variant(variant))
    return MappingProxyType(found)


def _searched(provider: Provider) -> str:
    words = (provider.id, provider.name, *provider.other_names, *provider.domains)
    return " ".join(words).casefold()
