"""Messages as they arrive."""

from collections import deque
from collections.abc import AsyncIterator, Sequence

from postroom.imap.commands.fetch import UidFetch
from postroom.imap.responses import Condition, FetchedMessage
from postroom.net.errors import NetError
from postroom.net.imap_wire import ImapWire
from postroom.net.refusals import error_for_command

# Seen: Exchange ends a FETCH with NO when some messages are gone. The others came.
_PARTLY_GONE = "no longer exist"


class FetchStream(AsyncIterator[FetchedMessage]):
    """The answers to one `uid_fetch`, in the order of arrival.

    The command is on the wire when this object exists, so ask for the next window before consuming
    this one, and consume windows in the order in which they were asked for. A stream nobody holds
    any more is read past.
    """

    def __init__(self, wire: ImapWire, commands: Sequence[UidFetch]) -> None:
        self._wire = wire
        self._commands = deque(commands)
        for command in commands:
            wire.send(command)

    def __aiter__(self) -> "FetchStream":
        return self

    async def __anext__(self) -> FetchedMessage:
        while self._commands:
            command = self._commands[0]
            if command.arrived:
                message = command.arrived.popleft()
                self._wire.taken(command, message.weight)
                return message
            if command.outcome is None:
                await self._more_of(command)
                continue
            self._commands.popleft()
            self._check(command.outcome)
        raise StopAsyncIteration

    async def _more_of(self, command: UidFetch) -> None:
        """Wait for more. What came in one piece with the connection's end came all the same."""
        try:
            await self._wire.activity()
        except NetError:
            if not command.arrived:
                raise

    def __del__(self) -> None:
        for command in self._commands:
            self._wire.abandon(command)

    def _check(self, outcome: Condition) -> None:
        if outcome.kind != "OK" and _PARTLY_GONE not in outcome.text:
            server = self._wire.server
            raise error_for_command(outcome, server)
