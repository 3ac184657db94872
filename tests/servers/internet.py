"""A small internet on loopback: a DNS server, public addresses, and what listens at them.

Names are looked up at a real DNS server (over UDP). Whoever then dials a public address is led to
the local port that plays the host; every dialled address is written down. So the policy under test
is the one of production: loopback is not allowed.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from postroom.net.server import AllowedNetworks, NameServer
from postroom.net.tls import client_context
from servers.certificates import Certificate, make_certificate

Place = tuple[str, int]

# Every host has its address here; Postroom takes it for a public one.
PUBLIC = "198.51.99."


class NameServerOfTests(asyncio.DatagramProtocol):
    """Answers from `records`, or as `improvise` decides; asked names are kept."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}
        self.asked: list[tuple[str, str]] = []
        self.improvise: Callable[[str, str], list[str] | None] = lambda name, kind: None
        self.is_mute = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        if not self.is_mute:
            self.transport.sendto(self.answer(data), address)  # type: ignore[attr-defined]

    def answer(self, data: bytes) -> bytes:
        """Compose the answer to one question."""
        question = dns.message.from_wire(data)
        asked = question.question[0]
        name = asked.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(asked.rdtype)
        self.asked.append((name, kind))
        reply = dns.message.make_response(question)
        reply.flags |= dns.flags.RA
        found = self.improvise(name, kind) or self.records.get((name, kind))
        if found:
            reply.answer.append(dns.rrset.from_text_list(asked.name, 60, "IN", kind, found))
        elif not any(known == name for known, _ in self.records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()


@dataclass
class Internet:
    """Who is where; `dialled` is every address and port that was dialled."""

    names: NameServerOfTests
    name_server: NameServer
    routes: dict[Place, Place | OSError | None] = field(default_factory=dict)
    dialled: list[Place] = field(default_factory=list)
    control: Place | None = None
    """Where a connection to anything that is not public ends up."""

    @property
    def allowed(self) -> AllowedNetworks:
        """What production allows, with names looked up here."""
        return AllowedNetworks(name_server=self.name_server)

    def record(self, name: str, kind: str, *texts: str) -> None:
        """Publish records."""
        self.names.records.setdefault((name.lower(), kind), []).extend(texts)

    def host(self, name: str, port: int | None = None, local: Place | OSError | None = None) -> str:
        """Give a name a public address, and its port a server that listens at `local`."""
        known = self.names.records.get((name.lower(), "A"))
        address = known[0] if known else f"{PUBLIC}{len(self.names.records) % 250 + 1}"
        if not known:
            self.record(name, "A", address)
        if port:
            self.routes[address, port] = local
        return address

    def silent(self, name: str, port: int) -> None:
        """Let nobody answer there at all, as behind a firewall that drops."""
        self.host(name, port, None)


async def answering() -> tuple[NameServerOfTests, asyncio.BaseTransport, NameServer]:
    """Start a DNS server; closing the transport ends it."""
    loop = asyncio.get_running_loop()
    names = NameServerOfTests()
    transport, _ = await loop.create_datagram_endpoint(lambda: names, local_addr=("127.0.0.1", 0))
    return names, transport, NameServer("127.0.0.1", transport.get_extra_info("sockname")[1])


@contextlib.asynccontextmanager
async def name_server() -> AsyncIterator[tuple[NameServerOfTests, NameServer]]:
    """Run a DNS server until the block ends; returns what it knows, and where it is asked."""
    names, transport, place = await answering()
    try:
        yield names, place
    finally:
        transport.close()


@contextlib.asynccontextmanager
async def internet(patch: pytest.MonkeyPatch) -> AsyncIterator[Internet]:
    """Run it until the block ends; dialling of the running loop is led through it."""
    loop = asyncio.get_running_loop()
    names, transport, place = await answering()
    net = Internet(names, place)
    connect = loop.sock_connect

    async def sock_connect(dialling: socket.socket, place: Place) -> None:
        address, port = place[:2]
        net.dialled.append((address, port))
        if (address, port) in net.routes:
            local = net.routes[address, port]
            if isinstance(local, OSError):
                raise local
            if local is None:
                await asyncio.sleep(3600)
            else:
                await connect(dialling, local)
            return
        if net.control and not address.startswith(PUBLIC):
            await connect(dialling, net.control)
            return
        raise ConnectionRefusedError(111, "refused")

    patch.setattr(loop, "sock_connect", sock_connect)
    try:
        yield net
    finally:
        transport.close()


def trust(patch: pytest.MonkeyPatch, directory: Path, names: tuple[str, ...]) -> Certificate:
    """Make a certificate for `names` that this process trusts as it trusts the world's."""
    certificate = make_certificate(directory, names)
    trust_in(certificate, patch)
    return certificate


def trust_in(certificate: Certificate, patch: pytest.MonkeyPatch) -> None:
    """Let this process trust the authority of a certificate, and no other."""
    patch.setenv("SSL_CERT_FILE", str(certificate.authority))
    client_context.cache_clear()
