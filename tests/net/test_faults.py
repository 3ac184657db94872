"""A session cut, stalled, reset or sliced at every octet: the same mailbox in the end.

A server plays a fixed session of five messages. Between it and us stands a line that fails at one
octet, once; then the reader of the mailbox connects again and goes on, as sync does, from what it
has. Nothing may be lost, nothing may come twice, nothing may be mangled.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from postroom.imap.limits import Limits
from postroom.imap.uid_set import UidSet
from postroom.net.credentials import Password
from postroom.net.errors import NetError
from postroom.net.imap_client import ImapClient
from postroom.net.server import AllowedNetworks, Security, Server

MESSAGES = {
    uid: f"Subject: {uid}\r\n\r\n".encode() + body
    for uid, body in {
        3: b"plain\r\n",
        4: b"A1 OK not an answer\r\n* 9 EXISTS\r\n",
        9: b")\r\n",
        10: b"{99}\r\n",
        11: bytes(range(256)) + b"\r\n",
    }.items()
}
FAULTS = ("cut", "stall", "reset", "slice")
PATIENT = Limits()
# Only a stall is noticed by the clock, so only there the clock is short.
IMPATIENT = Limits(
    silence_seconds=0.15, greeting_seconds=0.15, command_seconds=0.15, goodbye_seconds=0.15
)


def answer(tag: bytes, rest: bytes) -> bytes:
    """Return everything the server says to one command."""
    word = rest.upper()
    if word.startswith(b"CAPABILITY"):
        body = b"* CAPABILITY IMAP4rev1 ESEARCH AUTH=PLAIN SASL-IR\r\n"
    elif word.startswith(b"EXAMINE"):
        body = b"* 5 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [UIDNEXT 12] .\r\n"
    elif word.startswith(b"UID SEARCH"):
        body = b'* ESEARCH (TAG "' + tag + b'") UID ALL 3:4,9:11\r\n'
    elif word.startswith(b"UID FETCH"):
        wanted = UidSet.parse(rest.split(b" ")[2])
        body = b"".join(
            b"* %d FETCH (UID %d FLAGS () BODY[] {%d}\r\n%b)\r\n" % (number, uid, len(text), text)
            for number, (uid, text) in enumerate(MESSAGES.items(), start=1)
            if uid in wanted
        )
    else:
        body = b""
    return body + tag + b" OK done\r\n"


class FaultyLine:
    """The server, and the line that fails once at octet `offset` of what it says."""

    def __init__(self, fault: str, offset: int) -> None:
        self.fault = fault
        self.offset = offset
        self.said = 0
        self.has_failed = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Play the session to one client."""
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await self._say(writer, b"* OK ready\r\n")
            while line := await reader.readline():
                tag, _, rest = line.strip().partition(b" ")
                await self._say(writer, answer(tag, rest))
        writer.close()

    async def _say(self, writer: asyncio.StreamWriter, octets: bytes) -> None:
        until_fault = self.offset - self.said
        self.said += len(octets)
        if self.has_failed or not 0 <= until_fault < len(octets):
            writer.write(octets)
            return
        self.has_failed = True
        writer.write(octets[:until_fault])
        rest = octets[until_fault:]
        match self.fault:
            case "cut":
                writer.close()
                raise ConnectionError
            case "reset":
                await writer.drain()
                writer.transport.abort()
                raise ConnectionError
            case "stall":
                await asyncio.sleep(3600)
            case "slice":
                for position in range(min(len(rest), 40)):
                    writer.write(rest[position : position + 1])
                    await asyncio.sleep(0)
                writer.write(rest[40:])


@contextlib.asynccontextmanager
async def listening(line: FaultyLine) -> AsyncIterator[int]:
    tasks: set[asyncio.Task[None]] = set()

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await line.serve(reader, writer)

    server = await asyncio.start_server(play, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def read_mailbox(port: int, limits: Limits) -> tuple[dict[int, bytes], int, int]:
    """Connect until everything is there; return it, how many came, and how many connections."""
    allowed = AllowedNetworks.parse("127.0.0.0/8", str(port))
    have: dict[int, bytes] = {}
    came = connections = 0
    while connections < 9:
        connections += 1
        with contextlib.suppress(NetError):
            server = Server("127.0.0.1", port, Security.NONE)
            client = await ImapClient.connect(server, allowed, limits=limits)
            await client.sign_in(Password("alice", "secret"))
            await client.examine("INBOX")
            missing = await client.uid_search_all() - UidSet(have)
            async for message in client.uid_fetch(missing, body=True):
                came += 1
                have[message.uid] = message.body or b""
            await client.sign_out()
            return have, came, connections
    return have, came, connections


async def length_of_session() -> int:
    line = FaultyLine("none", -1)
    async with listening(line) as port:
        have, came, connections = await read_mailbox(port, PATIENT)
    assert (have, came, connections) == (MESSAGES, 5, 1)
    return line.said


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_mailbox_is_whole_whatever_the_line_does(fault: str) -> None:
    length = await length_of_session()
    limits = IMPATIENT if fault == "stall" else PATIENT
    gate = asyncio.Semaphore(8)

    async def one(offset: int) -> None:
        line = FaultyLine(fault, offset)
        async with gate, listening(line) as port:
            have, came, connections = await read_mailbox(port, limits)
        assert have == MESSAGES, (fault, offset)
        assert came == len(MESSAGES), (fault, offset)
        assert line.has_failed
        # A slice harms nobody; after the last answer was heard, nothing can.
        assert connections <= {"slice": 1, "stall": 9}.get(fault, 2), (fault, offset)

    await asyncio.gather(*(one(offset) for offset in range(length)))
    print(f"{fault}: {length} offsets, 0 lost, 0 double")
    assert length >= 800


async def test_a_reader_that_starts_anew_sees_messages_twice() -> None:
    """The control: without remembering what it has, the same faults do double work."""
    doubled = 0
    for offset in range(0, await length_of_session(), 50):
        line = FaultyLine("cut", offset)
        seen: list[int] = []
        async with listening(line) as port:
            for _ in range(2):
                with contextlib.suppress(NetError):
                    allowed = AllowedNetworks.parse("127.0.0.0/8", str(port))
                    server = Server("127.0.0.1", port, Security.NONE)
                    client = await ImapClient.connect(server, allowed, limits=PATIENT)
                    await client.sign_in(Password("alice", "secret"))
                    await client.examine("INBOX")
                    async for message in client.uid_fetch(UidSet(MESSAGES), body=True):
                        seen.append(message.uid)
        doubled += len(seen) != len(set(seen))
    assert doubled > 0
