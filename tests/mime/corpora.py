"""Messages from outside the repository: read where they are, skipped with a reason where not."""

import sysconfig
import tarfile
from functools import cache
from pathlib import Path

import pytest

_SHARED = Path(__file__).parents[3] / "shared" / "corpus"


@cache
def corpus(name: str) -> dict[str, bytes]:
    """Return every file of a corpus by its path; the calling test is skipped if it is absent."""
    archive = _SHARED / f"{name}.tar.xz"
    if not archive.exists():
        pytest.skip(f"no corpus: {archive} is not there")
    with tarfile.open(archive) as members:
        files = {
            member.name: content.read()
            for member in members
            if member.isfile() and (content := members.extractfile(member))
        }
    return dict(sorted(files.items()))


def real_mail() -> dict[str, bytes]:
    """Return the 1,600 messages that people sent each other in 2002."""
    return {name: raw for name, raw in corpus("real-mail").items() if name.endswith(".eml")}


def cpython_mail() -> dict[str, bytes]:
    """Return the test messages of the running Python, or skip."""
    folder = Path(sysconfig.get_paths()["stdlib"]) / "test" / "test_email" / "data"
    if not folder.is_dir():
        pytest.skip(f"this Python came without its test mail ({folder})")
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.txt"))}
