"""Asks DNS: addresses of hosts, where a domain's mail goes, which servers it publishes.

Names are asked for as they are written, never below a search domain. What comes is a stranger's:
bounded in number and time, and a name in it is only ever looked up and checked again.

dnspython is loaded when first asked: most programs ask the system, and it takes a tenth of what
every command needs to start.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from postroom.net.errors import HostUnknown, NameServerSilent
from postroom.net.server import Address, NameServer, Security, Server

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver
    from dns.rdata import Rdata

SECONDS: Final = 2.5
_ANSWERS_MAX: Final = 16
_HOST_MAX: Final = 253


@dataclass(frozen=True, slots=True)
class SrvAnswer:
    """One SRV record (RFC 2782) of the name that was asked for."""

    priority: int
    weight: int
    port: int
    target: str


async def addresses_of(server: Server, name_server: NameServer | None) -> list[Address]:
    """Return the addresses of a server's host. Raises HostUnknown or NameServerSilent."""
    host = server.host.strip()
    if not host or len(host) > _HOST_MAX or not host.isprintable() or " " in host:
        raise HostUnknown(server)
    if name_server is None:
        return await _by_system(host, server)
    try:
        return [ipaddress.ip_address(host.strip("[]").partition("%")[0])]
    except ValueError:
        return await _by_name_server(host, server, name_server)


async def mail_exchangers(domain: str, name_server: NameServer | None) -> tuple[str, ...]:
    """Return the hosts that take a domain's mail, best first (RFC 5321 §5.1).

    None for a domain that is not there, has none, or takes no mail at all (RFC 7505). Raises
    NameServerSilent.
    """
    from dns.rdtypes.ANY.MX import MX

    records = await _ask(domain, "MX", name_server)
    found = sorted((r for r in records if isinstance(r, MX)), key=lambda r: (r.preference, r))
    hosts = [each.exchange.to_text(omit_final_dot=True) for each in found[:_ANSWERS_MAX]]
    return tuple(host for host in hosts if host != ".")


async def published_services(name: str, name_server: NameServer | None) -> tuple[SrvAnswer, ...]:
    """Return the SRV records of a name such as `_imaps._tcp.example.com`."""
    from dns.rdtypes.IN.SRV import SRV

    records = await _ask(name, "SRV", name_server)
    return tuple(
        SrvAnswer(each.priority, each.weight, each.port, each.target.to_text())
        for each in records[:_ANSWERS_MAX]
        if isinstance(each, SRV)
    )


async def _by_system(host: str, server: Server) -> list[Address]:
    """Ask as every program of this machine does: hosts file, DNS, and whatever else it uses."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, server.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        is_silent = error.errno == socket.EAI_AGAIN
        raise (NameServerSilent if is_silent else HostUnknown)(server) from None
    except (OSError, UnicodeError):
        raise HostUnknown(server) from None
    # A scope (`%eth0`) is only ever part of a link-local address.
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


async def _by_name_server(host: str, server: Server, name_server: NameServer) -> list[Address]:
    try:
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise HostUnknown(server) from None
    kinds = (_ask(name, "A", name_server), _ask(name, "AAAA", name_server))
    four, six = await asyncio.gather(*kinds, return_exceptions=True)
    records = [each for part in (four, six) if isinstance(part, list) for each in part]
    if not records:
        silent = isinstance(four, BaseException) or isinstance(six, BaseException)
        raise (NameServerSilent if silent else HostUnknown)(server)
    return [ipaddress.ip_address(each.to_text()) for each in records[:_ANSWERS_MAX]]


async def _ask(name: str, kind: str, name_server: NameServer | None) -> "list[Rdata]":
    """Return the records of a name; none if there is no such name."""
    import dns.exception
    import dns.name
    import dns.resolver

    try:
        absolute = dns.name.from_text(name, dns.name.root)
        answer = await _resolver(name_server).resolve(
            absolute, kind, raise_on_no_answer=False, lifetime=SECONDS, search=False
        )
    except (dns.resolver.NXDOMAIN, dns.name.LabelTooLong, dns.name.NameTooLong):
        return []
    except (dns.exception.DNSException, OSError, ValueError):
        raise NameServerSilent(Server(name, 0, Security.TLS)) from None
    return list(answer.rrset or [])


def _resolver(name_server: NameServer | None) -> "Resolver":
    import dns.asyncresolver
    import dns.nameserver

    if name_server is None:
        return dns.asyncresolver.Resolver()
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = [dns.nameserver.Do53Nameserver(name_server.address, name_server.port)]
    return resolver
