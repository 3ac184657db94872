"""Killed at any step, a backup is whole or none, and a place restored or as empty as before.

By SIGKILL before a statement, a row, a part or a name, and around the commit; `TEST_LONG=1` takes
every point, otherwise one of each by `TEST_SEED`. What a kill leaves is looked at every time; it is
begun again after every tenth, and wherever something was left.
"""

import os
import random
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any
from unittest import mock

import psycopg
import pytest
from django.conf import LazySettings

from archive.test_raw_beside import configured
from backup.places import contents_of, empty_database, has_tables, move_beside
from cast import NOON, account_of, user
from cleanup.full_mailboxes import fill
from journeys.databases import database_like, django_using
from postroom.backup import sealed_file
from postroom.backup.parcel import Packing
from postroom.backup.restoring import check, restore
from postroom.backup.writing import back_up
from torture.forked import killed_at, points_of
from torture.kill_points import Points

LONG = os.environ.get("TEST_LONG") == "1"
EMAILS = 12
AGAIN_EVERY = 10
PASSPHRASE = "a horse, correct, on a battery"
STEPS = (
    (psycopg.Cursor, "execute"),
    (psycopg.Cursor, "copy"),
    (psycopg.Copy, "write"),
    (Packing, "put"),
    (os, "fsync"),
    (os, "rename"),
    (Path, "unlink"),
    (Path, "rename"),
)


@dataclass(frozen=True, slots=True)
class World:
    """A small place that is full, and where its files lie."""

    url: str
    folder: Path
    settings: LazySettings

    @property
    def file(self) -> Path:
        """The backup."""
        return self.folder / "backup"

    def messages_lie(self, name: str) -> Path:
        """In this folder, those beside the database."""
        configured(self.settings, {"location": str(self.folder / name)})
        return self.folder / name

    def back_up(self) -> None:
        """As the command does it."""
        back_up(self.file, PASSPHRASE, NOON, lambda *told: None)

    def restore(self) -> None:
        """Into where Django looks."""
        with self.file.open("rb") as file:
            restore(file, PASSPHRASE, lambda *told: None)

    def rows(self) -> dict[str, int]:
        """Of each table in the file, which is read to its end."""
        with self.file.open("rb") as file:
            _, end = check(file, PASSPHRASE, lambda *told: None)
        assert (end.beside.count, len(end.lost)) == (3, 1)
        return {table: tally.count for table, tally in end.tables.items()}


@pytest.fixture
def world(
    migrated_template: str,
    django_db_setup: None,
    django_db_blocker: object,
    tmp_path: Path,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[World]:
    """A mailbox with all that hangs on it; some messages lie beside the database, one is lost."""
    # Half a second for each guess is half a second for each kill as well.
    monkeypatch.setitem(sealed_file.WORK, "n", 2**10)
    with database_like(migrated_template) as url, django_db_blocker.unblock():  # type: ignore[attr-defined]
        made = World(url, tmp_path, settings)
        with django_using(url):
            fill(account_of(user("Alice")), EMAILS)
        move_beside(url, made.messages_lie("here"), moved=4)
        yield made


@contextmanager
def every_step(points: Points) -> Iterator[None]:
    """Meet a point before each."""
    with ExitStack() as stack:
        for owner, name in STEPS:
            stack.enter_context(mock.patch.object(owner, name, met(points, owner, name)))
        yield


def met(points: Points, owner: object, name: str) -> Callable[..., Any]:
    """The same, after the point."""
    work = getattr(owner, name)

    def step(*told: Any, **named: Any) -> Any:
        points.meet(name)
        return work(*told, **named)

    return step


def chosen(points: int) -> list[int]:
    """The points at which it is killed."""
    every = range(1, points + 1)
    seed = int(os.environ.get("TEST_SEED") or random.randrange(10**6))
    return list(every) if LONG else random.Random(seed).sample(every, 1)


@pytest.mark.timeout(3600 if LONG else 300)
def test_a_backup_that_is_killed_is_none_or_whole(world: World) -> None:
    with django_using(world.url):
        points = points_of(world.back_up, every_step)
        undisturbed = world.rows()
        assert undisturbed["archive_email"] == EMAILS
        killed = had_its_name = 0
        for number, fatal in enumerate(chosen(points)):
            world.file.unlink(missing_ok=True)
            killed += killed_at(world.back_up, fatal, every_step)
            left = {each.name for each in world.folder.glob("backup*")}
            assert left in (set(), {"backup"}, {"backup.part"}), fatal
            had_its_name += (is_whole := "backup" in left)
            if not is_whole and number % AGAIN_EVERY:
                continue
            if not is_whole:
                world.back_up()
            assert world.rows() == undisturbed, fatal
            assert [each.name for each in world.folder.glob("backup*")] == ["backup"]
    print(f"backup: {killed} of {points} steps killed by SIGKILL; {had_its_name} whole by then")
    assert killed == len(chosen(points))
    assert points > 100


@pytest.mark.timeout(1800 if LONG else 300)
def test_a_restore_that_is_killed_leaves_nothing_or_all_of_it(world: World) -> None:
    with django_using(world.url):
        world.back_up()
    full = contents_of(world.url)
    place = world.messages_lie("there")
    with empty_database("counted") as url, django_using(url):
        points = points_of(world.restore, every_step)
        assert contents_of(url) == full
    messages = files_of(place)
    killed = were_whole = 0
    fatal_points = deque(enumerate(chosen(points)))
    while fatal_points:
        with empty_database("killed") as url, django_using(url):
            # Where nothing was left, the next one is killed: it is as empty as a new one.
            while fatal_points and not has_tables(url):
                number, fatal = fatal_points.popleft()
                rmtree(place, ignore_errors=True)
                killed += killed_at(world.restore, fatal, every_step)
                were_whole += (is_whole := has_tables(url))
                if not is_whole and not files_of(place) and number % AGAIN_EVERY:
                    continue
                if not is_whole:
                    world.restore()
                assert contents_of(url) == full, fatal
                assert files_of(place) == messages
    print(f"restore: {killed} of {points} steps killed by SIGKILL; {were_whole} whole by then")
    assert killed == len(chosen(points))
    assert points > 100


def files_of(folder: Path) -> dict[str, bytes]:
    """The messages beside a database."""
    return {each.name: each.read_bytes() for each in folder.rglob("*.zst")}
