"""However a host is written and by whichever door it comes, only public addresses are dialled.

A control listens on loopback; whatever is not public ends up there. An unprotected dialler shows
that the attack works.
"""

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from postroom.accounts.models import Security
from postroom.net.name_lookup import addresses_of
from postroom.net.server import Security as WireSecurity
from postroom.net.server import Server
from postroom.setup import (
    AccountRequest,
    ServerAddress,
    Source,
    connection_test,
    recognise,
    try_connection,
)
from postroom.team.models import User
from servers.internet import PUBLIC, Internet
from servers.scripted import Dialogue, ScriptedServer, scripted
from setup.host_forms import FORMS, NAMES
from setup.published import FIRM, WELL_KNOWN, autoconfig, greets_imap, page, redirect, serving

ROUNDS = 1_000


@pytest.fixture
async def control(net: Internet) -> AsyncIterator[ScriptedServer]:
    """What must hear nothing: everything that is not public leads there."""

    async def greet(dialogue: Dialogue) -> None:
        await greets_imap(dialogue)

    for name, (kind, address) in NAMES.items():
        looked_up = name.rstrip(".").lower().encode("idna").decode()
        net.record(looked_up, kind, address)
    async with scripted(greet) as server:
        net.control = (server.host, server.port)
        yield server


def forbidden(net: Internet) -> list[str]:
    """The addresses that were dialled and must not have been: all but this internet's own."""
    return [address for address, _ in net.dialled if not address.startswith(PUBLIC)]


def mailbox(incoming: str, outgoing: str = "") -> AccountRequest:
    """A custom server as somebody typed it."""
    return AccountRequest(
        owner=User(email="alice@example.com"),
        address=f"alice@{FIRM}",
        imap=ServerAddress(incoming, 993, Security.TLS),
        smtp=ServerAddress(outgoing, 465, Security.TLS) if outgoing else None,
        password="canary-secret",
    )


async def kinds_of(request: AccountRequest, side: str) -> list[str]:
    """What failed on this side."""
    reports = [report async for report in try_connection(request)]
    return [each.failure.kind for each in reports if each.failure and each.side == side]


REFUSED = {"address_not_allowed", "host_unknown", "name_server_silent"}


def test_there_are_sixty_forms() -> None:
    print(f"{len(FORMS)} host forms x 4 doors")
    assert len(set(FORMS)) >= 60


async def test_an_unprotected_dialler_reaches_the_control(
    net: Internet, control: ScriptedServer
) -> None:
    """The control: with every network allowed these forms do lead to what listens there."""
    reached = 0
    loop = asyncio.get_running_loop()
    for form in FORMS:
        server = Server(form, 993, WireSecurity.TLS)
        name_server = net.name_server if form in NAMES else None
        try:
            address = str((await addresses_of(server, name_server))[0])
        except Exception:
            continue
        with socket.socket() as dialling:
            dialling.setblocking(False)
            await loop.sock_connect(dialling, (address, 993))
        reached += 1
    await asyncio.sleep(0.1)
    print(f"unprotected: {reached} of {len(FORMS)} forms reach the control")
    assert reached == control.heard.connections
    assert reached > 50


@pytest.mark.parametrize("side", ["incoming", "outgoing"])
async def test_a_form_that_is_typed_leads_nowhere(
    side: str, net: Internet, control: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if side == "outgoing":
        # The incoming side would stop it before: its host is not there.
        monkeypatch.setattr(connection_test, "sides_of", lambda request: ("outgoing",))
    for form in FORMS:
        request = mailbox(form) if side == "incoming" else mailbox(f"imap.{FIRM}", form)
        (kind,) = await kinds_of(request, side)
        assert kind in REFUSED, (form, kind)
    assert forbidden(net) == []
    assert control.heard.connections == 0


async def test_a_redirect_leads_nowhere(
    net: Internet, control: ScriptedServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """To every form, from a web server that is trusted; and to names as an autoconfig host."""
    answers = {
        f"f{number}.firms.example{WELL_KNOWN}": redirect(f"https://{in_url(form)}/file.xml")
        for number, form in enumerate(FORMS)
    }
    answers |= {
        f"h{number}.firms.example{WELL_KNOWN}": page(autoconfig(form.strip()))
        for number, form in enumerate(FORMS)
    }
    async with serving(net, monkeypatch, tmp_path, answers):
        for place in answers:
            known = await recognise(f"alice@{place.partition('/')[0]}")
            if place.startswith("f"):
                assert known.source is Source.NOTHING, place
            for choice in known.imap:
                (kind,) = await kinds_of(mailbox(choice.host), "incoming")
                assert kind in REFUSED, choice.host
    assert forbidden(net) == []
    assert control.heard.connections == 0


async def test_what_dns_names_leads_nowhere(net: Internet, control: ScriptedServer) -> None:
    """SRV targets and MX hosts; an address's own domain too, which the guess dials."""
    tried = 0
    for number, form in enumerate(FORMS):
        firm, target = f"s{number}.example", dns_name(form)
        if target:
            net.record(f"_imaps._tcp.{firm}", "SRV", f"0 0 993 {target}")
            net.record(firm, "MX", f"10 {target}")
            tried += 1
        for host in (firm, f"imap.{firm}", f"mail.{firm}", f"smtp.{firm}"):
            net.record(host, "A", "127.0.0.1" if number % 2 else "10.0.0.1")
        known = await recognise(f"alice@{firm}")
        assert known.source in (Source.SRV, Source.NOTHING)
        for choice in known.imap:
            (kind,) = await kinds_of(mailbox(choice.host), "incoming")
            assert kind in REFUSED, choice.host
    print(f"{tried} SRV targets and MX hosts, {len(FORMS)} domains that are private themselves")
    assert tried > 40
    assert forbidden(net) == []
    assert control.heard.connections == 0


async def test_a_name_that_changes_its_mind_leads_nowhere_new(
    net: Internet, control: ScriptedServer
) -> None:
    """DNS rebinding: public and private by turns. What is dialled is what was checked."""
    turns = itertools.cycle([["198.51.99.1"], ["127.0.0.1"], ["10.0.0.1"], ["198.51.99.2"]])
    net.names.improvise = lambda name, kind: next(turns) if kind == "A" else None
    asked = 0
    for _ in range(ROUNDS):
        before = len(net.names.asked)
        (kind,) = await kinds_of(mailbox("rebinding.example"), "incoming")
        assert kind in {"address_not_allowed", "port_refused"}
        assert len(net.names.asked) - before == 2, "one look-up: A and AAAA"
        asked += 1
    dialled = {address for address, _ in net.dialled}
    print(f"{asked} rounds, {len(net.dialled)} dialled, all of {sorted(dialled)}")
    assert dialled == {"198.51.99.1", "198.51.99.2"}
    assert len(net.dialled) == ROUNDS / 2
    assert control.heard.connections == 0


def in_url(form: str) -> str:
    """The form as it stands in a URL."""
    is_bare_six = form.count(":") > 1 and not form.startswith("[")
    return f"[{form}]" if is_bare_six else form.strip()


def dns_name(form: str) -> str:
    """The form as a DNS name in a record; empty where it cannot be one."""
    try:
        name = form.strip().rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    return "" if set(":[]% ") & set(name) else f"{name}."
