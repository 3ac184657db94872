"""Idle TLS connections are cheap."""

import asyncio

import psutil

from postroom.net.imap_client import ImapClient
from postroom.net.server import AllowedNetworks, Security, Server
from servers.certificates import Certificate
from servers.scripted import Dialogue, scripted

CONNECTIONS = 60
BOTH_ENDS = 200_000
"""asyncio's own buffers cost 307 kB at one end, a context of its own 600 kB; here are both ends."""


async def greet(dialogue: Dialogue) -> None:
    await dialogue.send(b"* OK [CAPABILITY IMAP4rev1] ready")
    await dialogue.line()


async def test_a_connection_holds_small_buffers(certificate: Certificate) -> None:
    process = psutil.Process()
    async with scripted(greet, certificate) as server:
        allowed = AllowedNetworks.parse("127.0.0.0/8 ::1", str(server.port))
        address = Server("localhost", server.port, Security.TLS)
        clients = [await connect(address, allowed, certificate) for _ in range(5)]
        before = process.memory_info().rss
        clients += [await connect(address, allowed, certificate) for _ in range(CONNECTIONS)]
        grown = (process.memory_info().rss - before) / CONNECTIONS
        print(f"{grown / 1000:.0f} kB for both ends of an idle TLS connection")
        assert grown < BOTH_ENDS
        assert asyncio.sslproto.SSLProtocol.max_size == 16 * 1024
        for client in clients:
            await client.close()


async def connect(
    address: Server, allowed: AllowedNetworks, certificate: Certificate
) -> ImapClient:
    return await ImapClient.connect(address, allowed, authorities=certificate.authority)
