"""Changes as the client makes them: within the server's limits, and never over a stranger's."""

import contextlib
from collections.abc import AsyncIterator

import pytest

from postroom.imap.uid_set import UidSet
from postroom.net.credentials import Password
from postroom.net.errors import CommandRefused, FolderVanished, MessageTooLarge
from postroom.net.imap_client import ImapClient
from postroom.net.server import AllowedNetworks, Security, Server
from servers.scripted import Dialogue, ScriptedServer, scripted

LETTER = b"Subject: x\r\n\r\n" + b"x" * 86


@contextlib.asynccontextmanager
async def client_of(
    capabilities: bytes, answers: dict[bytes, bytes]
) -> AsyncIterator[tuple[ImapClient, ScriptedServer]]:
    """A client in an open mailbox; a line that holds a key is answered with its value."""

    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(b"* OK [CAPABILITY IMAP4rev1 " + capabilities + b"] ready")
        while True:
            tag, _, rest = (await dialogue.line()).partition(b" ")
            if rest.endswith(b"+}"):
                await dialogue.octets(len(LETTER) + 2)
            answer = next((answers[key] for key in answers if key in rest), b"$ OK done")
            await dialogue.send(answer.replace(b"$", tag))

    async with scripted(play) as server:
        allowed = AllowedNetworks.parse("127.0.0.0/8", str(server.port))
        address = Server(server.host, server.port, Security.NONE)
        client = await ImapClient.connect(address, allowed)
        await client.sign_in(Password("alice", "secret"))
        await client.select("INBOX")
        yield client, server
        await client.close()


@pytest.mark.parametrize(
    ("capabilities", "status"),
    [
        (b"APPENDLIMIT=99", b""),
        (b"APPENDLIMIT", b"* STATUS Sent (MESSAGES 1 APPENDLIMIT 99)\r\n"),
    ],
)
async def test_a_message_over_the_limit_is_not_offered(capabilities: bytes, status: bytes) -> None:
    offered = b"LITERAL+ " + capabilities
    async with client_of(offered, {b"STATUS": status + b"$ OK done"}) as (client, server):
        with pytest.raises(MessageTooLarge):
            await client.append("Sent", LETTER)
        assert b"APPEND " not in server.heard.clear


async def test_a_mailbox_without_a_limit_takes_everything() -> None:
    nil = b"* STATUS Sent (APPENDLIMIT NIL)\r\n$ OK done"
    async with client_of(b"LITERAL+ APPENDLIMIT", {b"STATUS": nil}) as (client, server):
        assert await client.append("Sent", LETTER) is None
        assert LETTER in server.heard.clear


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (b"$ NO [TOOBIG] no", MessageTooLarge),
        (b"$ NO [TRYCREATE] no", FolderVanished),
        (b"$ NO no", CommandRefused),
    ],
)
async def test_a_refused_message_says_why(refusal: bytes, error: type[CommandRefused]) -> None:
    async with client_of(b"LITERAL+", {b"APPEND": refusal}) as (client, _):
        with pytest.raises(error):
            await client.append("Sent", LETTER)
        await client.noop()


async def test_our_own_first_change_is_no_strangers() -> None:
    added = b"* 1 FETCH (UID 1 MODSEQ (20))\r\n$ OK [MODIFIED 2] some changed"
    answers = {b"+FLAGS": added, b"-FLAGS": b"$ NO [MODIFIED 3] one is gone"}
    async with client_of(b"CONDSTORE", answers) as (client, server):
        uids = UidSet([1, 2, 3])
        left_alone = await client.uid_store(uids, {"\\Seen"}, {"\\Flagged"}, unchanged_since=12)
    assert left_alone == UidSet([2, 3])
    assert b"UID STORE 1:3 (UNCHANGEDSINCE 12) +FLAGS.SILENT (\\Seen)" in server.heard.clear
    assert b"UID STORE 1,3 (UNCHANGEDSINCE 20) -FLAGS.SILENT (\\Flagged)" in server.heard.clear


async def test_nothing_is_moved_where_the_server_cannot() -> None:
    async with client_of(b"UIDPLUS", {}) as (client, server):
        assert not client.can_move
        with pytest.raises(CommandRefused):
            await client.uid_move(UidSet([1]), "Done")
    for word in (b"COPY", b"STORE", b"EXPUNGE", b"MOVE"):
        assert word not in server.heard.clear
