"""From an address to its servers, asked of a local DNS server and local web servers."""

import time
from pathlib import Path

import dns.message
import dns.rrset
import pytest

from postroom.net import name_lookup
from postroom.setup import Recognition, Source, guessing, recognise, sources
from servers.internet import Internet, trust
from servers.scripted import scripted
from setup.published import (
    FILE,
    FIRM,
    WELL_KNOWN,
    autoconfig,
    greets_imap,
    greets_smtp,
    page,
    redirect,
    serving,
)


def outcome_at(known: Recognition, where: str) -> str:
    """What the trail says of one place."""
    return next(asked.outcome for asked in known.trail if where in asked.where)


async def test_a_firms_own_file_is_found_and_said_so(
    net: Internet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    net.record(FIRM, "MX", f"10 mx.{FIRM}.")
    answers = {f"autoconfig.{FIRM}{FILE}": page(autoconfig(f"imap.{FIRM}", f"smtp.{FIRM}"))}
    async with serving(net, monkeypatch, tmp_path, answers):
        known = await recognise(f"alice@{FIRM}")
    assert (known.source, known.told_by) == (Source.AUTOCONFIG, f"https://autoconfig.{FIRM}{FILE}")
    assert [each.host for each in (*known.imap, *known.smtp)] == [f"imap.{FIRM}", f"smtp.{FIRM}"]
    assert (known.user_name, known.must_be_confirmed) == (f"alice@{FIRM}", False)
    assert outcome_at(known, f"mx.{FIRM}") == "no service of the catalogue"
    assert {asked.source for asked in known.trail} == {"address", "mx", "autoconfig", "srv"}


async def test_hosts_of_a_stranger_must_be_confirmed(
    net: Internet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = autoconfig("imap.stranger.example", f"smtp.{FIRM}")
    async with serving(net, monkeypatch, tmp_path, {f"{FIRM}{WELL_KNOWN}": page(file)}):
        known = await recognise(f"alice@{FIRM}")
    assert known.foreign_hosts == ("imap.stranger.example",)
    assert known.must_be_confirmed
    # Not below the domain, though it ends alike.
    net.record("_imaps._tcp.other.example", "SRV", "0 1 993 imap.not-other.example.")
    known = await recognise("alice@other.example")
    assert (known.source, known.foreign_hosts) == (Source.SRV, ("imap.not-other.example",))


async def test_srv_records_are_read_best_first(net: Internet) -> None:
    net.record(f"_imaps._tcp.{FIRM}", "SRV", f"20 0 993 late.{FIRM}.", f"10 5 993 imap.{FIRM}.")
    net.record(f"_imap._tcp.{FIRM}", "SRV", "0 0 0 .")
    net.record(f"_submission._tcp.{FIRM}", "SRV", f"0 1 587 smtp.{FIRM}.")
    known = await recognise(f"alice@{FIRM}")
    assert (known.source, known.told_by) == (Source.SRV, FIRM)
    assert [each.host for each in known.imap] == [f"imap.{FIRM}", f"late.{FIRM}"]
    assert [(each.port, each.security) for each in known.smtp] == [(587, "starttls")]


async def test_a_guess_is_only_what_answers_under_tls_with_its_own_name(
    net: Internet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate = trust(monkeypatch, tmp_path / "world", (f"mail.{FIRM}", f"smtp.{FIRM}"))
    async with (
        scripted(greets_imap, certificate) as imap,
        scripted(greets_smtp, certificate) as smtp,
    ):
        # Without a certificate for its name; the next one has it.
        net.host(f"imap.{FIRM}", 993, (imap.host, imap.port))
        net.host(f"mail.{FIRM}", 993, (imap.host, imap.port))
        net.host(f"smtp.{FIRM}", 465, (smtp.host, smtp.port))
        known = await recognise(f"alice@{FIRM}")
    assert known.source is Source.GUESS
    assert [(each.host, each.port) for each in known.imap] == [(f"mail.{FIRM}", 993)]
    assert [(each.host, each.port) for each in known.smtp] == [(f"smtp.{FIRM}", 465)]
    assert "belongs to another name" in outcome_at(known, f"imap.{FIRM}:993")
    assert b"AUTH" not in imap.heard.secure + smtp.heard.secure


@pytest.mark.parametrize(
    "address",
    ["", "alice", "alice@", "alice@localhost", "alice@127.0.0.1", "alice@[::1]", "a@b..c"],
)
async def test_what_is_no_address_of_the_internet_asks_nobody(address: str, net: Internet) -> None:
    known = await recognise(address)
    assert known.source is Source.NOTHING
    assert net.names.asked == net.dialled == []


BAD_ANSWERS = {
    "too large": page(b"<clientConfig>" + b" " * 100_000),
    "no end": b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 500_000,
    "endless headers": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000,
    "not HTTP": b"* OK IMAP\r\n",
    "an entity": page(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><clientConfig/>'),
    "not XML": page(b"\xff\xfe\x00"),
    "no encryption": page(autoconfig(f"imap.{FIRM}").replace(b"SSL", b"plain")),
    "an address": page(autoconfig("127.0.0.1")),
    "lies about its length": page(autoconfig(f"imap.{FIRM}")).replace(b"Length: ", b"Length: 9"),
    "to plain HTTP": redirect(f"http://{FIRM}/file"),
    "to another port": redirect(f"https://{FIRM}:8443/file"),
    "with a user": redirect(f"https://alice@{FIRM}/file"),
    "to a file": redirect("file:///etc/passwd"),
    "broken location": redirect("https://[::1"),
    "in a circle": redirect(f"https://{FIRM}{WELL_KNOWN}"),
}


@pytest.mark.parametrize("answer", BAD_ANSWERS)
async def test_a_bad_file_is_no_file(
    answer: str, net: Internet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with serving(net, monkeypatch, tmp_path, {f"{FIRM}{WELL_KNOWN}": BAD_ANSWERS[answer]}):
        known = await recognise(f"alice@{FIRM}")
    assert known.source is Source.NOTHING
    assert known.imap == ()
    assert {port for _, port in net.dialled} <= {443, 993, 465, 587}


async def test_two_redirects_are_followed_and_a_third_is_not(
    net: Internet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answers = {
        f"{FIRM}{WELL_KNOWN}": redirect(f"https://www.{FIRM}/one"),
        f"www.{FIRM}/one": redirect("/two"),
        f"www.{FIRM}/two": page(autoconfig(f"imap.{FIRM}")),
        f"more.example{WELL_KNOWN}": redirect(f"https://{FIRM}{WELL_KNOWN}"),
    }
    async with serving(net, monkeypatch, tmp_path, answers):
        assert (await recognise(f"alice@{FIRM}")).source is Source.AUTOCONFIG
        assert (await recognise("alice@more.example")).source is Source.NOTHING


async def test_nobody_is_waited_for_longer_than_a_few_seconds(
    net: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Name servers that say nothing; then hosts that say nothing."""
    assert sources.DNS_SECONDS + sources.WEB_SECONDS + guessing.SECONDS < 9
    monkeypatch.setattr(sources, "DNS_SECONDS", 0.5)
    monkeypatch.setattr(sources, "WEB_SECONDS", 0.5)
    monkeypatch.setattr(guessing, "SECONDS", 0.5)
    net.names.is_mute = True
    began = time.monotonic()
    assert (await recognise(f"alice@{FIRM}")).source is Source.NOTHING
    net.names.is_mute = False
    for host, port in ((f"autoconfig.{FIRM}", 443), (FIRM, 443), (f"imap.{FIRM}", 993)):
        net.silent(host, port)
    known = await recognise(f"alice@{FIRM}")
    assert time.monotonic() - began < 4
    assert known.source is Source.NOTHING
    assert "in time" in outcome_at(known, f"imap.{FIRM}:993")


def whole(data: bytes, *records: str) -> bytes:
    """A reply to a question with whatever these records say."""
    reply = dns.message.make_response(dns.message.from_wire(data))
    for record in records:
        reply.answer.append(dns.rrset.from_text(*record.split(" ", 4)))
    return reply.to_wire()


HOSTILE_DNS = {
    "nothing": lambda data: b"",
    "noise": lambda data: b"\xff" * 600,
    "cut off": lambda data: whole(data, f"{FIRM}. 60 IN MX 10 mx.{FIRM}.")[:-5],
    "a pointer to itself": lambda data: data[:2] + b"\x84\x00\x00\x01\x00\x01" + b"\xc0\x0c" * 9,
    "another question's answer": lambda data: b"\0\0" + whole(data)[2:],
    "a name for itself": lambda data: whole(data, f"{FIRM}. 60 IN CNAME {FIRM}."),
    "a hundred hosts": lambda data: whole(
        data, *(f"{FIRM}. 60 IN MX {n} mx{n}.{FIRM}." for n in range(100))
    ),
    "a name that is none": lambda data: whole(data, rf"{FIRM}. 60 IN MX 10 \000\255<b>.{FIRM}."),
    "a file for a service": lambda data: whole(data, f"{FIRM}. 60 IN TXT SRV"),
}  # fmt: skip


@pytest.mark.parametrize("answer", HOSTILE_DNS)
async def test_what_a_hostile_name_server_says_is_survived(
    answer: str, net: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_lookup, "SECONDS", 0.3)
    monkeypatch.setattr(net.names, "answer", HOSTILE_DNS[answer])
    known = await recognise(f"alice@{FIRM}")
    assert known.source is Source.NOTHING
    assert all("\0" not in asked.where + asked.outcome for asked in known.trail)
