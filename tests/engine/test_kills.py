"""Killed at random moments, the mail ends up as if nothing had happened, and as the server has it.

The short form kills for three quarters of a minute; TEST_LONG=1 kills two hundred times during a
first sync of 20,000 messages, whole. `TEST_SEED` repeats a run.
"""

import os
import random
import socket
import subprocess
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from engine.killer import VICTIMS, Killer
from engine.killing import Cluster, nursery
from journeys.installation import ALICE, SECRET, Installation
from journeys.mailbox import IN_TWO_FOLDERS, MESSAGES, fill_with_real_mail
from journeys.people_in_mail import people_in, read_mail, write_csv
from servers.dovecot import Dovecot, dovecot
from sync.state_hash import state_of
from torture.letters import write_letter

LONG = os.environ.get("TEST_LONG") == "1"
KILLS, SECONDS = (200, 7200.0) if LONG else (50, 45.0)
FEWEST = KILLS if LONG else 4
ALL = MESSAGES + IN_TWO_FOLDERS
MANY = 20_000 if LONG else ALL
STORAGE = ("--storage", "everything") if LONG else ()


@pytest.mark.timeout(SECONDS + 300)
def test_killed_at_random_moments_the_mail_ends_up_the_same(data_dir: Path, tmp_path: Path) -> None:
    seed = int(os.environ.get("TEST_SEED") or random.randrange(10**6))
    print(f"TEST_SEED={seed}")
    cluster = Cluster(data_dir)
    with dovecot({ALICE: SECRET}) as server:
        postroom = prepared(cluster, server, tmp_path)
        undisturbed = state_of_undisturbed_run(cluster, postroom)
        assert undisturbed["places"][0] == MANY
        assert 0 < undisturbed["raw messages"][0] < MESSAGES or LONG
        url = cluster.url("disturbed")
        settings = {**postroom.settings, "POSTROOM_BIND": f"127.0.0.1:{find_free_port()}"}
        with nursery(Installation(url, settings).environment) as programs:
            ends_at = time.monotonic() + SECONDS
            dice = random.Random(seed)
            killer = Killer(url, cluster, server, programs, dice, KILLS, ends_at, SECONDS)
            rounds = 0
            while killer.may_go_on():
                cluster.copy("postroom", "disturbed")
                killer.kill_until_complete()
                assert state_of(url) == undisturbed, quarantined(url)
                assert recorded(url) == on_server(server)
                cluster.drop("disturbed")
                rounds += 1
    victims = {name: killer.killed.count(name) for name in VICTIMS}
    print(f"{len(killer.killed)} kills in {rounds} syncs, {victims}, each ended the same")
    assert len(killer.killed) >= FEWEST


def prepared(cluster: Cluster, server: Dovecot, tmp_path: Path) -> Installation:
    """Alice's mailbox filled and connected, 120 people known, nothing synced."""
    reading = read_mail(fill_with_real_mail(server, ALICE))
    add_letters(server, MANY - ALL)
    people_file = tmp_path / "people.csv"
    write_csv(people_file, people_in(reading, 120))
    postroom = Installation(cluster.url(), {"POSTROOM_DATA_DIR": str(cluster.data_dir)})
    postroom.add_users(ALICE)
    postroom.run("people", "import", str(people_file))
    postroom.add_account(server, ALICE, *STORAGE)
    return postroom


def add_letters(server: Dovecot, count: int) -> None:
    """So many more messages, of many sizes, some of which nothing but their text tells apart."""
    dice = random.Random(count)
    letters = [
        write_letter(has_id=dice.random() < 0.9, lines=dice.choice((0, 3, 30, 500))).raw
        for _ in range(count)
    ]
    server.add(ALICE, "INBOX", letters[: count // 2], received=1_500_000_000)
    server.add(ALICE, "Archive", letters[count // 2 :], flags="S", received=1_400_000_000)


def state_of_undisturbed_run(
    cluster: Cluster, postroom: Installation
) -> dict[str, tuple[int, str]]:
    """What one sync makes of the mailbox when nobody kills anything."""
    url = cluster.copy("postroom", "undisturbed")
    Installation(url, postroom.settings).run("sync", ALICE, "--once")
    return state_of(url)


def on_server(server: Dovecot) -> Counter[tuple[str, str]]:
    """Folder and UID of every message, by the server's own tool."""
    command = ["doveadm", "-c", str(server.directory / "dovecot.conf"), "-f", "tab", "fetch"]
    words = ["-u", ALICE, "mailbox uid", "mailbox", "*"]
    told = subprocess.run([*command, *words], check=True, capture_output=True, text=True)
    rows = [line.split("\t") for line in told.stdout.splitlines()[1:]]
    return Counter((name, uid) for name, uid in rows)


def recorded(url: str) -> Counter[tuple[str, str]]:
    """The same, as we have it; in storage mode *everything* only what is here with its bytes."""
    with psycopg.connect(url) as found:
        rows = found.execute(
            "SELECT f.name, c.uid::text FROM archive_servercopy c"
            " JOIN archive_folder f ON f.id = c.folder_id JOIN archive_email e ON e.id = c.email_id"
            " WHERE c.gone_at IS NULL AND (e.raw_id IS NOT NULL OR NOT %s)",
            [LONG],
        )
        return Counter((name, uid) for name, uid in rows)


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
