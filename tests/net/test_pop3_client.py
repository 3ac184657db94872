"""POP3, against a real Dovecot, and against what no real server does on demand."""

import asyncio

import pytest

from postroom.imap.limits import Limits
from postroom.net import errors
from postroom.net.credentials import AccessToken, Password
from postroom.net.pop3_client import Pop3Client, Pop3Message
from postroom.net.server import AllowedNetworks, Security, Server
from servers.certificates import Certificate
from servers.dovecot import dovecot
from servers.scripted import Dialogue, Script, scripted

ALICE = Password("alice@example.com", "correct horse")
USERS = {"alice@example.com": "correct horse"}
LETTER = b"Subject: one\r\n\r\n.dot\r\n..dots\r\n"


async def connect(
    port: int, security: Security, certificate: Certificate, limits: Limits | None = None
) -> Pop3Client:
    return await Pop3Client.connect(
        Server("localhost", port, security),
        AllowedNetworks.parse("127.0.0.0/8 ::1/128", str(port)),
        limits=limits,
        authorities=certificate.authority,
    )


@pytest.mark.parametrize("security", list(Security))
async def test_it_reads_and_leaves_the_mailbox_as_it_is(security: Security) -> None:
    with dovecot(USERS) as server:
        server.add("alice@example.com", "INBOX", [LETTER, LETTER.replace(b"one", b"two")])
        port = server.pop3_tls_port if security is Security.TLS else server.pop3_port
        uidls = []
        for _ in range(2):
            client = await connect(port, security, server.certificate)
            await client.sign_in(ALICE)
            listed = await client.list_messages()
            assert await client.message(listed[0].number) == LETTER
            assert await client.peek(listed[0]) == LETTER
            assert [one.size for one in listed] == [len(LETTER), len(LETTER)]
            assert await client.header(2) == b"Subject: two\r\n\r\n"
            await client.sign_out()
            uidls.append([one.uidl for one in listed])
    assert uidls[0] == uidls[1]
    assert len(set(uidls[0])) == 2


async def test_it_names_a_wrong_password_and_a_missing_way() -> None:
    with dovecot(USERS) as server:
        client = await connect(server.pop3_port, Security.STARTTLS, server.certificate)
        with pytest.raises(errors.SignInRefused):
            await client.sign_in(Password("alice@example.com", "wrong"))
        with pytest.raises(errors.SignInNotOffered):
            await client.sign_in(AccessToken("alice@example.com", "token"))
        client.capabilities = {}
        with pytest.raises(errors.ProtocolViolation):
            await client.sign_in(Password("alice@example.com\r\nDELE 1", "x"))


def stls(answer: bytes, *, offered: bool = True) -> Script:
    """Return a server that answers STLS in its own way."""

    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(b"+OK ready")
        while True:
            word = (await dialogue.line()).upper()
            if word == b"CAPA":
                await dialogue.send(b"+OK", *([b"STLS"] if offered else []), b"USER", b".")
            elif word == b"STLS":
                await dialogue.send_raw(answer)
            else:
                await dialogue.send(b"+OK")

    return play


@pytest.mark.parametrize(
    "script",
    [
        stls(b"-ERR no\r\n"),
        stls(b"+OK\r\n", offered=False),
        stls(b"+OK begin\r\n+OK injected\r\n"),
        stls(b"+OK begin\r\nx"),
        stls(b"what?\r\n"),
    ],
    ids=["refused", "stripped", "injected", "half injected", "nonsense"],
)
async def test_it_gives_nothing_away_without_tls(script: Script, certificate: Certificate) -> None:
    async with scripted(script) as server:
        with pytest.raises(errors.NetError):
            await sign_in(server.port, certificate)
    words = set(server.heard.clear.split())
    assert words <= {b"CAPA", b"STLS", b"QUIT"}


async def sign_in(port: int, certificate: Certificate) -> None:
    client = await connect(port, Security.STARTTLS, certificate)
    await client.sign_in(ALICE)


async def shortens(dialogue: Dialogue) -> None:
    """Play a server whose TOP gives ten lines at most."""
    await dialogue.send(b"+OK ready")
    while True:
        command = await dialogue.line()
        match command.split()[0]:
            case b"CAPA":
                await dialogue.send(b"+OK", b"TOP", b".")
            case b"TOP":
                await dialogue.send(b"+OK", *LETTER.splitlines()[:2], b".")
            case _:
                await dialogue.send(b"+OK", *LETTER.replace(b"\r\n.", b"\r\n..").splitlines(), b".")


async def test_what_top_cuts_short_is_fetched_whole(certificate: Certificate) -> None:
    async with scripted(shortens) as server:
        client = await connect(server.port, Security.NONE, certificate)
        assert await client.peek(Pop3Message(1, "a", len(LETTER))) == LETTER
        assert await client.peek(Pop3Message(1, "a", 5)) != LETTER
    assert b"RETR 1" in server.heard.clear


def greeted(more: bytes) -> Script:
    """Return a server that answers everything with `more`, over and over."""

    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(b"+OK ready")
        await dialogue.line()
        await dialogue.send(b"-ERR none")
        await dialogue.line()
        await dialogue.send(b"+OK")
        while True:
            await dialogue.send_raw(more)

    return play


@pytest.mark.parametrize("more", [b"x" * 50_000, b"x\r\n" * 10_000], ids=["line", "lines"])
async def test_endless_answers_are_cut_off(more: bytes, certificate: Certificate) -> None:
    limits = Limits(line=100_000, message=1_000_000)
    async with scripted(greeted(more)) as server:
        client = await connect(server.port, Security.NONE, certificate, limits)
        with pytest.raises(errors.ConnectionLost):
            await asyncio.wait_for(client.message(1), 20)
