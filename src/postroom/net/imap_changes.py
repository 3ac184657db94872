"""All that changes a mailbox: flags, copies, moves, a new message. Nothing removes one."""

from collections.abc import Sequence

from postroom.imap.capabilities import append_limit
from postroom.imap.commands.append import Append, AppendUid
from postroom.imap.commands.mailbox import StatusCommand
from postroom.imap.commands.relocate import CopyUid, UidCopy
from postroom.imap.commands.store import UidStore
from postroom.imap.uid_set import UidSet
from postroom.net.errors import CommandRefused, MessageTooLarge
from postroom.net.imap_exchange import exchange
from postroom.net.imap_wire import ImapWire

Change = tuple[str, frozenset[str]]


async def store(
    wire: ImapWire, uids: UidSet, changes: Sequence[Change], unchanged_since: int | None
) -> UidSet:
    """Make changes, each a sign and flags; return the UIDs that were left alone."""
    stored = uids
    for sign, flags in changes:
        if not stored or not flags:
            continue
        command = await _store(wire, UidStore(stored, sign, flags, unchanged_since))
        stored -= command.left_alone
        if unchanged_since is not None:
            # What was changed last is no stranger's change: it was ours.
            unchanged_since = max(unchanged_since, command.modseq)
    return uids - stored


async def _store(wire: ImapWire, command: UidStore) -> UidStore:
    """Some left alone is no refusal, though servers may say NO of it (RFC 7162 §3.1.3)."""
    try:
        return await exchange(wire, command)
    except CommandRefused as refusal:
        if refusal.code != "MODIFIED":
            raise
        return command


async def relocate(wire: ImapWire, commands: Sequence[UidCopy]) -> CopyUid | None:
    """Copy or move; return where the messages lie, as far as the server tells."""
    told = [(await exchange(wire, command)).copied for command in commands]
    known = [one for one in told if one is not None]
    if not known:
        return None
    # Numbers of a mailbox that was made anew in between belong to nothing.
    last = known[-1].uidvalidity
    uids = [one.uids for one in known if one.uidvalidity == last]
    return CopyUid(last, {old: new for pairs in uids for old, new in pairs.items()})


async def append(wire: ImapWire, command: Append) -> AppendUid | None:
    """Put a message into a mailbox. Raises MessageTooLarge before its first octet is sent."""
    limit = await _append_limit(wire, command.name)
    if limit is not None and command.size > limit:
        raise MessageTooLarge(wire.server)
    return (await exchange(wire, command)).appended


async def _append_limit(wire: ImapWire, name: str) -> int | None:
    """Return the octets a message there may have: the account's limit, or the mailbox's own."""
    capabilities = wire.connection.capabilities
    if "APPENDLIMIT" not in capabilities:
        return append_limit(capabilities)
    status = (await exchange(wire, StatusCommand(name))).status
    return status.append_limit if status else None
