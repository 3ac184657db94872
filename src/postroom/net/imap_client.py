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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final, Self

from postroom.imap.capabilities import Tier, extensions_to_enable, tier_for
from postroom.imap.commands.append import Append, AppendUid
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
from postroom.imap.commands.relocate import CopyUid, UidCopy, UidMove
from postroom.imap.commands.search import UidSearch, UidSearchPeople
from postroom.imap.commands.session import Compress, Enable, Id, Logout, Namespace, Noop
from postroom.imap.errors import IllegalCommand
from postroom.imap.framing import OpenLiteral
from postroom.imap.limits import Limits
from postroom.imap.responses import Listed, Namespaces, Status
from postroom.imap.uid_set import UidSet
from postroom.net.credentials import Credential
from postroom.net.errors import CommandRefused, ConnectionLost, NetError
from postroom.net.fetch_stream import FetchStream
from postroom.net.imap_changes import append, relocate, store
from postroom.net.imap_exchange import exchange
from postroom.net.imap_opening import open_wire
from postroom.net.imap_sign_in import sign_in
from postroom.net.imap_wire import ImapWire
from postroom.net.listening import Listening
from postroom.net.notices import Notice
from postroom.net.server import AllowedNetworks, Server

_SET_OCTETS: Final = 7_000
_SEARCH_WINDOW: Final = 50_000
_IDENTITY: Final = {"name": "Postroom"}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox of the account. `status` is None for one that cannot be opened."""

    name: str
    delimiter: str | None
    attributes: frozenset[str]
    status: Status | None


class ImapClient:
    """One connection. Its methods may be called from several tasks; commands are pipelined."""

    def __init__(self, wire: ImapWire) -> None:
        """Wrap a wire that was greeted; use `connect`.

        `opened` is the mailbox that is open, `selected` what was told when it was opened;
        `opening` is the one whose opening is not answered, or was not when the connection ended.
        """
        self._wire = wire
        self.selected = Selected()
        self.opened = ""
        self.opening = ""

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
    def awaited_message(self) -> int | None:
        """The UID whose text the server is to give next, or was when the connection ended."""
        return self._wire.connection.awaited_message

    @property
    def limits(self) -> Limits:
        """The bounds this connection keeps."""
        return self._wire.limits

    async def sign_in(self, credential: Credential) -> None:
        """Sign in, re-read capabilities, say who we are, switch extensions on. Never retries."""
        await sign_in(self._wire, credential)
        if "ID" in self.capabilities:
            # Seen: NetEase refuses every SELECT of a client that has not said who it is.
            with contextlib.suppress(CommandRefused):
                await exchange(self._wire, Id(_IDENTITY))
        wanted = extensions_to_enable(self.capabilities)
        if wanted:
            with contextlib.suppress(CommandRefused):
                await exchange(self._wire, Enable(wanted))

    async def compress(self) -> None:
        """Compress both directions. It costs the server more than the wire gains, so never unasked.

        Raises CommandRefused where COMPRESS=DEFLATE is not offered.
        """
        await exchange(self._wire, Compress())

    async def notify(self) -> None:
        """Hear of changes in every mailbox while `idle`, as `ElsewhereChanged`.

        Raises CommandRefused where NOTIFY is not offered.
        """
        await exchange(self._wire, Notify())

    async def namespaces(self) -> Namespaces | None:
        """Return where mailboxes live, if the server says."""
        return (await exchange(self._wire, Namespace())).found

    async def list_mailboxes(self) -> list[Mailbox]:
        """Return every mailbox with its counts, in one round trip where the server can."""
        command = await exchange(self._wire, List(self.limits))
        statuses = dict(command.statuses)
        missing = [row for row in command.rows if row.wire_name not in statuses and _can_open(row)]
        if missing and len(missing) == len([row for row in command.rows if _can_open(row)]):
            statuses |= await self._statuses(missing)
        return [self._mailbox(row, statuses.get(row.wire_name)) for row in command.rows]

    async def status(self, name: str) -> Status:
        """Return the counts of one mailbox. Raises FolderVanished."""
        command = await exchange(self._wire, StatusCommand(name))
        if command.status is None:
            raise CommandRefused(self._wire.server)
        return command.status

    async def examine(self, name: str, qresync: QresyncState | None = None) -> Selected:
        """Open a mailbox to read. With `qresync`, its changes since then come along."""
        return await self._open(Examine(name, qresync, self.limits))

    async def select(self, name: str, qresync: QresyncState | None = None) -> Selected:
        """Open a mailbox to write flags; only the action log needs to."""
        return await self._open(Select(name, qresync, self.limits))

    async def uid_search_all(self) -> UidSet:
        """Return every UID of the open mailbox.

        By windows of sequence numbers, the highest first: when messages are removed meanwhile, the
        others move to windows not yet asked for, so none is missed.
        """
        return await self._search_windows(None)

    async def uid_search_since(self, day: date) -> UidSet:
        """Return the UIDs of the open mailbox's messages that came on this day or later."""
        return await self._search_windows(day)

    async def uid_search_message_id(self, message_id: str) -> UidSet:
        """Return the UIDs of messages with this Message-ID in the open mailbox."""
        return (await exchange(self._wire, UidSearch(self.limits, message_id=message_id))).uids

    async def uid_search_people(self, addresses: Sequence[str], among: UidSet) -> UidSet:
        """Return the UIDs in the range of `among` whose headers name one of the addresses."""
        search = UidSearchPeople(self.limits, addresses, among)
        return (await exchange(self._wire, search)).uids

    def uid_fetch(  # noqa: PLR0913 - one word for each thing FETCH can bring
        self,
        uids: UidSet,
        *,
        flags: bool = True,
        internal_date: bool = False,
        size: bool = False,
        header_fields: tuple[str, ...] | None = None,
        body: bool = False,
        preview: bool = False,
        changed_since: int | None = None,
    ) -> FetchStream:
        """Ask for messages at once; iterate over the answer as it arrives.

        `header_fields=()` asks for the whole header; `preview` for a line of text, which only some
        servers give.
        """
        items = FetchItems(flags, internal_date, size, header_fields, body, preview, changed_since)
        commands = [UidFetch(part, items, self.limits.answers) for part in _parts(uids)]
        return FetchStream(self._wire, commands)

    async def uid_store(
        self,
        uids: UidSet,
        add: Iterable[str] = frozenset(),
        remove: Iterable[str] = frozenset(),
        *,
        unchanged_since: int | None = None,
    ) -> UidSet:
        """Add and take away flags; return those left alone as `unchanged_since` demands.

        Raises CommandRefused for `unchanged_since` without CONDSTORE.
        """
        changes = (("+", frozenset(add)), ("-", frozenset(remove)))
        left_alone = UidSet()
        for part in _parts(uids):
            left_alone |= await store(self._wire, part, changes, unchanged_since)
        return left_alone

    @property
    def can_move(self) -> bool:
        """Whether the server knows MOVE. Without it nothing here could: see `relocate`."""
        return not self.capabilities.isdisjoint(("MOVE", "IMAP4REV2"))

    async def uid_move(self, uids: UidSet, name: str) -> CopyUid | None:
        """Move messages to another mailbox; return where they lie if the server tells.

        Raises CommandRefused unless `can_move`, FolderVanished when there is no such mailbox.
        """
        return await relocate(self._wire, [UidMove(part, name) for part in _parts(uids)])

    async def uid_copy(self, uids: UidSet, name: str) -> CopyUid | None:
        """Copy messages to another mailbox; return where the copies lie if the server tells."""
        return await relocate(self._wire, [UidCopy(part, name) for part in _parts(uids)])

    async def append(
        self,
        name: str,
        message: bytes,
        flags: Iterable[str] = frozenset(),
        internal_date: datetime | None = None,
    ) -> AppendUid | None:
        """Put a message into a mailbox; return where it lies if the server tells.

        Raises MessageTooLarge, before a single octet, when it is over APPENDLIMIT (RFC 7889).
        """
        return await append(self._wire, Append(name, message, frozenset(flags), internal_date))

    def idle(self) -> Listening:
        """Listen for changes: `async with client.idle() as notices: async for notice in …`."""
        limits = self.limits
        return Listening(self._wire, renew=limits.idle_seconds, poll=limits.poll_seconds)

    async def noop(self) -> None:
        """Let the server speak; what it tells is kept for the next `idle`."""
        await exchange(self._wire, Noop())

    def pending_notices(self) -> list[Notice]:
        """Return what was told besides the answers so far, without waiting; each only once."""
        return list(iter(self._wire.notices.take, None))

    async def sign_out(self) -> None:
        """Say goodbye and close; a server that does not answer is left anyway."""
        with contextlib.suppress(NetError, IllegalCommand, TimeoutError):
            async with asyncio.timeout(self.limits.goodbye_seconds):
                await exchange(self._wire, Logout())
        await self.close()

    async def close(self) -> None:
        """Close at once. Idempotent."""
        self._wire.fail(ConnectionLost(self._wire.server))
        await asyncio.sleep(0)

    async def _open(self, command: Examine) -> Selected:
        self._wire.notices.close_mailbox()
        self.opened, self.opening = "", command.name
        try:
            self.selected = (await exchange(self._wire, command)).selected
        except CommandRefused:
            self.opening = ""
            raise
        self.opened, self.opening = command.name, ""
        return self.selected

    async def _search_windows(self, since: date | None) -> UidSet:
        exists = self.selected.exists
        if exists <= _SEARCH_WINDOW:
            return (await exchange(self._wire, UidSearch(self.limits, since=since))).uids
        found = UidSet()
        for last in range(exists, 0, -_SEARCH_WINDOW):
            window = (max(1, last - _SEARCH_WINDOW + 1), last)
            search = UidSearch(self.limits, sequences=window, since=since)
            found |= (await exchange(self._wire, search)).uids
        return found

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
        name = self._wire.connection.names.parse(row.wire_name)
        return Mailbox(name, row.delimiter, row.attributes, status)


def _can_open(row: Listed) -> bool:
    return not {"\\noselect", "\\nonexistent"} & {word.lower() for word in row.attributes}


def _parts(uids: UidSet) -> Iterator[UidSet]:
    return uids.split_by_octets(_SET_OCTETS)
