"""Write a backup while people work: one snapshot for all tables, and what lies beside them.

The file has its name only when it is whole; what was stopped lies under another and is written over
by the next. A message deleted since the snapshot leaves the storage at once, so it may be missing:
the backup says so, and its row asks the mail server for it again (ADR 21).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import psycopg
from django.conf import settings
from django.db import connection

import postroom
from postroom.backup.beside_it import count_beside, digests_beside, find_beside
from postroom.backup.contents import Beginning, End, Tally, written
from postroom.backup.database import (
    EXTENSIONS,
    SPEECH,
    Connection,
    count_rows,
    lines_of,
    sequences_of,
    tables_of,
)
from postroom.backup.marks import marks_of
from postroom.backup.parcel import Packing
from postroom.backup.programs import definitions, find_pg_dump
from postroom.backup.refusals import BackupRefused
from postroom.config.new_file import new_file

Show = Callable[[str, int, int], None]
PIECE: Final = 4 * 1024 * 1024
# What says where a server is and who asks; an older pg_dump does not know all that psycopg does.
SERVER: Final = {
    *("host", "hostaddr", "port", "dbname", "user", "password", "passfile", "target_session_attrs"),
    *("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "gssencmode", "krbsrvname"),
}
SECTIONS: Final = ("pre-data", "post-data")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The database at one moment, for us and for pg_dump."""

    connection: Connection
    name: str
    server: Mapping[str, str]


def back_up(place: Path, passphrase: str, now: datetime, show: Show) -> tuple[Beginning, End]:
    """Write everything into a new file, open without a passphrase. Raises BackupRefused."""
    with told_of_the_disk(place), new_file(place) as file, snapshot() as seen:
        beginning = beginning_of(seen, now)
        end = End(sequences=sequences_of(seen.connection))
        with Packing(file, passphrase) as packing:
            packing.put("backup.json", written(beginning))
            put_definitions(packing, seen)
            put_tables(packing, seen, beginning, end, show)
            put_beside_it(packing, seen, beginning, end, show)
            packing.put("manifest.json", written(end))
    return beginning, end


@contextmanager
def told_of_the_disk(place: Path) -> Iterator[None]:
    """What the disk refuses, in a sentence."""
    try:
        yield
    except OSError as error:
        raise BackupRefused(f"{place} cannot be written: {error.strerror}.") from error


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    """A moment of the database that stands still while others go on writing."""
    connection.ensure_connection()
    info = connection.connection.info
    told = {**info.get_parameters(), "password": info.password}
    server = {name: value for name, value in told.items() if value and name in SERVER}
    with psycopg.connect(**server) as own:
        own.execute(SPEECH)
        own.commit()
        own.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        own.read_only = True
        (name,) = own.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        yield Snapshot(own, name, server)


def beginning_of(seen: Snapshot, now: datetime) -> Beginning:
    """What is to come."""
    rows = seen.connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    tables = tables_of(seen.connection)
    return Beginning(
        made_at=now.isoformat(),
        postroom=postroom.__version__,
        postgresql=seen.connection.info.parameter_status("server_version") or "",
        keys=marks_of(settings.SEALING_KEYS),
        extensions=[name for (name,) in seen.connection.execute(EXTENSIONS)],
        migrations=[list(row) for row in rows],
        tables=tables,
        rows={table: count_rows(seen.connection, table) for table in tables},
        beside=count_beside(seen.connection),
    )


def put_definitions(packing: Packing, seen: Snapshot) -> None:
    """Tables, types and functions first; indexes, keys, triggers and policies for afterwards."""
    program = find_pg_dump(seen.connection.info.server_version // 10_000)
    for section in SECTIONS:
        text = definitions(section, seen.name, seen.server, program)
        packing.put(f"definitions/{section}.sql", text.encode())


def put_tables(
    packing: Packing, seen: Snapshot, beginning: Beginning, end: End, show: Show
) -> None:
    """Every row of every table, in pieces."""
    found, done = sum(beginning.rows.values()), 0
    for table, columns in beginning.tables.items():
        tally = end.tables.setdefault(table, Tally())
        for number, lines in enumerate(pieces(lines_of(seen.connection, table, columns))):
            tally.add_each(lines)
            packing.put(f"tables/{table}/{number:06}", b"".join(lines))
            show("rows", found, done + tally.count)
        done += tally.count


def pieces(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Lines in lots of a few megabytes, or one larger line."""
    lot: list[bytes] = []
    size = 0
    for line in lines:
        if lot and size + len(line) > PIECE:
            yield lot
            lot, size = [], 0
        lot.append(line)
        size += len(line)
    if lot:
        yield lot


def put_beside_it(
    packing: Packing, seen: Snapshot, beginning: Beginning, end: End, show: Show
) -> None:
    """Messages from the storage, each checked on its way."""
    for number, digest in enumerate(digests_beside(seen.connection), start=1):
        compressed = find_beside(digest)
        if compressed is None:
            end.lost.append(digest.hex())
        else:
            end.beside.add(digest)
            packing.put(f"beside/{digest.hex()}", compressed)
        show("messages", beginning.beside, number)
