"""The demo's mail server, met over IMAP as Postroom and Maya's phone meet it."""

import asyncio
import imaplib
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Timer

import pytest

from postroom.cli.demo.arrivals import PHONE, arrivals_to_come, let_happen, remember
from postroom.cli.demo.folder import DemoFolder, DemoState
from postroom.cli.demo.mailbox import ADDRESS, PASSWORD, TOMS_ADDRESS, Mailbox
from postroom.cli.demo.mailserver import HOME
from postroom.cli.demo.outgoing_mail import LATEST_SECONDS
from postroom.cli.demo.ports import find_free_port
from postroom.cli.demo.world import World, compose_world
from postroom.cli.demo.world.cast import CUSTOMERS

BORN = datetime(2026, 5, 14, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return compose_world(BORN)


@pytest.fixture
def folder(tmp_path: Path) -> DemoFolder:
    folder = DemoFolder(tmp_path / "demo")
    folder.make()
    with folder.claimed():
        imap, smtp = find_free_port(18143), find_free_port(18587)
        folder.remember(DemoState(BORN.isoformat(), imap, smtp))
    return folder


@contextmanager
def serving(folder: DemoFolder) -> Iterator[int]:
    state = folder.find_state()
    assert state
    ports = (str(state.imap_port), str(state.smtp_port))
    words = ("-m", "postroom.cli.demo.mailserver", str(folder.path), *ports)
    with subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout
            opened = server.stdout.readline().decode()
            assert opened == f"{ADDRESS} at 127.0.0.1:{ports[0]}, outgoing {ports[1]}\n"
            yield state.imap_port
        finally:
            server.terminate()
        assert server.wait(10) == 0


@contextmanager
def signed_in(port: int, address: str = ADDRESS) -> Iterator[imaplib.IMAP4]:
    with imaplib.IMAP4("127.0.0.1", port, timeout=20) as client:
        client.login(address, PASSWORD)
        client.select("INBOX")
        yield client


def next_line(client: imaplib.IMAP4, wanted: bytes) -> bytes:
    while wanted not in (line := client.readline()):
        assert line, "the server hung up"
    return line


def test_it_serves_every_message_whole_and_in_order(folder: DemoFolder, world: World) -> None:
    seen = 0
    with serving(folder) as port, signed_in(port) as client:
        _, listed = client.list()
        assert len(listed) == 10
        for name in ("INBOX", "Sent", "Archive/2025", '"Messe Z&APw-rich"', "Junk"):
            client.select(name, readonly=True)
            _, answers = client.uid("FETCH", "1:*", "(BODY.PEEK[])")
            bodies = [answer[1] for answer in answers if isinstance(answer, tuple)]
            plain = "Messe Zürich" if "Messe" in name else name
            expected = [letter.raw for letter in world.letters if letter.folder == plain]
            assert [headers_of(body) for body in bodies] == [headers_of(raw) for raw in expected]
            assert all(b"\n" not in body.replace(b"\r\n", b"") for body in bodies)
            seen += len(bodies)
    print(f"{seen} messages")
    assert seen > 250


def headers_of(raw: bytes) -> bytes:
    """Boundaries are drawn anew in every composition; nothing else is."""
    return raw.partition(b"\r\nContent-Type")[0]


def test_an_idling_client_hears_of_a_delivery_and_of_the_phone(folder: DemoFolder) -> None:
    mailbox = Mailbox(folder.mail / HOME)
    first, *_ = arrivals_to_come(BORN, folder.mail / "arrived")
    with serving(folder) as port, signed_in(port) as client, signed_in(port) as phone:
        client.send(b"a IDLE\r\n")
        assert client.readline().startswith(b"+")
        Timer(0.5, let_happen, (first, mailbox, datetime.now(UTC))).start()
        assert next_line(client, b" EXISTS")
        Timer(0.5, mailbox.read_oldest_unread).start()
        while b"\\Seen" not in next_line(client, b" FETCH "):
            pass
        client.send(b"DONE\r\n")
        assert next_line(client, b"a OK")
        _, unread = phone.uid("SEARCH", "UNSEEN")
        _, [found] = client.uid("SEARCH", 'UNSEEN SUBJECT "Visit to Whitby"')
        assert len(unread[0].split()) >= 10
        assert len(found.split()) == 2


def test_a_second_start_finds_the_same_mailbox(folder: DemoFolder) -> None:
    with serving(folder) as port, signed_in(port) as client:
        before = client.response("UIDVALIDITY"), client.uid("FETCH", "1:*", "(FLAGS)")
        client.uid("STORE", "3", "+FLAGS", "(\\Flagged)")
    locks = folder.mail / HOME / "dovecot-uidlist.lock"
    locks.touch()
    with serving(folder) as port, signed_in(port) as client:
        after = client.response("UIDVALIDITY"), client.uid("FETCH", "1:*", "(FLAGS)")
        _, flagged = client.uid("FETCH", "3", "(FLAGS)")
    assert before[0] == after[0]
    assert len(before[1][1]) == len(after[1][1])
    assert b"\\Flagged" in flagged[0]


def test_all_that_arrives_is_told_once_and_goes_on_where_it_stopped(folder: DemoFolder) -> None:
    memory = folder.path / "arrived"
    mailbox = Mailbox(folder.path / "elsewhere")
    mailbox.write(("Sent",), ())
    told = []
    for stop_after in (4, 40):
        arrivals = arrivals_to_come(BORN, memory)
        for arrival in arrivals[:stop_after]:
            told.append(let_happen(arrival, mailbox, datetime.now(UTC)))
            remember(arrival, memory)
    assert arrivals_to_come(BORN, memory) == []
    assert len(told) == 31
    assert told[0].startswith("中村 葵 (Aoi Nakamura) wrote: Visit to Whitby")
    names = [path.name for path in (folder.path / "elsewhere").glob("**/*.petrel.example*")]
    phones = sum(line.startswith("Maya read") for line in told)
    assert len(names) == len(set(names)) == 25
    assert phones == 6
    assert PHONE not in " ".join(names)


def test_a_port_in_use_is_not_free() -> None:
    async def taken() -> tuple[int, int]:
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            return port, await asyncio.to_thread(find_free_port, port)

    port, following = asyncio.run(taken())
    assert following > port


def test_tom_has_a_mailbox_of_his_own_to_connect(folder: DemoFolder) -> None:
    with serving(folder) as port, imaplib.IMAP4("127.0.0.1", port, timeout=20) as client:
        client.login(TOMS_ADDRESS, PASSWORD)
        told = int(client.select("INBOX")[1][0] or b"0")
    print(f"{told} letters name Tom")
    assert 3 <= told < 60


def letter_to(*recipients: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"] = ADDRESS, ", ".join(recipients)
    letter["Subject"], letter["Message-ID"] = "Your visit", "<visit@petrel.example>"
    letter.set_content("Tea at four?\n..and a dot")
    return letter


def test_what_maya_sends_reaches_tom_and_is_answered_by_customers(folder: DemoFolder) -> None:
    aoi = "aoi.nakamura@kanazawa-craft.example"
    state = folder.find_state()
    assert state
    with serving(folder) as port, smtplib.SMTP("127.0.0.1", state.smtp_port) as client:
        with pytest.raises(smtplib.SMTPSenderRefused):
            client.sendmail(ADDRESS, [aoi], b"x")
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(ADDRESS, "wrong")
        client.login(ADDRESS, PASSWORD)
        with pytest.raises(smtplib.SMTPSenderRefused):
            client.sendmail(TOMS_ADDRESS, [aoi], b"x")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail(ADDRESS, ["nobody@kanazawa-craft.example"], b"x")
        assert client.send_message(letter_to(aoi, TOMS_ADDRESS)) == {}
        with signed_in(port, TOMS_ADDRESS) as toms:
            assert newest(toms).get_content().endswith("..and a dot\r\n")
        with signed_in(port) as mayas:
            answer = until_answered(mayas)
    assert (answer["From"], answer["Subject"]) == (str(CUSTOMERS["aoi"].address), "Re: Your visit")
    assert answer["In-Reply-To"] == "<visit@petrel.example>"


def newest(client: imaplib.IMAP4) -> EmailMessage:
    _, numbers = client.search(None, "ALL")
    _, parts = client.fetch(numbers[0].split()[-1].decode(), "(BODY.PEEK[])")
    raw = next(part[1] for part in parts if isinstance(part, tuple))
    return message_from_bytes(raw, policy=policy.default)


def until_answered(client: imaplib.IMAP4) -> EmailMessage:
    deadline = time.monotonic() + LATEST_SECONDS + 30
    while (found := newest(client))["Subject"] != "Re: Your visit":
        assert time.monotonic() < deadline
        time.sleep(0.5)
        client.noop()
    return found
