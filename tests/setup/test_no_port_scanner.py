"""Whoever tests a custom server learns nothing of a network: silent hosts look alike."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from cast import NOON
from postroom.accounts.models import Security
from postroom.setup import (
    AccountRequest,
    ServerAddress,
    State,
    Step,
    StepReport,
    recognise,
    throttle,
    try_connection,
    veil,
)
from postroom.setup.throttle import TURNS, TriedTooOften, count_turn
from postroom.team.models import User
from servers.internet import Internet
from servers.scripted import Dialogue, scripted
from setup.published import FIRM

pytestmark = pytest.mark.django_db

# Turns are counted on a connection of their own, so they outlive a test: nobody has two.
PEOPLE = itertools.count(1_000_000)

SECONDS = 1.0
HOSTS = ("unknown", "forbidden", "refused", "filtered", "closed")


@pytest.fixture
def alice() -> User:
    return User(pk=next(PEOPLE), email="alice@example.com")


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(veil, "SECONDS", SECONDS)


@pytest.fixture
async def places(net: Internet) -> AsyncIterator[Internet]:
    """Hosts of one domain, each silent for a reason of its own."""

    async def hang_up(dialogue: Dialogue) -> None:
        dialogue.reset()

    async with scripted(hang_up) as server:
        net.record(f"forbidden.{FIRM}", "A", "127.0.0.1")
        net.host(f"refused.{FIRM}")
        net.silent(f"filtered.{FIRM}", 993)
        net.host(f"closed.{FIRM}", 993, (server.host, server.port))
        yield net


def asked(owner: User, host: str, security: Security = Security.STARTTLS) -> AccountRequest:
    """A custom server by its name."""
    server = ServerAddress(host, 993, security)
    return AccountRequest(owner=owner, address=f"alice@{FIRM}", imap=server, password="secret")


async def told(request: AccountRequest, tester: throttle.Tester | None) -> list[StepReport]:
    return [report async for report in try_connection(request, tester)]


@pytest.mark.parametrize("security", list(Security))
async def test_hosts_on_which_nothing_speaks_look_alike_in_words_and_time(
    security: Security, places: Internet, alice: User
) -> None:
    async def watch(host: str) -> tuple[str, float]:
        began = time.monotonic()
        reports = await told(asked(alice, host, security), throttle.Tester(alice, NOON))
        return repr(reports).replace(host, "HOST"), time.monotonic() - began

    seen = await asyncio.gather(*(watch(f"{host}.{FIRM}") for host in HOSTS))
    assert len({words for words, _ in seen}) == 1
    assert "No mail server answers at HOST on port 993" in seen[0][0]
    assert max(took for _, took in seen) - min(took for _, took in seen) < SECONDS / 2
    assert min(took for _, took in seen) >= SECONDS


async def test_they_differ_for_administrators_and_at_the_machine_itself(
    places: Internet, alice: User
) -> None:
    """The control: without the veil every one of them is told apart."""
    root = User(email="root@example.com", is_administrator=True, pk=alice.pk)
    for tester in (None, throttle.Tester(root, NOON)):
        kinds = set()
        for host in ("unknown", "forbidden", "refused", "closed"):
            *_, last = await told(asked(alice, f"{host}.{FIRM}", Security.STARTTLS), tester)
            assert last.failure
            kinds.add(last.failure.kind)
        assert kinds == {"host_unknown", "address_not_allowed", "port_refused", "closed_at_once"}


async def test_a_service_of_the_catalogue_is_told_of_precisely(net: Internet, alice: User) -> None:
    net.host("imap.gmail.com")
    *_, last = await told(
        asked(alice, "imap.gmail.com", Security.TLS), throttle.Tester(alice, NOON)
    )
    assert (last.step, last.state) == (Step.PORT, State.FAILED)
    assert last.failure
    assert last.failure.kind == "port_refused"


async def test_a_server_that_speaks_is_told_of_step_by_step(net: Internet, alice: User) -> None:
    async def other(dialogue: Dialogue) -> None:
        await dialogue.send(b"220 smtp.firm.example ESMTP")
        await dialogue.line()

    async with scripted(other) as server:
        net.host(f"imap.{FIRM}", 143, (server.host, server.port))
        address = ServerAddress(f"imap.{FIRM}", 143, Security.STARTTLS)
        request = AccountRequest(owner=alice, address=f"a@{FIRM}", imap=address, password="x")
        reports = await told(request, throttle.Tester(alice, NOON))
    passed = [report.step for report in reports if report.state is State.PASSED]
    assert passed == [Step.LOOKUP, Step.ADDRESS, Step.PORT]
    assert reports[-1].failure
    assert reports[-1].failure.kind == "smtp_at_this_port"


async def test_what_a_domain_names_is_not_a_way_around_the_veil(
    places: Internet, alice: User
) -> None:
    """The trail of a recognition says no more; with the control of the precise one."""
    places.record("autoconfig.evil.example", "A", "10.0.0.7")
    places.record("imap.evil.example", "A", "127.0.0.1")
    veiled = await recognise("alice@evil.example", throttle.Tester(alice, NOON))
    precise = await recognise("alice@evil.example")
    outcomes = {asked.outcome for asked in veiled.trail if asked.source in ("autoconfig", "guess")}
    assert outcomes == {"nothing usable"}
    assert any("not a public mail server" in asked.outcome for asked in precise.trail)


async def test_who_leaves_a_veiled_test_leaves_no_connection_behind(
    places: Internet, alice: User
) -> None:
    tasks = len(asyncio.all_tasks())
    walk = try_connection(asked(alice, f"filtered.{FIRM}"), throttle.Tester(alice, NOON))
    async for report in walk:
        assert report.step is Step.LOOKUP
        break
    await walk.aclose()
    assert len(asyncio.all_tasks()) == tasks


async def test_a_password_is_not_sent_before_something_speaks(
    places: Internet, alice: User
) -> None:
    reports = await told(asked(alice, f"closed.{FIRM}"), throttle.Tester(alice, NOON))
    assert "secret" not in repr(reports)


def test_turns_are_counted_for_each_user_and_come_back(alice: User) -> None:
    bob, later = User(pk=next(PEOPLE)), NOON + timedelta(minutes=9)
    for _ in range(TURNS["test"]):
        count_turn("test", alice.pk, NOON)
    with pytest.raises(TriedTooOften, match=r"Wait 1 minute, then try again\.") as waiting:
        count_turn("test", alice.pk, later)
    assert "20 times" in waiting.value.sentence
    count_turn("test", bob.pk, later)
    count_turn("recognise", alice.pk, later)
    count_turn("test", alice.pk, NOON + timedelta(minutes=10))


async def test_a_hundred_tests_at_once_are_a_hundred(net: Internet, alice: User) -> None:
    tests = [told(asked(alice, f"unknown.{FIRM}"), throttle.Tester(alice, NOON)) for _ in range(50)]
    outcomes = await asyncio.gather(*tests)
    kinds = [reports[-1].failure.kind for reports in outcomes if reports[-1].failure]
    assert kinds.count("tried_too_often") == 50 - TURNS["test"]
    assert kinds.count("nobody_answers") == TURNS["test"]
