"""Idle TLS connections are cheap."""

import asyncio

import psutil

from postroom.net.credentials import Password
from postroom.net.imap_client import ImapClient
from postroom.net.server import AllowedNetworks, Security, Server
from servers.certificates import Certificate
from servers.dovecot import dovecot
from servers.scripted import Dialogue, scripted

ALICE, SECRET = "alice@example.com", "secret"
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


async def test_while_it_listens_it_holds_hardly_any_and_reads_what_is_large_afterwards() -> None:
    large = b"Subject: large\r\n\r\n" + b"x" * 300_000
    with dovecot({ALICE: SECRET}) as server:
        allowed = AllowedNetworks.parse("127.0.0.0/8 ::1", str(server.tls_port))
        address = Server("localhost", server.tls_port, Security.TLS)
        client = await connect(address, allowed, server.certificate)
        await client.sign_in(Password(ALICE, SECRET))
        await client.examine("INBOX")
        for _ in range(2):
            async with client.idle() as notices:
                assert held_by(client) <= 1024
                server.add(ALICE, "INBOX", [large])
                await anext(notices)
            uids = await client.uid_search_all()
            bodies = [m.body async for m in client.uid_fetch(uids, body=True)]
            assert set(bodies) == {large}
            assert held_by(client) == 16 * 1024
        await client.sign_out()


def held_by(client: ImapClient) -> int:
    """Octets of the buffer into which a connection receives."""
    return len(client._wire._transport._ssl_protocol._ssl_buffer)


async def connect(
    address: Server, allowed: AllowedNetworks, certificate: Certificate
) -> ImapClient:
    return await ImapClient.connect(address, allowed, authorities=certificate.authority)
