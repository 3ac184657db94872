"""Databases to back up and to restore into, and how two of them are compared."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from journeys.databases import address_of, drop_database, run_sql
from postroom.archive.beside import name_of

# What the commands themselves write down.
BESIDE_THE_POINT = {"team_auditentry"}
TABLES = """
SELECT relname FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1
"""
ROWS = "SELECT count(*), md5(string_agg(r::text, ',' ORDER BY r::text)) FROM {} r"


@contextmanager
def empty_database(name: str) -> Iterator[str]:
    """Yield the address of a new database without anything in it."""
    run_sql("CREATE DATABASE {}", name)
    try:
        yield address_of(name)
    finally:
        drop_database(name)


def contents_of(url: str) -> dict[str, tuple[int, str]]:
    """Every table's number of rows and a digest of them, by a way that is not the backup's."""
    with psycopg.connect(url) as server:
        server.execute("SET timezone = 'UTC'")
        tables = [name for (name,) in server.execute(TABLES) if name not in BESIDE_THE_POINT]
        queries = {name: sql.SQL(ROWS).format(sql.Identifier(name)) for name in tables}
        return {name: server.execute(query).fetchone() for name, query in queries.items()}  # type: ignore[misc]


def seen_as(url: str, viewer: int | str) -> int:
    """How many emails PostgreSQL itself shows a viewer of the pages."""
    with psycopg.connect(url) as server:
        server.execute("SET ROLE postroom_web")
        server.execute("SELECT wall_enter(%s)", [str(viewer)])
        return int((server.execute("SELECT count(*) FROM archive_email").fetchone() or (0,))[0])


def move_beside(url: str, folder: Path, moved: int = 10, lost: int = 1) -> None:
    """Have some messages lie in a folder instead, and lose some of those."""
    with psycopg.connect(url) as server:
        rows = server.execute(
            "UPDATE archive_rawmessage raw SET compressed = NULL FROM (SELECT * FROM"
            " archive_rawmessage ORDER BY digest LIMIT %s) AS old WHERE old.digest = raw.digest"
            " RETURNING old.digest, old.compressed",
            [moved],
        ).fetchall()
    for digest, compressed in rows[lost:]:
        file = folder / name_of(digest)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(compressed)


def has_tables(url: str) -> bool:
    """Whether anything was made in a database."""
    with psycopg.connect(url) as server:
        return bool(server.execute(TABLES).fetchall())


def is_there(program: Path) -> bool:
    """Whether Debian's server can be run here."""
    try:
        return subprocess.run([program, "--version"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False
