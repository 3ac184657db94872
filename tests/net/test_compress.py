"""COMPRESS=DEFLATE: the same mailbox through it, and bombs that stay small."""

import asyncio
import zlib
from collections.abc import Iterator

import psutil
import pytest

from postroom.imap.limits import Limits
from postroom.imap.uid_set import UidSet
from postroom.net.credentials import Password
from postroom.net.errors import CommandRefused, NetError, ProtocolViolation
from postroom.net.imap_client import ImapClient
from postroom.net.server import AllowedNetworks, Security, Server
from servers.dovecot import dovecot
from servers.scripted import Dialogue, scripted

ZLIB = "protocol imap {\n  mail_plugins = imap_zlib\n}\n"


async def connect(host: str, port: int, limits: Limits | None = None) -> ImapClient:
    allowed = AllowedNetworks.parse("127.0.0.0/8", str(port))
    client = await ImapClient.connect(Server(host, port, Security.NONE), allowed, limits=limits)
    await client.sign_in(Password("alice", "secret"))
    return client


async def test_the_same_mailbox_comes_through() -> None:
    letters = [b"Subject: %d\r\n\r\n" % n + b"text " * 5_000 * n + b"\r\n" for n in range(1, 30)]
    with dovecot({"alice": "secret"}, extra=ZLIB) as server:
        server.add("alice", "INBOX", letters)
        client = await connect(server.host, server.port)
        await client.compress()
        await client.examine("INBOX")
        uids = await client.uid_search_all()
        bodies = {m.uid: m.body async for m in client.uid_fetch(uids, body=True)}
        assert sorted(bodies.values(), key=lambda body: len(body or b"")) == letters
        await client.append("Sent", letters[3])
        assert (await client.status("Sent")).messages == 1
        await client.sign_out()


async def test_it_is_not_asked_for_where_it_is_not_offered() -> None:
    with dovecot({"alice": "secret"}) as server:
        client = await connect(server.host, server.port)
        with pytest.raises(CommandRefused):
            await client.compress()
        assert (await client.status("INBOX")).messages == 0
        await client.sign_out()


BOMBS = {
    "text": b"* OK " + b"x" * 1_000_000,
    "blank lines": b"\r\n" * 500_000,
    "alerts": b"* OK [ALERT] x\r\n" * 60_000,
    "a message to skip": b"* 1 FETCH (UID 1 BODY[] {1073741824}\r\n" + b"x" * 900_000,
    "a literal to refuse": b"* 1 FETCH (UID 1 BODY[] {1073741825}\r\n" + b"x" * 900_000,
}


def deflated(block: bytes) -> Iterator[bytes]:
    """Yield `block` two thousand times, a thousandth of its size on the wire."""
    deflater = zlib.compressobj(wbits=-15)
    yield deflater.compress(block) + deflater.flush(zlib.Z_SYNC_FLUSH)
    for _ in range(2_000):
        yield deflater.compress(b"x" * 1_000_000) + deflater.flush(zlib.Z_SYNC_FLUSH)


@pytest.mark.parametrize("bomb", BOMBS)
async def test_a_bomb_stays_small(bomb: str) -> None:
    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(b"* OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] ready")
        while True:
            tag, word, _ = await dialogue.command()
            await dialogue.send(tag + b" OK done")
            if word == b"COMPRESS":
                break
        for piece in deflated(BOMBS[bomb]):
            await dialogue.send_raw(piece)
            await asyncio.sleep(0)

    limits = Limits(command_seconds=1, silence_seconds=1, unasked=10_000, goodbye_seconds=0.2)
    process = psutil.Process()
    async with scripted(play) as server:
        client = await connect(server.host, server.port, limits)
        before = process.memory_info().rss
        with pytest.raises(NetError):
            await compress_and_read(client)
        assert process.memory_info().rss - before < 32 * 1024 * 1024


async def compress_and_read(client: ImapClient) -> None:
    await client.compress()
    await client.examine("INBOX")
    async for _ in client.uid_fetch(UidSet([1]), body=True):
        pass


async def test_what_is_not_deflated_ends_the_connection() -> None:
    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(b"* OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] ready")
        while True:
            tag, _, _ = await dialogue.command()
            await dialogue.send(tag + b" OK done")

    async with scripted(play) as server:
        client = await connect(server.host, server.port)
        await client.compress()
        with pytest.raises(ProtocolViolation):
            await client.status("INBOX")
