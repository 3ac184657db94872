"""The same conversation with Dovecot (all extensions, and none), Cyrus and Courier."""

import asyncio
import imaplib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from postroom.imap.capabilities import Tier
from postroom.imap.commands.mailbox import QresyncState
from postroom.imap.commands.relocate import CopyUid
from postroom.imap.limits import Limits
from postroom.imap.mailbox_name import encode_utf7
from postroom.imap.responses import Exists
from postroom.imap.uid_set import UidSet
from postroom.net.credentials import Password
from postroom.net.errors import CommandRefused, FolderVanished, SignInRefused
from postroom.net.imap_client import ImapClient
from postroom.net.server import AllowedNetworks, Security, Server
from servers import peers
from servers.dovecot import dovecot

USERS = {"alice": "secret"}
ODD_NAME = "Entwürfe & 日本語"
DATE = datetime(2024, 2, 29, 12, 34, 56, tzinfo=UTC)


@dataclass
class Peer:
    """A server under test, and how good it can be."""

    host: str
    port: int
    tier: Tier
    checks_passwords: bool = True


def bare_dovecot() -> AbstractContextManager[object]:
    return dovecot(USERS, capability="IMAP4rev1 UIDPLUS")


PEERS: dict[str, tuple[Callable[[], AbstractContextManager[object]], Tier]] = {
    "dovecot": (lambda: dovecot(USERS), Tier.QRESYNC),
    "dovecot without extensions": (bare_dovecot, Tier.PLAIN),
    "cyrus": (lambda: peers.cyrus(USERS), Tier.QRESYNC),
    "courier": (lambda: peers.courier(USERS), Tier.PLAIN),
}


@pytest.fixture(params=PEERS)
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    name = request.param
    if name == "cyrus" and not ((peers.CYRUS / "master").exists() and os.geteuid() == 0):
        pytest.skip("Cyrus is not here: see tests/servers/peers.py")
    if name == "courier" and not peers.COURIER.exists():
        pytest.skip("Courier is not here: see tests/servers/peers.py")
    start, tier = PEERS[name]
    with start() as running:
        yield Peer(running.host, running.port, tier, name != "cyrus")  # type: ignore[attr-defined]


async def connect(peer: Peer) -> ImapClient:
    allowed = AllowedNetworks.parse("127.0.0.0/8", str(peer.port))
    server = Server(peer.host, peer.port, Security.NONE)
    client = await ImapClient.connect(server, allowed, limits=Limits(poll_seconds=0.2))
    await client.sign_in(Password("alice", "secret"))
    return client


def create(peer: Peer, name: str) -> None:
    """Make a mailbox the way another program would; ours cannot."""
    with imaplib.IMAP4(peer.host, peer.port) as other:
        other.login("alice", "secret")
        status, words = other.create('"' + encode_utf7(name).decode() + '"')
        assert status == "OK", words


def letter(number: int) -> bytes:
    return (
        f"Message-ID: <{number}@example.com>\r\nSubject: Nr. {number}\r\nFrom: a@b.example\r\n\r\n"
        f"Grüße {number}\r\n".encode()
        + b"x" * number
        + b"\r\n"
    )


async def test_it_finds_its_way_about(peer: Peer) -> None:
    create(peer, "INBOX." + ODD_NAME if await is_courier(peer) else ODD_NAME)
    client = await connect(peer)
    assert client.tier is peer.tier
    mailboxes = {box.name: box for box in await client.list_mailboxes()}
    odd = next(name for name in mailboxes if name.endswith(ODD_NAME))
    for name in ("INBOX", odd):
        status = mailboxes[name].status
        assert status is not None
        assert (status.messages, status.unseen) == (0, 0)
        assert status.uidvalidity
        # Seen: Courier gives a mailbox that was never opened a new UIDVALIDITY at each STATUS.
        assert (await client.status(name)).messages == 0
    assert (await client.examine(odd)).exists == 0
    with pytest.raises(FolderVanished):
        await client.examine("INBOX.nowhere" if "INBOX." in odd else "nowhere")
    with pytest.raises(CommandRefused):
        await client.status("INBOX.nowhere" if "INBOX." in odd else "nowhere")
    await client.noop()
    await client.sign_out()


async def is_courier(peer: Peer) -> bool:
    client = await connect(peer)
    names = [box.delimiter for box in await client.list_mailboxes()]
    await client.sign_out()
    return names == ["."]


async def test_messages_come_as_they_were_put(peer: Peer) -> None:
    client = await connect(peer)
    for number in range(1, 6):
        flags = {"\\Seen"} if number % 2 else {"\\Flagged"}
        lies = await client.append("INBOX", letter(number), flags, DATE)
        if "UIDPLUS" in client.capabilities:
            assert lies is not None
    selected = await client.examine("INBOX")
    assert selected.exists == 5
    uids = await client.uid_search_all()
    assert len(uids) == 5
    found = {m.uid: m async for m in client.uid_fetch(uids, internal_date=True, size=True)}
    bodies = {m.uid: m.body async for m in client.uid_fetch(uids, flags=False, body=True)}
    headers = {m.uid: m.header async for m in client.uid_fetch(uids, header_fields=("Subject",))}
    for number, uid in enumerate(uids, start=1):
        assert bodies[uid] == letter(number)
        assert found[uid].size == len(letter(number))
        assert found[uid].internal_date == DATE
        assert ("\\Seen" in (found[uid].flags or ())) == bool(number % 2)
        assert (headers[uid] or b"").strip() == f"Subject: Nr. {number}".encode()
    assert await client.uid_search_message_id("<3@example.com>") == UidSet([list(uids)[2]])
    again = {m.uid: m.flags async for m in client.uid_fetch(uids)}
    assert {u: f - {"\\Recent"} for u, f in again.items() if f is not None} == {
        u: (m.flags or frozenset()) - {"\\Recent"} for u, m in found.items()
    }
    await client.sign_out()


async def test_windows_are_asked_for_ahead(peer: Peer) -> None:
    client = await connect(peer)
    await asyncio.gather(*(client.append("INBOX", letter(n)) for n in range(60)))
    await client.examine("INBOX")
    uids = await client.uid_search_all()
    streams = [client.uid_fetch(w, body=True) for w in uids.windows_newest_first(7)]
    seen = [m.uid for stream in streams for m in [x async for x in stream]]
    assert sorted(seen) == list(uids)
    async for _ in client.uid_fetch(uids, body=True):
        break
    assert (await client.status("INBOX")).messages == 60
    await client.sign_out()


async def test_changes_of_one_are_heard_by_another(peer: Peer) -> None:
    reader, writer = await connect(peer), await connect(peer)
    await writer.append("INBOX", letter(1))
    await reader.examine("INBOX")
    async with reader.idle() as notices:
        await writer.append("INBOX", letter(2))
        async with asyncio.timeout(20):
            async for notice in notices:
                if isinstance(notice, Exists) and notice.count == 2:
                    break
    await writer.select("INBOX")
    uids = await writer.uid_search_all()
    await writer.uid_store(uids, add={"\\Answered"}, remove={"\\Flagged"})
    await reader.noop()
    flags = [message.flags or frozenset() async for message in reader.uid_fetch(uids)]
    assert all("\\Answered" in one for one in flags)
    assert len(flags) == 2
    await reader.sign_out()
    await writer.sign_out()


async def test_a_move_leaves_and_arrives(peer: Peer) -> None:
    client, target = await client_with_letters(peer)
    uids = await client.uid_search_all()
    moved = UidSet([uids.first, uids.last])
    if not client.can_move:
        with pytest.raises(CommandRefused):
            await client.uid_move(moved, target)
        assert await client.uid_search_all() == uids
        return
    told = await client.uid_move(moved, target)
    assert await client.uid_search_all() == uids - moved
    assert await letters_at(client, target, told) == {
        uids.first: letter(1),
        uids.last: letter(3),
    }
    await client.sign_out()


async def test_a_copy_stays_and_arrives(peer: Peer) -> None:
    client, target = await client_with_letters(peer)
    uids = await client.uid_search_all()
    told = await client.uid_copy(uids, target)
    assert await client.uid_search_all() == uids
    if "UIDPLUS" in client.capabilities:
        expected = {uid: letter(number) for number, uid in enumerate(uids, start=1)}
        assert await letters_at(client, target, told) == expected
    with pytest.raises(CommandRefused):
        await client.uid_copy(uids, target + " of nobody")
    await client.sign_out()


async def client_with_letters(peer: Peer) -> tuple[ImapClient, str]:
    """Return a client with three letters in its open INBOX, and another folder's name."""
    target = "INBOX.Done" if await is_courier(peer) else "Done"
    create(peer, target)
    client = await connect(peer)
    for number in (1, 2, 3):
        await client.append("INBOX", letter(number))
    await client.select("INBOX")
    return client, target


async def letters_at(client: ImapClient, target: str, told: CopyUid | None) -> dict[int, bytes]:
    """Return what lies where the server said it put each message."""
    assert told is not None
    assert (await client.examine(target)).uidvalidity == told.uidvalidity
    there = UidSet(told.uids.values())
    bodies = {m.uid: m.body or b"" async for m in client.uid_fetch(there, body=True)}
    return {old: bodies[new] for old, new in told.uids.items()}


async def test_a_change_meanwhile_is_left_alone(peer: Peer) -> None:
    if peer.tier is Tier.PLAIN:
        pytest.skip("this server has no CONDSTORE")
    client, _ = await client_with_letters(peer)
    uids = await client.uid_search_all()
    known = (await client.select("INBOX")).highestmodseq
    other = await connect(peer)
    await other.select("INBOX")
    await other.uid_store(UidSet([uids.first]), add={"\\Flagged"})
    left_alone = await client.uid_store(
        uids, add={"\\Seen"}, remove={"\\Flagged"}, unchanged_since=known
    )
    assert left_alone == UidSet([uids.first])
    flags = {m.uid: (m.flags or frozenset()) - {"\\Recent"} async for m in client.uid_fetch(uids)}
    assert flags == {uid: frozenset({"\\Seen"}) for uid in uids} | {
        uids.first: frozenset({"\\Flagged"})
    }
    await other.sign_out()
    await client.sign_out()


async def test_only_what_changed_comes_again(peer: Peer) -> None:
    if peer.tier is Tier.PLAIN:
        pytest.skip("this server has no CONDSTORE")
    client = await connect(peer)
    for number in range(4):
        await client.append("INBOX", letter(number))
    before = await client.select("INBOX")
    uids = await client.uid_search_all()
    assert before.highestmodseq is not None
    assert before.uidvalidity is not None
    await client.uid_store(UidSet([uids.first]), add={"\\Seen"})
    create(peer, "Done")
    await client.uid_move(UidSet([uids.last]), "Done")
    changed = client.uid_fetch(uids, changed_since=before.highestmodseq)
    assert [message.uid async for message in changed] == [uids.first]
    state = QresyncState(before.uidvalidity, before.highestmodseq, uids)
    after = await client.examine("INBOX", state)
    assert [message.uid for message in after.changed] == [uids.first]
    assert after.vanished == UidSet([uids.last])
    await client.sign_out()


async def test_a_wrong_password_is_named(peer: Peer) -> None:
    if not peer.checks_passwords:
        pytest.skip("this server takes any password")
    allowed = AllowedNetworks.parse("127.0.0.0/8", str(peer.port))
    server = Server(peer.host, peer.port, Security.NONE)
    client = await ImapClient.connect(server, allowed)
    with pytest.raises(SignInRefused):
        await client.sign_in(Password("alice", "wrong"))
    await client.close()
