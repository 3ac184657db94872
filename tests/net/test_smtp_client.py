"""Submission, against a real server, and against what no real server does on demand."""

import asyncio

import pytest

from net.starttls_cases import Case, read_cases
from net.test_starttls_imap import ARCHIVE
from postroom.imap.limits import Limits
from postroom.net import errors
from postroom.net.credentials import AccessToken, Password
from postroom.net.server import AllowedNetworks, Security, Server
from postroom.net.smtp_client import SmtpClient
from servers.certificates import Certificate
from servers.scripted import Dialogue, Script, scripted
from servers.submission import submission

SECRET = "correct horse"
ALICE = Password("alice@example.com", SECRET)
LETTER = b"Subject: hello\r\n\r\n.a line that begins with a dot\nand one with a bare end\n"
CASES = read_cases(ARCHIVE, "smtp") if ARCHIVE.exists() else []


async def connect(
    port: int, security: Security, certificate: Certificate, limits: Limits | None = None
) -> SmtpClient:
    return await SmtpClient.connect(
        Server("localhost", port, security),
        AllowedNetworks.parse("127.0.0.0/8 ::1/128", str(port)),
        limits=limits,
        authorities=certificate.authority,
    )


@pytest.mark.parametrize("security", list(Security))
async def test_it_signs_in_and_delivers(security: Security, certificate: Certificate) -> None:
    tls = certificate if security is Security.TLS else None
    starttls = certificate if security is Security.STARTTLS else None
    users = {"alice@example.com": SECRET}
    async with submission(users, tls=tls, starttls=starttls) as server:
        server.refuse.add("nobody@example.net")
        client = await connect(server.port, security, certificate)
        if "auth" in client.extensions:
            await client.sign_in(ALICE)
        delivery = await client.deliver(
            "alice@example.com", ["bob@example.net", "nobody@example.net"], LETTER
        )
        await client.sign_out()
    assert delivery.accepted == ("bob@example.net",)
    assert delivery.refused == {"nobody@example.net": "5.1.1 no such user"}
    assert server.taken[0].content == LETTER.replace(b"end\n", b"end\r\n").replace(
        b"dot\n", b"dot\r\n"
    )
    assert server.taken[0].rcpt_tos == ["bob@example.net"]


async def test_it_names_a_wrong_password(certificate: Certificate) -> None:
    async with submission({"alice@example.com": "other"}, starttls=certificate) as server:
        client = await connect(server.port, Security.STARTTLS, certificate)
        with pytest.raises(errors.SignInRefused):
            await client.sign_in(ALICE)


async def test_it_refuses_what_is_no_address(certificate: Certificate) -> None:
    async with submission({}) as server:
        client = await connect(server.port, Security.NONE, certificate)
        hostile = ["a@b>\r\nRCPT TO:<x@y", "a b@c", "", "a\0@b", "<a@b>", "a@b\n", "x" * 400]
        for address in hostile:
            with pytest.raises(errors.CommandRefused):
                await client.deliver(address, ["bob@example.net"], LETTER)
            with pytest.raises(errors.CommandRefused):
                await client.deliver("alice@example.com", [address], LETTER)
        with pytest.raises(errors.MessageTooLarge):
            await client.deliver("a@example.com", ["bob@example.net"], b"x" * 1_000_001)
        assert server.taken == []


async def test_a_server_that_leaves_after_the_dot_leaves_us_not_knowing(
    certificate: Certificate,
) -> None:
    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(b"220 ready")
        while True:
            line = await dialogue.line()
            if line.startswith(b"DATA"):
                await dialogue.send(b"354 go on")
                while await dialogue.line() != b".":
                    pass
                return
            await dialogue.send(b"250 ok")

    async with scripted(play) as server:
        client = await connect(server.port, Security.NONE, certificate)
        with pytest.raises(errors.DeliveryUnknown) as caught:
            await client.deliver("a@example.com", ["bob@example.net"], LETTER)
    assert "may or may not" in caught.value.sentence


async def test_tokens_go_by_xoauth2(certificate: Certificate) -> None:
    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(b"220 ready")
        await dialogue.line()
        await dialogue.send(b"250-mx", b"250 AUTH LOGIN XOAUTH2")
        await dialogue.line()
        await dialogue.send(b"334 eyJzdGF0dXMiOiI0MDAifQ==")
        await dialogue.line()
        await dialogue.send(b"535 5.7.3 Authentication unsuccessful")
        await dialogue.line()

    async with scripted(play) as server:
        client = await connect(server.port, Security.NONE, certificate)
        with pytest.raises(errors.SignInRefused) as caught:
            await client.sign_in(AccessToken("alice@example.com", "token"))
    assert "Authentication unsuccessful" in caught.value.sentence


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (b"535 5.7.8 Error: authentication failed", errors.SignInRefused),
        (b"454 4.7.0 Temporary authentication failure", errors.Throttled),
        (b"432 4.3.2 Concurrent connections limit exceeded", errors.TooManyConnections),
        (b"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled",
         errors.SignInNotOffered),
        ("535 Error: 请使用授权码登录".encode("gbk"), errors.SignInRefused),
        (b"421 try later", errors.ServerUnavailable),
    ],
)  # fmt: skip
async def test_refusals_are_told_apart(
    reply: bytes, error: type[errors.NetError], certificate: Certificate
) -> None:
    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(b"220 ready")
        await dialogue.line()
        await dialogue.send(b"250-mx", b"250 AUTH PLAIN")
        await dialogue.line()
        await dialogue.send(reply)
        await dialogue.line()

    async with scripted(play) as server:
        client = await connect(server.port, Security.NONE, certificate)
        with pytest.raises(error) as caught:
            await client.sign_in(ALICE)
    assert type(caught.value) is error
    assert SECRET not in caught.value.sentence


def attacker(case: Case, certificate: Certificate) -> Script:
    """Return the server of one case of the study."""

    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(b"220 ready")
        while True:
            word = (await dialogue.line()).split(b" ")[0].upper()
            if word.decode().lower() in case.hidden:
                await dialogue.send(b"502 unknown")
            elif word == b"EHLO":
                names = case.capabilities_tls if dialogue.is_secure else case.capabilities
                await dialogue.send(*(b"250-" + n.encode() for n in names), b"250 HELP")
            elif word == b"STARTTLS":
                await dialogue.send_raw(case.starttls_response or b"220 go\r\n")
                if case.transition:
                    await dialogue.start_tls(certificate)
            elif word == b"AUTH":
                await dialogue.send(b"235 welcome")
            else:
                await dialogue.send(b"250 ok")

    return play


async def send(port: int, certificate: Certificate) -> None:
    client = await connect(port, Security.STARTTLS, certificate)
    await client.sign_in(ALICE)
    await client.deliver("a@example.com", ["bob@example.net"], LETTER)


@pytest.mark.skipif(not CASES, reason="../shared/corpus is not here")
@pytest.mark.parametrize("case", CASES, ids=str)
async def test_starttls_cases_of_the_study(case: Case, certificate: Certificate) -> None:
    async with scripted(attacker(case, certificate)) as server:
        with pytest.raises(errors.NetError):
            await send(server.port, certificate)
    words = {line.split(b" ")[0].strip() for line in server.heard.clear.splitlines()}
    assert words <= {b"EHLO", b"HELO", b"STARTTLS", b"QUIT"}


@pytest.mark.skipif(not CASES, reason="../shared/corpus is not here")
@pytest.mark.parametrize("case", CASES, ids=str)
async def test_a_naive_sender_falls_for_them(case: Case, certificate: Certificate) -> None:
    """The control: go on in the clear, or use what came before TLS."""
    async with scripted(attacker(case, certificate)) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)

        async def say(text: bytes) -> bytes:
            writer.write(text + b"\r\n")
            line = await reader.readline()
            while line[3:4] == b"-":
                line = await reader.readline()
            return line

        await reader.readline()
        await say(b"EHLO x")
        used_from_before = False
        if (await say(b"STARTTLS")).startswith(b"220"):
            used_from_before = bool(await asyncio.wait_for(reader.readline(), 2))
        else:
            await say(b"AUTH PLAIN " + SECRET.encode())
        writer.close()
    assert used_from_before or SECRET.encode() in server.heard.clear


def test_the_corpus_is_whole() -> None:
    print(f"{len(CASES)} SMTP cases of the NO STARTTLS study")
    assert len(CASES) in (0, 6)


async def test_an_endless_greeting_is_cut_off(certificate: Certificate) -> None:
    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(b"220 ready")
        await dialogue.line()
        while True:
            await dialogue.send_raw(b"250-more\r\n" * 10_000)

    async with scripted(play) as server:
        with pytest.raises(errors.NotAnSmtpServer):
            await connect(server.port, Security.NONE, certificate)


async def test_a_dripping_server_is_cut_off(certificate: Certificate) -> None:
    async def play(dialogue: Dialogue) -> None:
        while True:
            await dialogue.send_raw(b"2")
            await asyncio.sleep(0.05)

    limits = Limits(greeting_seconds=0.3, tls_seconds=0.2)
    async with scripted(play) as server:
        with pytest.raises(errors.GreetingUnfinished):
            await connect(server.port, Security.NONE, certificate, limits)
