"""Where we may go: addresses, ports, names that change their mind, certificates, plain text."""

import asyncio
import ipaddress
import pickle
import socket
from pathlib import Path

import pytest

from postroom.imap.limits import Limits
from postroom.net import errors
from postroom.net.credentials import AccessToken, Password
from postroom.net.imap_client import ImapClient
from postroom.net.server import AllowedNetworks, Security, Server
from servers.certificates import Certificate, make_certificate
from servers.scripted import Dialogue, scripted

NOBODY = AllowedNetworks()

BLOCKED = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "169.254.0.1", "100.64.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "198.18.0.1", "192.0.2.1", "203.0.113.7", "192.0.0.1", "::1", "::",
    "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
    "2002:a00:1::1", "2001:db8::1", "2001:0:4136:e378:8000:63bf:80ff:fffe", "fd00:ec2::254",
    "2001:0:0a00:0001::1", "fec0::1", "100::1",
    "::127.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b:1::a00:1", "5f00::1", "192.0.0.192",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "142.250.1.109", "2606:4700::1111", "2a00:1450:4001::6d", "64:ff9b::101:101"]
SPELLINGS = ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0x7f000001", "0",
             "[::1]", "::1", "localhost", "LOCALHOST", "localhost.", "127.0.0.1 ", "0.0.0.0",
             "::ffff:127.0.0.1", "::ffff:7f00:1", "１２７.0.0.1"]  # fmt: skip


@pytest.mark.parametrize("text", BLOCKED)
def test_addresses_that_are_not_the_internet_are_refused(text: str) -> None:
    assert not NOBODY.allows(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_the_internet_is_allowed(text: str) -> None:
    assert NOBODY.allows(ipaddress.ip_address(text))


def test_cloud_metadata_is_refused_even_where_everything_is_allowed() -> None:
    everything = AllowedNetworks.parse("0.0.0.0/0 ::/0", "")
    for text in (
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "fd00:ec2::254",
    ):
        assert not everything.allows(ipaddress.ip_address(text))
    assert everything.allows(ipaddress.ip_address("10.0.0.1"))


def test_networks_and_ports_are_read() -> None:
    allowed = AllowedNetworks.parse("127.0.0.0/8, 10.1.0.0/16 fd00::/8", "1143, 10993")
    assert allowed.allows(ipaddress.ip_address("10.1.2.3"))
    assert not allowed.allows(ipaddress.ip_address("10.2.2.3"))
    assert allowed.allows_port(1143)
    assert allowed.allows_port(993)
    assert not allowed.allows_port(22)
    for networks, ports in (("x", ""), ("", "x"), ("10.0.0.1/8", "")):
        with pytest.raises(ValueError, match=r"x|10\.0"):
            AllowedNetworks.parse(networks, ports)


async def greet(dialogue: Dialogue) -> None:
    await dialogue.send(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready")
    while True:
        tag, _, _ = await dialogue.command()
        await dialogue.send(tag + b" OK done")


@pytest.mark.parametrize("host", SPELLINGS)
async def test_loopback_is_refused_however_it_is_spelt(host: str) -> None:
    async with scripted(greet) as server:
        allowed = AllowedNetworks.parse("", str(server.port))
        with pytest.raises((errors.AddressNotAllowed, errors.HostUnknown)):
            await ImapClient.connect(Server(host, server.port, Security.TLS), allowed)
        assert server.heard.connections == 0


async def test_ports_that_are_not_mail_are_refused() -> None:
    allowed = AllowedNetworks.parse("127.0.0.0/8", "")
    for port in (22, 80, 443, 5432, 6379, 0, -1, 70000):
        with pytest.raises(errors.PortNotAllowed):
            await ImapClient.connect(Server("localhost", port, Security.NONE), allowed)


@pytest.mark.parametrize(
    "host", ["", "no such host", "nowhere.invalid", "a" * 300, "a\0b", "ü" * 80]
)
async def test_names_that_lead_nowhere_are_named(host: str) -> None:
    with pytest.raises(errors.HostUnknown) as caught:
        await ImapClient.connect(Server(host, 993, Security.TLS), NOBODY)
    assert "\0" not in caught.value.sentence


async def test_a_name_that_changes_its_mind_leads_nowhere_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: public when checked, loopback a moment later. It is asked once."""
    dialled: list[str] = []
    asked = 0
    loop = asyncio.get_running_loop()

    async def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        nonlocal asked
        asked += 1
        address = "198.51.99.1" if asked % 2 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    async def connect(_: socket.socket, address: tuple[str, int]) -> None:
        dialled.append(address[0])
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr(loop, "getaddrinfo", resolve)
    monkeypatch.setattr(loop, "sock_connect", connect)
    refused = 0
    for _ in range(1_000):
        try:
            await ImapClient.connect(Server("evil.example", 993, Security.TLS), NOBODY)
        except errors.AddressNotAllowed:
            refused += 1
        except errors.PortRefused:
            pass
    print(f"1000 connections, {asked} look-ups, {refused} refused, {len(dialled)} dialled")
    assert asked == 1_000
    assert refused == 500
    assert set(dialled) == {"198.51.99.1"}


async def test_of_mixed_addresses_only_the_allowed_are_dialled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dialled: list[str] = []
    loop = asyncio.get_running_loop()

    async def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (a, port)) for a in ("127.0.0.1", "198.51.99.1", "::1", "10.0.0.1")]

    async def connect(_: socket.socket, address: tuple[str, int]) -> None:
        dialled.append(address[0])
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr(loop, "getaddrinfo", resolve)
    monkeypatch.setattr(loop, "sock_connect", connect)
    with pytest.raises(errors.PortRefused):
        await ImapClient.connect(Server("evil.example", 993, Security.TLS), NOBODY)
    assert dialled == ["198.51.99.1"]


async def test_passwords_go_in_the_clear_only_where_that_is_allowed_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", ("198.51.99.1", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    with pytest.raises(errors.PlaintextNotAllowed):
        await ImapClient.connect(Server("mail.example", 143, Security.NONE), NOBODY)


async def test_nobody_listens_or_nobody_answers() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    allowed = AllowedNetworks.parse("127.0.0.0/8", str(port))
    with pytest.raises(errors.PortRefused) as caught:
        await ImapClient.connect(Server("127.0.0.1", port, Security.NONE), allowed)
    assert (
        caught.value.sentence == f"127.0.0.1 does not answer on port {port}. Check the port number."
    )


CERTIFICATES = {
    "another name": (errors.CertificateMismatch, ("mail.example.net",), False, True),
    "expired": (errors.CertificateUntrusted, ("localhost",), True, True),
    "unknown authority": (errors.CertificateUntrusted, ("localhost",), False, False),
}


@pytest.mark.parametrize("fault", CERTIFICATES)
@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_wrong_certificate_ends_it(fault: str, security: Security, tmp_path: Path) -> None:
    error, names, expired, trusted = CERTIFICATES[fault]
    shown = make_certificate(tmp_path / "shown", names, expired=expired)
    authority = shown.authority if trusted else make_certificate(tmp_path / "other").authority

    async def starttls(dialogue: Dialogue) -> None:
        await dialogue.send(b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready")
        tag, _, _ = await dialogue.command()
        await dialogue.send(tag + b" OK begin")
        await dialogue.start_tls(shown)
        await dialogue.line()

    script, tls = (greet, shown) if security is Security.TLS else (starttls, None)
    async with scripted(script, tls) as server:
        allowed = AllowedNetworks.parse("127.0.0.0/8 ::1", str(server.port))
        address = Server("localhost", server.port, security)
        with pytest.raises(error):
            await ImapClient.connect(address, allowed, authorities=authority)
    assert b"AUTH" not in server.heard.clear + server.heard.secure


async def test_tls_to_a_port_without_it_is_named(certificate: Certificate) -> None:
    async with scripted(greet) as server:
        allowed = AllowedNetworks.parse("127.0.0.0/8 ::1", str(server.port))
        with pytest.raises(errors.TlsFailed):
            await ImapClient.connect(Server("localhost", server.port, Security.TLS), allowed)


async def test_a_handshake_that_never_comes_is_not_waited_for() -> None:
    async def mute(dialogue: Dialogue) -> None:
        await asyncio.sleep(60)

    limits = Limits(tls_seconds=0.2)
    async with scripted(mute) as server:
        allowed = AllowedNetworks.parse("127.0.0.0/8 ::1", str(server.port))
        address = Server("localhost", server.port, Security.TLS)
        with pytest.raises(errors.NetError):
            async with asyncio.timeout(5):
                await ImapClient.connect(address, allowed, limits=limits)


def test_errors_survive_a_journey_between_processes() -> None:
    there = errors.Throttled(Server("h", 993, Security.TLS), "slow down", retry_after=7)
    back = pickle.loads(pickle.dumps(there))
    assert (back.retry_after, str(back), back.kind) == (7, there.sentence, "throttled")


def test_secrets_are_never_shown() -> None:
    for credential in (Password("alice", "hunter2"), AccessToken("alice", "hunter2")):
        assert "hunter2" not in repr(credential) + str(credential)


KINDS = [
    kind
    for kind in errors.NetError.__subclasses__() + errors.CommandRefused.__subclasses__()
    if kind.__module__.startswith(errors.__name__)  # Others make their own sentences.
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_a_sentence_that_is_safe_to_show(kind: type[errors.NetError]) -> None:
    hostile = "x\r\n\x1b[31m\u202e" + "y" * 5_000
    error = kind(Server(hostile, 993, Security.TLS), hostile)
    assert not set(error.sentence) & set("\r\n\x1b\u202e")
    assert len(error.sentence) < 1_000
    assert error.kind != "unknown"
    assert "The server said: “" in error.sentence
