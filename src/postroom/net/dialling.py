"""From a server's name to a connected socket whose address was checked.

The name is resolved once and the *checked address* is dialled, never the name: a second look-up
could lead elsewhere (DNS rebinding).
"""

import asyncio
import errno
import socket
from collections.abc import Sequence
from typing import Final

from postroom.net.errors import (
    AddressNotAllowed,
    ConnectTimedOut,
    HostUnreachable,
    NetError,
    PlaintextNotAllowed,
    PortNotAllowed,
    PortRefused,
)
from postroom.net.name_lookup import addresses_of
from postroom.net.server import Address, AllowedNetworks, Security, Server
from postroom.net.stages import Stage, reached

_ADDRESSES_TRIED: Final = 4
_ADDRESS_SECONDS: Final = 10


async def dial(server: Server, allowed: AllowedNetworks, seconds: float) -> socket.socket:
    """Return a connected, non-blocking socket. Raises the NetError that says why not."""
    if not allowed.allows_port(server.port):
        raise PortNotAllowed(server)
    reached(Stage.LOOKUP)
    try:
        async with asyncio.timeout(seconds):
            found = await addresses_of(server, allowed.name_server)
            reached(Stage.ADDRESS, ", ".join(map(str, found[:_ADDRESSES_TRIED])))
            addresses = allowed_addresses(found, server, allowed)
            reached(Stage.PORT)
            return await _dial_first(addresses[:_ADDRESSES_TRIED], server)
    except TimeoutError:
        raise ConnectTimedOut(server) from None


def allowed_addresses(
    found: Sequence[Address], server: Server, allowed: AllowedNetworks
) -> list[Address]:
    """Return those of `found` that may be dialled. Raises AddressNotAllowed if there is none."""
    addresses = [address for address in found if allowed.allows(address)]
    if not addresses:
        raise AddressNotAllowed(server)
    if server.security is not Security.NONE:
        return addresses
    named = [address for address in addresses if allowed.names(address)]
    if not named:
        raise PlaintextNotAllowed(server)
    return named


async def _dial_first(addresses: Sequence[Address], server: Server) -> socket.socket:
    last: NetError = HostUnreachable(server)
    for address in addresses:
        try:
            return await _dial_one(address, server.port)
        except TimeoutError:
            last = ConnectTimedOut(server)
        except OSError as error:
            refused = error.errno == errno.ECONNREFUSED
            last = (PortRefused if refused else HostUnreachable)(server)
    raise last


async def _dial_one(address: Address, port: int) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    dialled = socket.socket(family, socket.SOCK_STREAM)
    try:
        dialled.setblocking(False)
        dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        dialled.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        async with asyncio.timeout(_ADDRESS_SECONDS):
            await asyncio.get_running_loop().sock_connect(dialled, (str(address), port))
    except BaseException:
        dialled.close()
        raise
    return dialled
