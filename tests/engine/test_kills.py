"""Killed at random moments fifty times, the mail ends up as if nothing had happened.

The short form kills for three quarters of a minute; TEST_LONG=1 kills at least fifty times.
`TEST_SEED` repeats a run.
"""

import os
import random
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from engine.killing import Cluster, Nursery, nursery
from journeys.installation import ALICE, SECRET, Installation
from journeys.mailbox import IN_TWO_FOLDERS, MESSAGES, fill_with_real_mail
from journeys.people_in_mail import people_in, read_mail, write_csv
from journeys.waiting import seconds_until
from servers.dovecot import Dovecot, dovecot
from sync.state_hash import state_of

KILLS = 50
LONG = os.environ.get("TEST_LONG") == "1"
SECONDS = 3600.0 if LONG else 45.0
LONGEST_PEACE = 0.6
FEWEST = KILLS if LONG else 4
VICTIMS = ("engine", "engine", "web", "postgresql")


@dataclass(slots=True)
class Killer:
    """What is killed, and how often it was."""

    url: str
    cluster: Cluster
    server: Dovecot
    programs: Nursery
    dice: random.Random
    ends_at: float
    killed: list[str] = field(default_factory=list)
    sign_ins_before: int = 0

    def kill_until_complete(self) -> None:
        """Disturb a sync until it is complete all the same."""
        self.sign_ins_before = self.sign_ins()
        while not self.is_complete():
            seconds_until(self.is_at_work, 60, every=0.05)
            if self.may_go_on():
                time.sleep(self.dice.uniform(0, LONGEST_PEACE))
                self.kill(self.dice.choice(VICTIMS))
        self.programs.kill_all()

    def may_go_on(self) -> bool:
        """Whether there is time for one more."""
        return len(self.killed) < KILLS and time.monotonic() < self.ends_at

    def is_at_work(self) -> bool:
        """Whether the engine came to the mail server since it was disturbed, or is done."""
        self.cluster.start()
        self.programs.start("engine")
        self.programs.start("web")
        return self.sign_ins() > self.sign_ins_before or self.is_complete()

    def sign_ins(self) -> int:
        """How often anybody came to the mail server."""
        return self.server.log().count("imap-login: Info: Login:")

    def kill(self, victim: str) -> None:
        """Kill one of the three."""
        self.killed.append(victim)
        if victim == "postgresql":
            self.cluster.kill()
        else:
            self.programs.kill(victim)
        if victim != "web":
            self.sign_ins_before = self.sign_ins()

    def is_complete(self) -> bool:
        """Whether a pass came to its end."""
        with suppress(psycopg.OperationalError), psycopg.connect(self.url) as found:
            row = found.execute("SELECT last_complete_at FROM accounts_emailaccount").fetchone()
            return row is not None and row[0] is not None
        return False


@pytest.mark.timeout(SECONDS + 300)
def test_killed_at_random_moments_the_mail_ends_up_the_same(data_dir: Path, tmp_path: Path) -> None:
    seed = int(os.environ.get("TEST_SEED") or random.randrange(10**6))
    print(f"TEST_SEED={seed}")
    cluster = Cluster(data_dir)
    with dovecot({ALICE: SECRET}) as server:
        postroom = prepared(cluster, server, tmp_path)
        undisturbed = state_of_undisturbed_run(cluster, postroom)
        assert undisturbed["places"][0] == MESSAGES + IN_TWO_FOLDERS
        assert 0 < undisturbed["raw messages"][0] < MESSAGES
        url = cluster.url("disturbed")
        settings = {**postroom.settings, "POSTROOM_BIND": f"127.0.0.1:{find_free_port()}"}
        with nursery(Installation(url, settings).environment) as programs:
            ends_at = time.monotonic() + SECONDS
            killer = Killer(url, cluster, server, programs, random.Random(seed), ends_at)
            rounds = 0
            while killer.may_go_on():
                cluster.copy("postroom", "disturbed")
                killer.kill_until_complete()
                assert state_of(url) == undisturbed, quarantined(url)
                cluster.drop("disturbed")
                rounds += 1
    victims = {name: killer.killed.count(name) for name in VICTIMS}
    print(f"{len(killer.killed)} kills in {rounds} syncs, {victims}, each ended the same")
    assert len(killer.killed) >= FEWEST


def prepared(cluster: Cluster, server: Dovecot, tmp_path: Path) -> Installation:
    """Alice's mailbox filled and connected, 120 people known, nothing synced."""
    reading = read_mail(fill_with_real_mail(server, ALICE))
    people_file = tmp_path / "people.csv"
    write_csv(people_file, people_in(reading, 120))
    postroom = Installation(cluster.url(), {"POSTROOM_DATA_DIR": str(cluster.data_dir)})
    postroom.add_users(ALICE)
    postroom.run("people", "import", str(people_file))
    postroom.add_account(server)
    return postroom


def state_of_undisturbed_run(
    cluster: Cluster, postroom: Installation
) -> dict[str, tuple[int, str]]:
    """What one sync makes of the mailbox when nobody kills anything."""
    url = cluster.copy("postroom", "undisturbed")
    Installation(url, postroom.settings).run("sync", ALICE, "--once")
    return state_of(url)


def quarantined(url: str) -> list[object]:
    """What was set aside and why, for the reader of a failure."""
    with psycopg.connect(url) as found:
        rows = found.execute(
            "SELECT name, uid, reason FROM archive_quarantine q JOIN archive_folder f"
            " ON f.id = q.folder_id"
        )
        return list(rows)


def find_free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
