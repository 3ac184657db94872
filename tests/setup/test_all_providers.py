"""All 46 services are recognised, asked of a local DNS server and local autoconfig hosts."""

from collections import Counter
from pathlib import Path

import pytest

from postroom.providers import Provider, Variant, all_providers, provider_for_host
from postroom.setup import Recognition, Source, recognise
from servers.internet import Internet
from setup.published import FIRM, WELL_KNOWN, autoconfig, page, serving

# Two are services without a server that could be named to others: on one's own machine, or none.
WITHOUT_A_HOST = {"proton_bridge", "tuta"}


async def test_the_servers_of_every_provider_are_found(
    net: Internet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ways: Counter[str] = Counter()
    found: set[str] = set()
    for provider in all_providers():
        for part in (provider, *provider.variants):
            by_domain, by_mx = await found_by_domain(provider, part), await found_by_mx(net, part)
            for known in (*by_domain, *by_mx):
                check(known, provider, part)
                found.add(provider.id)
            ways += Counter(domain=len(by_domain), mx=len(by_mx))
    for provider, known in await found_by_autoconfig(net, monkeypatch, tmp_path):
        assert (known.source, known.must_be_confirmed) == (Source.AUTOCONFIG, False), provider.id
        assert known.provider == provider_for_host(provider.imap[0].host), provider.id
        found.add(provider.id)
        ways["autoconfig"] += 1
    print(f"{len(found)} of {len(all_providers())} providers found: {dict(ways)}")
    assert len(found) == len(all_providers()) == 46
    assert ways["domain"] > 100
    assert ways["mx"] > 40
    assert ways["autoconfig"] == 46 - len(WITHOUT_A_HOST)


def check(known: Recognition, provider: Provider, part: Provider | Variant) -> None:
    """It is this service, in this data centre, and nothing is to be confirmed."""
    assert known.provider
    assert known.provider.id == provider.id
    assert known.imap == (part.imap or provider.imap)
    assert known.smtp == (part.smtp or provider.smtp)
    assert known.methods == provider.sign_in.methods
    assert not known.must_be_confirmed


async def found_by_domain(provider: Provider, part: Provider | Variant) -> list[Recognition]:
    """By every domain of its own."""
    domains = [name.replace("<cc>", "hu").replace("*.", "any.") for name in part.domains]
    return [await recognise(f"alice@{domain}") for domain in domains]


async def found_by_mx(net: Internet, part: Provider | Variant) -> list[Recognition]:
    """By every name below which a firm's own domain may have its mail delivered."""
    found = []
    for suffix in part.mx_suffixes:
        firm = f"firm-{len(net.names.records)}.example"
        net.record(firm, "MX", f"20 backup.{FIRM}.", f"10 mx1.{suffix}.")
        found.append(await recognise(f"alice@{firm}"))
    assert {each.source for each in found} <= {Source.MX}
    return found


async def found_by_autoconfig(
    net: Internet, patch: pytest.MonkeyPatch, path: Path
) -> list[tuple[Provider, Recognition]]:
    """By the file of a firm that names the service's host; Zimbra's is the firm's own."""
    firms = {
        f"{each.id.replace('_', '-')}.firms.example": each
        for each in all_providers()
        if each.id not in WITHOUT_A_HOST
    }
    answers = {
        firm + WELL_KNOWN: page(autoconfig(each.imap[0].host or f"mail.{firm}"))
        for firm, each in firms.items()
    }
    async with serving(net, patch, path, answers):
        return [(firms[firm], await recognise(f"alice@{firm}")) for firm in firms]
