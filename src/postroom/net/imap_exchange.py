"""One command and its answer: in time, and with what a refusal means."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
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
        async with in_time(wire):
            wire.send(command)
            await wire.completed(command)
    except IllegalCommand as error:
        raise CommandRefused(server, str(error)) from error
    check(wire, command)
    return command


@contextlib.asynccontextmanager
async def in_time(wire: ImapWire) -> AsyncIterator[None]:
    """Give what is done here the time of one command; who takes longer has lost the connection."""
    try:
        async with asyncio.timeout(wire.limits.command_seconds):
            yield
    except TimeoutError:
        error = ConnectionLost(wire.server)
        wire.fail(error)
        raise error from None


def check(wire: ImapWire, command: Command) -> None:
    """Raise what a refusal means, if the command was refused."""
    if command.outcome is not None and command.outcome.kind != "OK":
        raise error_for_command(command.outcome, wire.server)
