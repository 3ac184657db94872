"""Killed or cut off at any point and started again, a sync ends as if nothing had happened.

In mbsync's form: each scenario is run undisturbed, run again (and must write nothing), then with a
fault at some point and resumed. A scenario has a hundred or two; `TEST_POINTS` says how many of
them are taken, by `TEST_SEED`. `TEST_LONG=1` takes 25 of each, on both kinds of server.
"""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from postroom.sync import bodies, known_first, new_mail
from servers.dovecot import Dovecot, dovecot
from sync.state_hash import row_versions
from torture import archive_rows
from torture.crowded_scenarios import SCENARIOS
from torture.kill_points import Fault, Points
from torture.stage import Stage
from torture.visiting import SECRET

LONG = os.environ.get("TEST_LONG") == "1"
SAMPLE = int(os.environ.get("TEST_POINTS") or (25 if LONG else 2))
PARTS = 4  # Of one test: several workers share them.
FEWEST = (2000 if LONG else 40 * SAMPLE) // PARTS  # 25 of 110 are 2,750, where there are so many.
PLAIN = "IMAP4rev1 LITERAL+ IDLE UIDPLUS NAMESPACE"
# Who signs in finds a process: the server starts none for every pass of hundreds.
KEPT_PROCESSES = "service imap {\n  service_count = 500\n}\n"
KINDS = ("rich", "plain")
USERS = {f"{kind}{number}@example.com" for kind in KINDS for number in range(len(SCENARIOS))}
REALLY_KILLED = (
    "first sync",
    "first sync of everything in many windows",
    "thrown away and put back here",
)
TESTS = Path(__file__).parents[1]
MET: Counter[str] = Counter()


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Dovecot]]:
    """Run a server with all extensions and one with hardly any."""
    killed = {f"killed{number}@example.com" for number in range(len(REALLY_KILLED))}
    users = dict.fromkeys(USERS | killed | {"second-" + user for user in USERS}, SECRET)
    with ExitStack() as stack:
        yield {
            "rich": stack.enter_context(dovecot(users, extra=KEPT_PROCESSES)),
            "plain": stack.enter_context(dovecot(users, capability=PLAIN, extra=KEPT_PROCESSES)),
        }


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dozen letters fill several windows."""
    monkeypatch.setattr(new_mail, "WINDOW", 4)
    monkeypatch.setattr(known_first, "MANY", 6)
    monkeypatch.setattr(known_first, "STRETCH", 8)
    monkeypatch.setattr(bodies, "BATCH_MESSAGES", 3)


@pytest.mark.early
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.timeout(7200 if LONG else 300)
def test_killed_anywhere_and_resumed_it_ends_the_same(
    part: int, servers: dict[str, Dovecot], shared_database: str
) -> None:
    seed = int(os.environ.get("TEST_SEED") or random.randrange(10**6))
    print(f"TEST_SEED={seed}")
    dice = random.Random(seed)
    points = 0
    scenarios = list(enumerate(SCENARIOS))[part::PARTS]
    for number, name in scenarios:
        for kind in KINDS if LONG else [KINDS[(number + seed) % 2]]:
            stage = Stage(servers[kind], shared_database, f"{kind}{number}@example.com")
            try:
                points += (struck := play(name, stage, dice))
            except BaseException as failed:
                failed.add_note(f"scenario {name!r} on the {kind} server, TEST_SEED={seed}")
                raise
            print(f"{struck:4} points: {name}, {kind} server")
    print(f"{len(scenarios)} scenarios, {points} points killed or cut and resumed: {dict(MET)}")
    assert len(SCENARIOS) >= 40
    assert points >= FEWEST


def test_a_process_killed_by_signal_and_resumed_ends_the_same(
    servers: dict[str, Dovecot], shared_database: str
) -> None:
    killed = 0
    for number, name in enumerate(REALLY_KILLED):
        archive_rows.empty()
        stage = Stage(servers["rich"], shared_database, f"killed{number}@example.com")
        SCENARIOS[name](stage)
        archive_rows.keep()
        first_pass = Points()
        stage.sync(stage.passes[0], first_pass)
        for seconds in stage.passes[1:]:
            stage.sync(seconds)
        undisturbed = stage.state()
        for share in (0.15, 0.3, 0.5):
            archive_rows.put_back()
            stage.put_server_back()
            killed += die(stage, int(len(first_pass.met) * share))
            run(stage, Points())
            assert stage.state() == undisturbed, (name, share)
    print(f"{killed} processes killed by SIGKILL")
    assert killed == 3 * len(REALLY_KILLED)


def die(stage: Stage, point: int) -> bool:
    """Have a process look at the account until it is killed; whether it was."""
    words = [stage.user, str(stage.passes[0]), str(point)]
    died = subprocess.run(
        [sys.executable, "-m", "torture.dying", *words],
        env={**os.environ, "DATABASE_URL": stage.database_url, "PYTHONPATH": str(TESTS)},
        timeout=60,
    )
    return died.returncode == -signal.SIGKILL


def play(name: str, stage: Stage, dice: random.Random) -> int:
    """One scenario: undisturbed, again, then with faults. Returns at how many points."""
    archive_rows.empty()
    SCENARIOS[name](stage)
    archive_rows.keep()
    counted = Points()
    run(stage, counted)
    undisturbed = stage.state()
    versions = row_versions(stage.database_url)
    stage.sync(stage.passes[-1] + 1)
    assert row_versions(stage.database_url) == versions, "a second run wrote something"
    faults = all_faults(counted.met)
    chosen = dice.sample(faults, min(SAMPLE, len(faults)))
    for number, fault in chosen:
        struck = Points(number, fault)
        archive_rows.put_back()
        stage.put_server_back()
        run(stage, struck)
        MET[f"{fault.value} {struck.met[number - 1] if struck.has_struck else 'nowhere'}"] += 1
        assert stage.state() == undisturbed, (number, fault, struck.met[-3:])
    return len(chosen)


def all_faults(met: list[str]) -> list[tuple[int, Fault]]:
    """A kill at every point, and a cut at every point of the network."""
    kills = [(number, Fault.KILL) for number in range(1, len(met) + 1)]
    network = [number for number, place in enumerate(met, 1) if place in ("read", "write")]
    return kills + [(number, Fault.CUT) for number in network]


def run(stage: Stage, points: Points) -> None:
    """All passes of the scenario; after a fault once more from the pass in which it struck."""
    for position, seconds in enumerate(stage.passes):
        stage.sync(seconds, points)
        if points.has_struck:
            for again in stage.passes[position:]:
                stage.sync(again)
            return
