"""Ports on loopback that nobody listens on."""

import asyncio

from postroom.team.refusal import Refusal

HIGHEST_PORT = 65535


class NoFreePort(Refusal):
    """No port from the first one upwards is free."""


def find_free_port(first: int) -> int:
    """The first port from `first` upwards that can be listened on."""
    for port in range(first, min(first + 200, HIGHEST_PORT) + 1):
        if is_free(port):
            return port
    raise NoFreePort(f"No port from {first} upwards is free. Choose another with --port.")


def is_free(port: int) -> bool:
    """Whether this process could listen on that port of 127.0.0.1."""
    return asyncio.run(_can_listen(port))


async def _can_listen(port: int) -> bool:
    try:
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", port)
    except OSError:
        return False
    server.close()
    await server.wait_closed()
    return True
