"""The system user the embedded PostgreSQL runs as, and whether that user can get where it must.

PostgreSQL refuses to run as root. Then it runs as the user `postroom` if the machine has one, and
otherwise as `nobody`, which every machine has; the database stays with whoever it was made for.
Rejected: adding a user (a program one starts does not change /etc/passwd), and opening folders on
the way to the data directory (they are not ours).
"""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CANDIDATES: Final = ("postroom", "nobody")
# The server's user can read the server's environment: none of ours is handed on.
BARE_ENVIRONMENT: Final = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}


class EmbeddedDatabaseRefused(Exception):
    """The embedded PostgreSQL cannot run here; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The user PostgreSQL runs as: ourselves, or as root the less powerful one."""

    name: str
    uid: int
    gid: int

    @property
    def is_another(self) -> bool:
        """Whether a server process must change its user."""
        return self.uid != os.geteuid()

    def run(self, command: Sequence[str | Path]) -> "subprocess.CompletedProcess[str]":
        """Run a program as this user, with nothing of our environment, and wait for it."""
        return subprocess.run(  # noqa: S603 - programs of the wheel, arguments of our own
            command,
            user=self.uid if self.is_another else None,
            group=self.gid if self.is_another else None,
            extra_groups=[] if self.is_another else None,
            env=BARE_ENVIRONMENT,
            cwd="/",
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )

    def can_run(self, program: Path) -> bool:
        """Say whether the program starts at all, its libraries included."""
        try:
            return self.run([program, "--version"]).returncode == 0
        except PermissionError:
            return False

    def own(self, path: Path) -> None:
        """Give a file or folder that we just made to this user."""
        if self.is_another:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def refuse_unreachable(self, folder: Path) -> None:
        """Raise unless this user can enter the folder, naming the first closed one on the way."""
        if self._can_enter(folder):
            return
        way = [*reversed(folder.parents), folder]
        closed = next((step for step in way if not self._can_enter(step)), folder)
        raise EmbeddedDatabaseRefused(
            f"As root, PostgreSQL runs as the user {self.name}, who cannot enter {closed}. "
            f"Choose another POSTROOM_DATA_DIR, or let others pass: chmod o+x {closed}"
        )

    def _can_enter(self, folder: Path) -> bool:
        return self.run(["test", "-x", folder]).returncode == 0


def server_user_for(cluster: Path) -> ServerUser:
    """Return the user for a cluster: its owner, or for a new one the best there is."""
    if os.geteuid() != 0:
        return _user(os.geteuid())
    if cluster.exists():
        return _user(cluster.stat().st_uid)
    for name in CANDIDATES:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(found.pw_name, found.pw_uid, found.pw_gid)
    raise EmbeddedDatabaseRefused(
        "PostgreSQL does not run as root and this machine has no user nobody. "
        "Run: useradd --system postroom"
    )


def app_user_name() -> str:
    """Return the name of the user we run as, as the kernel's peer check will report it."""
    return _user(os.geteuid()).name


def _user(uid: int) -> ServerUser:
    try:
        found = pwd.getpwuid(uid)
    except KeyError:
        raise EmbeddedDatabaseRefused(
            f"The user id {uid} has no name in /etc/passwd, and PostgreSQL needs one. "
            "Add it, or point DATABASE_URL at a server of your own."
        ) from None
    return ServerUser(found.pw_name, found.pw_uid, found.pw_gid)
