"""SMTP servers that take something else than CRLF . CRLF for the end of a message.

Such servers exist, and whoever gets their end of data past a client smuggles a second message in
(Seen: SMTP smuggling, 2023). Each of these reads one variant as the end, besides the right one.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

END = b"\r\n.\r\n"
VARIANTS = {
    "LF dot LF": b"\n.\n",
    "LF dot CRLF": b"\n.\r\n",
    "CRLF dot LF": b"\r\n.\n",
    "CR dot CR": b"\r.\r",
    "CR dot CRLF": b"\r.\r\n",
    "CRLF dot CR": b"\r\n.\r",
    "CR dot LF": b"\r.\n",
    "LF dot CR": b"\n.\r",
    "LF dot CR CRLF": b"\n.\r\r\n",
    "CRLF NUL dot CRLF": b"\r\n\0.\r\n",
    "CRLF dot NUL CRLF": b"\r\n.\0\r\n",
    "CRLF dot CRLF": END,
}


@dataclass
class Lenient:
    """Where it listens, what it takes for an end, the messages and commands that it understood."""

    variant: bytes
    port: int = 0
    taken: list[bytes] = field(default_factory=list)
    said: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        writer.write(b"220 ready\r\n")
        rest = b""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                while b"\n" not in rest:
                    rest = await more(reader, rest)
                line, _, rest = rest.partition(b"\n")
                self.said.append(line.rstrip(b"\r"))
                word = line[:4].upper()
                if word == b"DATA":
                    writer.write(b"354 go on\r\n")
                    rest = await self.data(reader, rest)
                writer.write(b"250 OK\r\n")
                if word == b"QUIT":
                    break
        writer.close()

    async def data(self, reader: asyncio.StreamReader, rest: bytes) -> bytes:
        """Read a message to the first of its ends; returns what came behind it."""
        while True:
            text = b"\r\n" + rest
            ends = [(at, end) for end in {END, self.variant} if (at := text.find(end)) >= 0]
            if ends:
                at, end = min(ends, key=lambda found: (found[0], -len(found[1])))
                self.taken.append(text[2 : at + 2])
                return text[at + len(end) :]
            rest = await more(reader, rest)


async def more(reader: asyncio.StreamReader, rest: bytes) -> bytes:
    """What comes next, behind what there is. Raises ConnectionError when nothing does."""
    if not (octets := await reader.read(65536)):
        raise ConnectionError
    return rest + octets


@contextlib.asynccontextmanager
async def lenient(variant: bytes) -> AsyncIterator[Lenient]:
    """Run it."""
    server = Lenient(variant)
    running = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = running.sockets[0].getsockname()[1]
    async with running:
        yield server
