"""A PostgreSQL with a migrated database in it, made once for each state of the migrations.

To migrate takes longer than most files of tests, and every worker of every run needs it. So it lies
beside the environment of this checkout and is copied; whoever finds it outdated makes it anew.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import postroom

SOURCE = Path(postroom.__file__).parent
KEPT = Path(sys.prefix) / "test-database"
NAME = "migrated"
# What the tables come from; the packages bring migrations of their own.
ORIGINS = ("*/migrations/*.py", "archive/wall.py", "config/postgres*.py")


def copy_to(data_dir: Path, make: Callable[[], Path]) -> None:
    """Put it into a data directory, from what `make` left in its own, the first time."""
    KEPT.mkdir(exist_ok=True)
    with (KEPT / "claim").open("w") as claim:
        fcntl.flock(claim, fcntl.LOCK_EX)
        kept = KEPT / state()
        if not kept.exists():
            for outdated in KEPT.glob("*-*"):
                shutil.rmtree(outdated)
            made, unfinished = make(), KEPT / "unfinished-"
            copy(made / "postgres", unfinished)
            unfinished.rename(kept)
            shutil.rmtree(made)
        copy(kept, data_dir / "postgres")


def copy(source: Path, target: Path) -> None:
    """Copy a folder with its owners, whoever may read it."""
    subprocess.run(["cp", "-a", source, target], check=True)


def state() -> str:
    """Name what decides the tables: our migrations, and which packages are installed."""
    digest = hashlib.sha256()
    for pattern in ORIGINS:
        for file in sorted(SOURCE.glob(pattern)):
            digest.update(file.name.encode() + file.read_bytes())
    for package in sorted(Path(postroom.__file__).parents[2].glob("requirements/*.txt")):
        digest.update(package.read_bytes())
    return f"state-{digest.hexdigest()[:16]}"
