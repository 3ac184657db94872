"""One command and its answer: in time, and with what a refusal means."""

import asyncio
from typing import TypeVar

from postroom.imap.commands.command import Command
from postroom.imap.errors import IllegalCommand
from postroom.net.errors import CommandRefused, ConnectionLost
from postroom.net.imap_wire import ImapWire
from postroom.net.refusals import error_for_command

AnyCommand = TypeVar("AnyCommand", bound=Command)


async def exchange(wire: ImapWire, command: AnyCommand) -> AnyCommand:
    """Send a command and wait for its OK. Raises CommandRefused for NO and BAD."""
    server = wire.server
    try:
        wire.send(command)
        async with asyncio.timeout(wire.limits.command_seconds):
            outcome = await wire.completed(command)
    except IllegalCommand as error:
        raise CommandRefused(server.host, server.port, str(error)) from error
    except TimeoutError:
        wire.fail(ConnectionLost(server.host, server.port))
        raise ConnectionLost(server.host, server.port) from None
    if outcome.kind != "OK":
        raise error_for_command(outcome, server.host, server.port)
    return command
