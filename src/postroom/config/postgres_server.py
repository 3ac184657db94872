"""One PostgreSQL server: made, found, started and stopped, by a caller who holds the lock."""

import time
from contextlib import suppress
from pathlib import Path
from shlex import quote as quote_for_shell
from typing import Final

import psutil

from postroom.config.postgres_conf import SUPERUSER
from postroom.config.postgres_home import SOCKET, PostgresHome
from postroom.config.postgres_user import EmbeddedDatabaseRefused, ServerUser

# Recovery after a crash takes as long as it takes; killing it would only make it start over.
RECOVERY_SECONDS: Final = 600
SHUTDOWN_SECONDS: Final = 60
INITDB: Final = (
    f"--username={SUPERUSER}",
    "--encoding=UTF8",
    # The wheel has no ICU; the built-in provider sorts by code point and knows all of Unicode's
    # cases, and does not change with the machine's C library as its locales do.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C.UTF-8",
    "--auth=peer",
    "--no-instructions",
)


def make_cluster(home: PostgresHome, user: ServerUser, programs: Path) -> None:
    """Make a new cluster whole or not at all; refuse one of another major version."""
    if home.cluster.exists():
        _refuse_other_major(home, user, programs)
        return
    draft = home.make_draft(user)
    outcome = user.run([programs / "initdb", *INITDB, "--pgdata", draft])
    if outcome.returncode:
        raise EmbeddedDatabaseRefused(
            f"The database in {home.cluster} could not be made: {outcome.stderr.strip()}"
        )
    draft.rename(home.cluster)


def find_sockets(home: PostgresHome) -> Path | None:
    """Return the running server's socket folder, or None when no server runs.

    `postmaster.pid` holds the process id in its first line and the socket folder in its fifth; it
    outlives a killed server, and its id may be anyone's by now. PostgreSQL: miscadmin.h.
    """
    try:
        lines = (home.cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 5 or not _is_of(home, int(lines[0])):
        return None
    return Path(lines[4])


def start(home: PostgresHome, user: ServerUser, programs: Path) -> None:
    """Start the server and wait until it answers, however long it has to recover."""
    _end_remains(home)
    settings = quote_for_shell(f"config_file={home.conf / 'postgresql.conf'}")
    command = _pg_ctl(programs, home, "start", RECOVERY_SECONDS)
    outcome = user.run([*command, "--log", home.log / "start.log", "--options", f"-c {settings}"])
    if outcome.returncode:
        raise EmbeddedDatabaseRefused(
            f"PostgreSQL did not start in {home.cluster}; its log is in {home.log}.\n"
            f"{home.last_words()}"
        )


def stop(home: PostgresHome, user: ServerUser, programs: Path) -> None:
    """Stop at once but orderly; a server that does not manage is ended as by a power cut.

    Either way every committed transaction is kept.
    """
    command = _pg_ctl(programs, home, "stop", SHUTDOWN_SECONDS)
    for mode in ("fast", "immediate"):
        if user.run([*command, "--mode", mode]).returncode == 0:
            home.forget_socket_folder()
            return
    raise EmbeddedDatabaseRefused(f"PostgreSQL in {home.cluster} does not stop.")


def _pg_ctl(programs: Path, home: PostgresHome, action: str, seconds: int) -> list[str | Path]:
    limit = f"--timeout={seconds}"
    return [programs / "pg_ctl", action, "--wait", limit, "--pgdata", home.cluster]


def _refuse_other_major(home: PostgresHome, user: ServerUser, programs: Path) -> None:
    written = (home.cluster / "PG_VERSION").read_text().strip()
    # The answer is "postgres (PostgreSQL) 18.6".
    carried = user.run([programs / "postgres", "--version"]).stdout.split()[-1].partition(".")[0]
    if written != carried:
        raise EmbeddedDatabaseRefused(
            f"The database in {home.cluster} was written by PostgreSQL {written}, and this "
            f"Postroom carries PostgreSQL {carried}. Nothing was changed. With the Postroom that "
            "wrote it run “postroom backup FILE”; then name another POSTROOM_DATA_DIR and run "
            "“postroom restore FILE”: docs/backup.md."
        )


def _end_remains(home: PostgresHome) -> None:
    """Clear away what a killed server left: processes that hold its memory, and its number.

    PostgreSQL would refuse to start beside either. Processes without their server can only die, and
    the number of a server that does not run is a stranger's by now, or one's who is not buried.
    """
    remains = [process for process in psutil.process_iter() if _is_of(home, process.pid)]
    for process in remains:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    # Not psutil.wait_procs: it waits for the dead whom no init process buries.
    while any(_is_of(home, process.pid) for process in remains):
        time.sleep(0.02)
    for left in (home.cluster / "postmaster.pid", home.run / f"{SOCKET}.lock"):
        left.unlink(missing_ok=True)


def _is_of(home: PostgresHome, pid: int) -> bool:
    """Say whether a process belongs to this cluster: all of PostgreSQL's work inside PGDATA."""
    try:
        process = psutil.Process(pid)
        return process.name() == "postgres" and process.cwd() == str(home.cluster)
    except psutil.Error:
        return False
