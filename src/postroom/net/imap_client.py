"""An IMAP client for asyncio: connect, sign in, read mailboxes, hear of changes.

```python
client = await ImapClient.connect(server, allowed)
await client.sign_in(Password("alice@example.com", secret))
selected = await client.examine("INBOX")
uids = await client.uid_search_all()
async for message in client.uid_fetch(uids, header_fields=("Subject", "From")):
    ...
```

Every failure is a `postroom.net.errors.NetError` with a sentence for a person. After CommandRefused
the connection is still good, after any other it is closed.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Self, TypeVar

from postroom.imap.capabilities import Tier, extensions_to_enable, tier_for
from postroom.imap.commands.change import Append, AppendUid, UidMove, UidStore
from postroom.imap.commands.command import Command
from postroom.imap.commands.fetch import FetchItems, UidFetch
from postroom.imap.commands.idle import Notify
from postroom.imap.commands.mailbox import (
    Examine,
    List,
    QresyncState,
    Select,
    Selected,
    StatusCommand,
)
from postroom.imap.commands.search import UidSearch
from postroom.imap.commands.session import Compress, Enable, Id, Logout, Namespace, Noop
from postroom.imap.errors import IllegalCommand
from postroom.imap.framing import OpenLiteral
from postroom.imap.limits import Limits
from postroom.imap.responses import Condition, Listed, Namespaces, Status
from postroom.imap.uid_set import UidSet
from postroom.net.credentials import Credential
from postroom.net.errors import CommandRefused, ConnectionLost, NetError
from postroom.net.fetch_stream import FetchStream
from postroom.net.imap_opening import open_wire
from postroom.net.imap_sign_in import sign_in
from postroom.net.imap_wire import ImapWire
from postroom.net.notices import Listening, Notice, drain
from postroom.net.refusals import error_for_command
from postroom.net.server import AllowedNetworks, Server

_SET_OCTETS: Final = 7_000
_SEARCH_WINDOW: Final = 50_000
_IDENTITY: Final = {"name": "Postroom"}
_SPECIAL_USES: Final = (
    "\\All",
    "\\Archive",
    "\\Drafts",
    "\\Flagged",
    "\\Junk",
    "\\Sent",
    "\\Trash",
)

AnyCommand = TypeVar("AnyCommand", bound=Command)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox of the account. `status` is None for one that cannot be opened."""

    name: str
    delimiter: str | None
    attributes: frozenset[str]
    special_use: str | None
    status: Status | None

    @property
    def can_open(self) -> bool:
        """Whether it can hold mail at all."""
        return not {"\\noselect", "\\nonexistent"} & {word.lower() for word in self.attributes}


class ImapClient:
    """One connection. Its methods may be called from several tasks; commands are pipelined."""

    def __init__(self, wire: ImapWire) -> None:
        """Wrap a wire that was greeted; use `connect`."""
        self._wire = wire
        self._selected = Selected()
        self.server_id: dict[str, str] = {}

    @classmethod
    async def connect(
        cls,
        server: Server,
        allowed: AllowedNetworks,
        *,
        limits: Limits | None = None,
        authorities: Path | None = None,
        open_literal: OpenLiteral | None = None,
    ) -> Self:
        """Reach the server as its `security` demands and learn its capabilities.

        `authorities` is a PEM file of certificates to trust besides the system's. `open_literal`
        names another place than memory for the octets of messages.
        """
        wire = await open_wire(server, allowed, limits or Limits(), authorities, open_literal)
        return cls(wire)

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server offers now, in capitals."""
        return self._wire.connection.capabilities

    @property
    def tier(self) -> Tier:
        """The best way of syncing this server allows."""
        return tier_for(self.capabilities, self._wire.connection.enabled)

    @property
    def octets_received(self) -> int:
        """How much came so far, whatever it was."""
        return self._wire.octets_received

    @property
    def limits(self) -> Limits:
        """The bounds this connection keeps."""
        return self._wire.limits

    async def sign_in(self, credential: Credential) -> None:
        """Sign in, re-read capabilities, say who we are, switch extensions on. Never retries."""
        await sign_in(self._wire, credential)
        if "ID" in self.capabilities:
            # Seen: NetEase refuses every SELECT of a client that has not said who it is.
            self.server_id = await self._ask_id()
        wanted = extensions_to_enable(self.capabilities)
        if wanted:
            with contextlib.suppress(CommandRefused):
                await self._run(Enable(wanted))

    async def compress(self) -> None:
        """Compress both directions. It costs the server more than the wire gains, so never unasked.

        Raises CommandRefused where COMPRESS=DEFLATE is not offered.
        """
        await self._run(Compress())

    async def notify(self) -> None:
        """Hear of changes in every mailbox while `idle`, as `ElsewhereChanged`.

        Raises CommandRefused where NOTIFY is not offered.
        """
        await self._run(Notify())

    async def namespaces(self) -> Namespaces | None:
        """Return where mailboxes live, if the server says."""
        return (await self._run(Namespace())).found

    async def list_mailboxes(self) -> list[Mailbox]:
        """Return every mailbox with its counts, in one round trip where the server can."""
        command = await self._run(List(self.limits))
        statuses = dict(command.statuses)
        missing = [row for row in command.rows if row.wire_name not in statuses and _can_open(row)]
        if missing and len(missing) == len([row for row in command.rows if _can_open(row)]):
            statuses |= await self._statuses(missing)
        return [self._mailbox(row, statuses.get(row.wire_name)) for row in command.rows]

    async def status(self, name: str) -> Status:
        """Return the counts of one mailbox. Raises FolderVanished."""
        command = await self._run(StatusCommand(name))
        if command.status is None:
            raise CommandRefused(self._wire.server.host, self._wire.server.port)
        return command.status

    async def examine(self, name: str, qresync: QresyncState | None = None) -> Selected:
        """Open a mailbox to read. With `qresync`, its changes since then come along."""
        return await self._open(Examine(name, qresync))

    async def select(self, name: str, qresync: QresyncState | None = None) -> Selected:
        """Open a mailbox to write flags; only the action log needs to."""
        return await self._open(Select(name, qresync))

    async def uid_search_all(self) -> UidSet:
        """Return every UID of the open mailbox.

        By windows of sequence numbers, the highest first: when messages are removed meanwhile, the
        others move to windows not yet asked for, so none is missed.
        """
        exists = self._selected.exists
        if exists <= _SEARCH_WINDOW:
            return (await self._run(UidSearch(self.limits))).uids
        found = UidSet()
        for last in range(exists, 0, -_SEARCH_WINDOW):
            window = (max(1, last - _SEARCH_WINDOW + 1), last)
            found |= (await self._run(UidSearch(self.limits, sequences=window))).uids
        return found

    async def uid_search_message_id(self, message_id: str) -> UidSet:
        """Return the UIDs of messages with this Message-ID in the open mailbox."""
        return (await self._run(UidSearch(self.limits, message_id=message_id))).uids

    def uid_fetch(  # noqa: PLR0913 - one word for each thing FETCH can bring
        self,
        uids: UidSet,
        *,
        flags: bool = True,
        internal_date: bool = False,
        size: bool = False,
        header_fields: tuple[str, ...] | None = None,
        body: bool = False,
        changed_since: int | None = None,
    ) -> FetchStream:
        """Ask for messages at once; iterate over the answer as it arrives.

        `header_fields=()` asks for the whole header.
        """
        items = FetchItems(flags, internal_date, size, header_fields, body, changed_since)
        parts = uids.split_by_octets(_SET_OCTETS)
        return FetchStream(
            self._wire, [UidFetch(part, items, self.limits.answers) for part in parts]
        )

    async def uid_store(
        self,
        uids: UidSet,
        add: Iterable[str] = frozenset(),
        remove: Iterable[str] = frozenset(),
    ) -> None:
        """Add and take away flags."""
        for sign, flags in (("+", frozenset(add)), ("-", frozenset(remove))):
            if flags:
                for part in uids.split_by_octets(_SET_OCTETS):
                    await self._run(UidStore(part, sign, flags))

    async def uid_move(self, uids: UidSet, name: str) -> None:
        """Move messages to another mailbox. Raises CommandRefused without MOVE."""
        for part in uids.split_by_octets(_SET_OCTETS):
            await self._run(UidMove(part, name))

    async def append(
        self,
        name: str,
        message: bytes,
        flags: Iterable[str] = frozenset(),
        internal_date: datetime | None = None,
    ) -> AppendUid | None:
        """Put a message into a mailbox; return where it lies if the server tells."""
        command = await self._run(Append(name, message, frozenset(flags), internal_date))
        return command.appended

    def idle(self, renew: float | None = None) -> Listening:
        """Listen for changes: `async with client.idle() as notices: async for notice in …`."""
        limits = self.limits
        return Listening(self._wire, renew=renew or limits.idle_seconds, poll=limits.poll_seconds)

    async def noop(self) -> None:
        """Let the server speak; what it tells is kept for the next `idle`."""
        await self._run(Noop())

    def pending_notices(self) -> list[Notice]:
        """Return what was told besides the answers so far, without waiting; each only once."""
        return list(drain(self._wire))

    async def sign_out(self) -> None:
        """Say goodbye and close; a server that does not answer is left anyway."""
        with contextlib.suppress(NetError, IllegalCommand, TimeoutError):
            async with asyncio.timeout(self.limits.goodbye_seconds):
                await self._run(Logout())
        await self.close()

    async def close(self) -> None:
        """Close at once. Idempotent."""
        self._wire.fail(ConnectionLost(self._wire.server.host, self._wire.server.port))
        await asyncio.sleep(0)

    async def _run(self, command: AnyCommand) -> AnyCommand:
        """Send a command and wait for its OK. Raises CommandRefused for NO and BAD."""
        server = self._wire.server
        try:
            self._wire.send(command)
            async with asyncio.timeout(self.limits.command_seconds):
                outcome = await self._wire.completed(command)
        except IllegalCommand as error:
            raise CommandRefused(server.host, server.port, str(error)) from error
        except TimeoutError:
            self._wire.fail(ConnectionLost(server.host, server.port))
            raise ConnectionLost(server.host, server.port) from None
        self._check(outcome)
        return command

    def _check(self, outcome: Condition) -> None:
        if outcome.kind != "OK":
            raise error_for_command(outcome, self._wire.server.host, self._wire.server.port)

    async def _ask_id(self) -> dict[str, str]:
        try:
            return (await self._run(Id(_IDENTITY))).server
        except CommandRefused:
            return {}

    async def _open(self, command: Examine) -> Selected:
        self._wire.notices.clear()
        self._selected = (await self._run(command)).selected
        return self._selected

    async def _statuses(self, rows: list[Listed]) -> dict[bytes, Status]:
        """Count many mailboxes in one round trip; one that is refused stays uncounted."""
        names = self._wire.connection.names
        commands = [(row, StatusCommand(names.parse(row.wire_name))) for row in rows]
        for _, command in commands:
            self._wire.send(command)
        found = {}
        for row, command in commands:
            await self._wire.completed(command)
            if command.status is not None:
                found[row.wire_name] = command.status
        return found

    def _mailbox(self, row: Listed, status: Status | None) -> Mailbox:
        lower = {word.lower() for word in row.attributes}
        use = next((use for use in _SPECIAL_USES if use.lower() in lower), None)
        name = self._wire.connection.names.parse(row.wire_name)
        return Mailbox(name, row.delimiter, row.attributes, use, status)


def _can_open(row: Listed) -> bool:
    return not {"\\noselect", "\\nonexistent"} & {word.lower() for word in row.attributes}
