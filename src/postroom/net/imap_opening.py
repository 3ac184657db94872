"""From a server's name to a greeted connection under TLS whose capabilities are known."""

import asyncio
from pathlib import Path

from postroom.imap.commands.session import Capability, StartTls
from postroom.imap.framing import OpenLiteral
from postroom.imap.limits import Limits
from postroom.imap.states import State
from postroom.net.dialling import dial
from postroom.net.errors import (
    ConnectTimedOut,
    NetError,
    ProtocolViolation,
    TlsNotOffered,
)
from postroom.net.imap_wire import ImapWire
from postroom.net.refusals import error_for_goodbye
from postroom.net.server import AllowedNetworks, Security, Server
from postroom.net.stages import Stage, reached
from postroom.net.tls import client_context, tls_error


async def open_wire(
    server: Server,
    allowed: AllowedNetworks,
    limits: Limits,
    authorities: Path | None,
    open_literal: OpenLiteral | None,
) -> ImapWire:
    """Return a wire on which one may sign in. Raises the NetError that says why not."""
    wire = await _dial(server, allowed, limits, authorities, open_literal)
    try:
        reached(Stage.GREETING, wire.tls_version)
        told = await _greet(wire)
        if server.security is Security.STARTTLS:
            await _start_tls(wire, authorities, told)
            told = wire.tls_version
        reached(Stage.CAPABILITIES, told)
        if not wire.connection.capabilities:
            await _ask(wire, Capability())
    except BaseException as error:
        wire.fail(error if isinstance(error, NetError) else ConnectTimedOut(server))
        raise
    return wire


async def _dial(
    server: Server,
    allowed: AllowedNetworks,
    limits: Limits,
    authorities: Path | None,
    open_literal: OpenLiteral | None,
) -> ImapWire:
    dialled = await dial(server, allowed, limits.connect_seconds)
    secure = server.security is Security.TLS
    if secure:
        reached(Stage.ENCRYPTION)
    try:
        _, wire = await asyncio.get_running_loop().create_connection(
            lambda: ImapWire(server, limits, open_literal),
            sock=dialled,
            ssl=client_context(authorities) if secure else None,
            server_hostname=server.host.strip() if secure else None,
            ssl_handshake_timeout=limits.tls_seconds if secure else None,
            ssl_shutdown_timeout=limits.goodbye_seconds if secure else None,
        )
    except OSError as error:
        dialled.close()
        raise tls_error(error, server) from None
    return wire


async def _greet(wire: ImapWire) -> str:
    """Wait for the greeting and return its words."""
    server = wire.server
    try:
        async with asyncio.timeout(wire.limits.greeting_seconds):
            while wire.greeting is None:
                await wire.activity()
    except TimeoutError:
        raise wire.silence() from None
    if wire.greeting.kind == "BYE":
        raise error_for_goodbye(wire.greeting, server)
    if wire.connection.state is State.NOT_AUTHENTICATED:
        return wire.greeting.text
    # PREAUTH: someone is signed in already, and it is not us. On STARTTLS it is the classic way to
    # keep a client in the clear (NO STARTTLS, USENIX Security 2021).
    if server.security is Security.STARTTLS:
        raise TlsNotOffered(server)
    raise ProtocolViolation(server)


async def _start_tls(wire: ImapWire, authorities: Path | None, told: str) -> None:
    server = wire.server
    reached(Stage.ENCRYPTION, told)
    if not wire.connection.capabilities:
        await _ask(wire, Capability())
    if "STARTTLS" not in wire.connection.capabilities:
        raise TlsNotOffered(server)
    command = StartTls()
    wire.send(command)
    await _ask_sent(wire, command)
    if command.outcome is None or command.outcome.kind != "OK":
        raise TlsNotOffered(server)
    await wire.start_tls(client_context(authorities))


async def _ask(wire: ImapWire, command: Capability) -> None:
    wire.send(command)
    await _ask_sent(wire, command)


async def _ask_sent(wire: ImapWire, command: Capability | StartTls) -> None:
    server = wire.server
    try:
        async with asyncio.timeout(wire.limits.greeting_seconds):
            await wire.completed(command)
    except TimeoutError:
        raise ConnectTimedOut(server) from None
