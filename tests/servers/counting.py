"""A relay before a real server that counts round trips.

A round trip begins when the client speaks after the server did: commands sent together are one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass


@dataclass(slots=True)
class Relay:
    """Where to connect to, and what passed through since `begin`."""

    port: int = 0
    round_trips: int = 0
    octets: int = 0
    is_clients_turn: bool = True

    def begin(self) -> None:
        """Count from here."""
        self.round_trips, self.octets, self.is_clients_turn = 0, 0, True

    def client_spoke(self) -> None:
        """A new round trip, unless the server has not answered the last one."""
        self.round_trips += self.is_clients_turn
        self.is_clients_turn = False

    def server_spoke(self, octets: int) -> None:
        """The server answered."""
        self.octets += octets
        self.is_clients_turn = True


@asynccontextmanager
async def counted(host: str, port: int) -> AsyncIterator[Relay]:
    """Relay connections to the server until the block is left."""
    relay = Relay()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(host, port)

        async def upstream() -> None:
            while octets := await reader.read(65536):
                relay.client_spoke()
                to_server.write(octets)
                await to_server.drain()
            to_server.close()

        async def downstream() -> None:
            while octets := await from_server.read(65536):
                relay.server_spoke(len(octets))
                writer.write(octets)
                await writer.drain()
            writer.close()

        with suppress(asyncio.CancelledError):
            await asyncio.gather(upstream(), downstream(), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
