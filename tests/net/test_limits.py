"""Every limit is hit, and what is left afterwards: time, back pressure, floods, listening."""

import asyncio
import contextlib
import gc
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest

from postroom.imap.limits import Limits
from postroom.imap.responses import Exists, Vanished
from postroom.imap.uid_set import UidSet
from postroom.net import errors
from postroom.net.credentials import Password
from postroom.net.imap_client import ImapClient
from postroom.net.notices import ElsewhereChanged, FlagsChanged
from postroom.net.server import AllowedNetworks, Security, Server
from servers.dovecot import dovecot
from servers.scripted import Dialogue, scripted

BASE = Limits(goodbye_seconds=0.2)
Reply = Callable[[Dialogue, bytes, bytes], "asyncio.Future[None] | object"]


@contextlib.asynccontextmanager
async def client_of(
    answers: dict[bytes, list[bytes]],
    limits: Limits = BASE,
    capabilities: bytes = b"IMAP4rev1 IDLE",
) -> AsyncIterator[ImapClient]:
    """A client signed in to a server that says `answers` and then OK, or is silent for `...`."""

    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(b"* OK [CAPABILITY " + capabilities + b"] ready")
        while True:
            tag, word, rest = await dialogue.command()
            said = word + b" " + rest if word == b"UID" else word
            key = next((key for key in answers if said.upper().startswith(key)), None)
            lines = answers[key] if key else []
            await dialogue.send(*(line.replace(b"$", tag, 1) for line in lines if line != b"..."))
            if tag != b"DONE" and not any(line == b"..." or b"$" in line for line in lines):
                await dialogue.send(tag + b" OK done")

    async with scripted(play) as server:
        allowed = AllowedNetworks.parse("127.0.0.0/8", str(server.port))
        address = Server("127.0.0.1", server.port, Security.NONE)
        client = await ImapClient.connect(address, allowed, limits=limits)
        await client.sign_in(Password("alice", "secret"))
        yield client
        await client.close()


async def test_a_list_of_mailboxes_has_an_end() -> None:
    rows = [b'* LIST () "/" m%d' % n for n in range(30)]
    async with client_of({b"LIST": rows}, replace(BASE, mailboxes=29)) as client:
        with pytest.raises(errors.ProtocolViolation):
            await client.list_mailboxes()
    async with client_of({b"LIST": rows}, replace(BASE, mailboxes=30)) as client:
        assert len(await client.list_mailboxes()) == 30


async def test_a_search_finds_so_much_and_no_more() -> None:
    found = [b"* SEARCH 1 3 5", b"* SEARCH 7 9"]
    async with client_of({b"UID SEARCH": found}, replace(BASE, found_ranges=4)) as client:
        await client.examine("INBOX")
        with pytest.raises(errors.ProtocolViolation):
            await client.uid_search_all()


async def test_a_search_is_answered_so_often_and_no_more() -> None:
    found = [b"* SEARCH 1"] * 6
    async with client_of({b"UID SEARCH": found}, replace(BASE, found_answers=5)) as client:
        await client.examine("INBOX")
        with pytest.raises(errors.ProtocolViolation):
            await client.uid_search_all()


async def test_names_of_mailboxes_are_so_long_together() -> None:
    rows = [b'* LIST (\\HasNoChildren) "/" ' + b"m" * 500 for _ in range(4)]
    async with client_of({b"LIST": rows}, replace(BASE, listing=2_000)) as client:
        with pytest.raises(errors.ProtocolViolation):
            await client.list_mailboxes()


async def test_a_message_is_answered_so_often_and_no_more() -> None:
    same = [b"* 1 FETCH (UID 1 FLAGS ())"] * 102
    async with client_of({b"UID FETCH": same}, replace(BASE, answers=1)) as client:
        await client.examine("INBOX")
        with pytest.raises(errors.ProtocolViolation):
            _ = [message async for message in client.uid_fetch(UidSet([1]))]


async def test_what_nobody_asked_for_has_an_end() -> None:
    flood = [b"* 5 EXISTS"] * 50
    async with client_of({b"NOOP": flood}, replace(BASE, unasked=49)) as client:
        with pytest.raises(errors.ProtocolViolation):
            await client.noop()


async def test_notices_nobody_takes_are_few() -> None:
    flood = [b"* %d EXISTS" % n for n in range(50)]
    async with client_of({b"NOOP": flood}, replace(BASE, notices=10)) as client:
        await client.examine("INBOX")
        await client.noop()
        assert client.pending_notices() == [Exists(n) for n in range(40, 50)]
        assert client.pending_notices() == []


async def test_notices_nobody_takes_are_small() -> None:
    flood = [b"* VANISHED 1,3,5,%d" % n for n in range(7, 107)]
    async with client_of({b"NOOP": flood}, replace(BASE, notice_octets=330)) as client:
        await client.examine("INBOX")
        await client.noop()
        last = [Vanished(UidSet([1, 3, 5, n])) for n in range(97, 107)]
        assert client.pending_notices() == last


async def test_a_servers_words_are_few() -> None:
    long = b"$ NO " + b"w" * 5_000
    async with client_of({b"NOOP": [long]}, replace(BASE, server_words=50)) as client:
        with pytest.raises(errors.CommandRefused) as caught:
            await client.noop()
    assert caught.value.words == "w" * 49 + "…"


async def test_silence_ends_a_fetch() -> None:
    silent = {b"UID FETCH": [b"* 1 FETCH (UID 1 FLAGS ())", b"..."]}
    async with client_of(silent, replace(BASE, silence_seconds=0.2)) as client:
        await client.examine("INBOX")
        stream = client.uid_fetch(UidSet([1, 2]))
        assert (await anext(stream)).uid == 1
        with pytest.raises(errors.ConnectionLost):
            await anext(stream)


async def test_what_came_in_one_piece_with_nonsense_came_all_the_same() -> None:
    lines = [b"* 1 FETCH (UID 1 BODY[] {3}", b"one)", b"* 2 FETCH (UID 2 BODY[] {1}", b"two)"]
    async with client_of({b"UID FETCH": lines}) as client:
        await client.examine("INBOX")
        stream = client.uid_fetch(UidSet([1, 2]), body=True)
        assert (await anext(stream)).body == b"one"
        with pytest.raises(errors.ProtocolViolation):
            await anext(stream)


async def test_a_command_ends_in_time() -> None:
    async with client_of({b"NOOP": [b"..."]}, replace(BASE, command_seconds=0.1)) as client:
        with pytest.raises(errors.ConnectionLost):
            await client.noop()
        with pytest.raises(errors.ConnectionLost):
            await client.noop()


async def test_a_goodbye_is_not_waited_for() -> None:
    async with client_of({b"LOGOUT": [b"..."]}) as client:
        began = time.monotonic()
        await client.sign_out()
        assert time.monotonic() - began < 2


async def test_a_server_that_never_ends_its_challenges_is_left() -> None:
    answers = {b"AUTHENTICATE": [b"+ " for _ in range(30)] + [b"..."]}
    with pytest.raises(errors.ProtocolViolation):
        async with client_of(answers, replace(BASE, sasl_steps=3), b"IMAP4rev1 AUTH=PLAIN"):
            pass


async def test_a_connection_is_dialled_for_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", never)
    allowed = AllowedNetworks.parse("127.0.0.0/8", "1143")
    with pytest.raises(errors.ConnectTimedOut):
        await ImapClient.connect(
            Server("127.0.0.1", 1143, Security.NONE), allowed, limits=Limits(connect_seconds=0.1)
        )


async def test_reading_stops_while_nobody_takes_messages() -> None:
    letter = b"Subject: x\r\n\r\n" + b"x" * 100_000 + b"\r\n"
    with dovecot({"alice": "secret"}) as server:
        server.add("alice", "INBOX", [letter] * 200)
        allowed = AllowedNetworks.parse("127.0.0.0/8", str(server.port))
        address = Server(server.host, server.port, Security.NONE)
        limits = Limits(waiting=1_000_000, silence_seconds=0.3)
        client = await ImapClient.connect(address, allowed, limits=limits)
        await client.sign_in(Password("alice", "secret"))
        await client.examine("INBOX")
        stream = client.uid_fetch(UidSet(range(1, 201)), body=True)
        assert (await anext(stream)).body == letter
        # Longer than the limit of silence: who does not read cannot blame the server.
        await asyncio.sleep(0.8)
        held = sum(command.weight for command in client._wire._fetches)
        assert 1_000_000 < held < 3_000_000
        assert len([message async for message in stream]) == 199
        await client.sign_out()


async def test_windows_asked_for_ahead_do_not_fill_memory() -> None:
    letter = b"Subject: x\r\n\r\n" + b"x" * 100_000 + b"\r\n"
    with dovecot({"alice": "secret"}) as server:
        server.add("alice", "INBOX", [letter] * 200)
        allowed = AllowedNetworks.parse("127.0.0.0/8", str(server.port))
        address = Server(server.host, server.port, Security.NONE)
        client = await ImapClient.connect(address, allowed, limits=Limits(waiting=1_000_000))
        await client.sign_in(Password("alice", "secret"))
        await client.examine("INBOX")
        windows = UidSet(range(1, 201)).windows_newest_first(5)
        streams = [client.uid_fetch(window, body=True) for window in windows]
        assert (await anext(streams[0])).body == letter
        await asyncio.sleep(0.5)
        held = sum(len(c.arrived) for stream in streams for c in stream._commands)
        assert 9 < held < 40
        seen = [message.uid for stream in streams for message in [m async for m in stream]]
        assert len(seen) == 199
        await client.sign_out()


async def test_an_abandoned_stream_is_read_past() -> None:
    letter = b"Subject: x\r\n\r\n" + b"x" * 50_000 + b"\r\n"
    with dovecot({"alice": "secret"}) as server:
        server.add("alice", "INBOX", [letter] * 100)
        allowed = AllowedNetworks.parse("127.0.0.0/8", str(server.port))
        address = Server(server.host, server.port, Security.NONE)
        client = await ImapClient.connect(address, allowed, limits=Limits(waiting=200_000))
        await client.sign_in(Password("alice", "secret"))
        await client.examine("INBOX")
        async for _ in client.uid_fetch(UidSet(range(1, 101)), body=True):
            break
        gc.collect()
        async with asyncio.timeout(10):
            assert (await client.status("INBOX")).messages == 100
        await client.sign_out()


async def test_a_message_over_the_limit_is_named_and_the_next_one_comes() -> None:
    letters = [b"Subject: big\r\n\r\n" + b"x" * 300_000 + b"\r\n", b"Subject: small\r\n\r\n"]
    with dovecot({"alice": "secret"}) as server:
        server.add("alice", "INBOX", letters)
        allowed = AllowedNetworks.parse("127.0.0.0/8", str(server.port))
        address = Server(server.host, server.port, Security.NONE)
        client = await ImapClient.connect(address, allowed, limits=Limits(message=100_000))
        await client.sign_in(Password("alice", "secret"))
        await client.examine("INBOX")
        fetched = client.uid_fetch(UidSet([1, 2]), body=True)
        came = [(m.uid, m.too_large, m.body) async for m in fetched]
        assert came == [(1, True, None), (2, False, letters[1])]
        await client.sign_out()


async def test_listening_can_be_left_and_taken_up_again() -> None:
    with dovecot({"alice": "secret"}) as server:
        allowed = AllowedNetworks.parse("127.0.0.0/8", str(server.port))
        address = Server(server.host, server.port, Security.NONE)
        quick = Limits(idle_seconds=0.05)
        listener = await ImapClient.connect(address, allowed, limits=quick)
        writer = await ImapClient.connect(address, allowed)
        for client in (listener, writer):
            await client.sign_in(Password("alice", "secret"))
        await writer.append("INBOX", b"Subject: 1\r\n\r\n")
        await listener.examine("INBOX")
        with pytest.raises(TimeoutError):
            await hear_nothing(listener)
        assert (await listener.status("INBOX")).messages == 1
        async with listener.idle() as notices:
            await asyncio.sleep(0.3)
            await writer.select("INBOX")
            await writer.uid_store(UidSet([1]), add={"\\Seen"})
            async with asyncio.timeout(5):
                notice = await anext(notices)
        assert isinstance(notice, FlagsChanged)
        assert "\\Seen" in notice.flags
        await listener.noop()
        await listener.notify()
        async with listener.idle() as notices:
            await writer.append("Sent", b"Subject: 2\r\n\r\n")
            async with asyncio.timeout(5):
                assert await anext(notices) == ElsewhereChanged(b"Sent")
        await listener.sign_out()
        await writer.sign_out()


async def hear_nothing(client: ImapClient) -> None:
    async with asyncio.timeout(0.1), client.idle() as notices:
        await anext(notices)


async def test_a_server_killed_while_we_listen_is_noticed() -> None:
    with dovecot({"alice": "secret"}) as server:
        allowed = AllowedNetworks.parse("127.0.0.0/8", str(server.port))
        address = Server(server.host, server.port, Security.NONE)
        client = await ImapClient.connect(address, allowed)
        await client.sign_in(Password("alice", "secret"))
        await client.examine("INBOX")
        asyncio.get_running_loop().call_later(0.1, server.kill)
        with pytest.raises(errors.NetError):
            async with asyncio.timeout(5):
                await listen(client)


async def listen(client: ImapClient) -> None:
    async with client.idle() as notices:
        async for _ in notices:
            pass


def test_every_limit_has_a_test_that_hits_it() -> None:
    here = Path(__file__).parent
    texts = "".join(
        path.read_text() for path in [*here.glob("*.py"), *here.parent.glob("imap/*.py")]
    )
    unnamed = [
        field.name
        for field in fields(Limits)
        if f"{field.name}=" not in texts and f'"{field.name}"' not in texts
    ]
    assert unnamed == []
