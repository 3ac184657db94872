"""The other IMAP clients, pinned by hash and installed outside the tree: none is a dependency.

Where a registry cannot be reached, its clients are left out of the table, and a line says so.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench import ROOT

PINNED = ROOT / "requirements" / "bench.txt"
S3_PINNED = ROOT / "requirements" / "s3.txt"
IMAPFLOW = ROOT / "bench" / "imapflow"
DRAIN = IMAPFLOW / "drain.js"


def folder() -> Path:
    """Where they are kept from one run to the next."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "postroom-bench"


def install_python_clients() -> bool:
    """Make IMAPClient and aioimaplib importable; say whether they are."""
    target = folder() / "python"
    command = [
        sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install",
        "--require-hashes", "--no-deps", "--target", str(target), "-r", str(PINNED),
    ]  # fmt: skip
    if not installed(target, PINNED.read_bytes(), [command]):
        print("IMAPClient and aioimaplib are not measured: pip could not install them")
        return False
    sys.path.append(str(target))
    return True


def install_object_storage() -> Path | None:
    """Where django-storages, boto3 and the peer moto are; None if pip could not install them."""
    target = folder() / "s3"
    command = [
        sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install",
        "--require-hashes", "--no-deps", "--target", str(target), "-r", str(S3_PINNED),
    ]  # fmt: skip
    if not installed(target, S3_PINNED.read_bytes(), [command]):
        print("S3 is not measured: pip could not install its client and its peer")
        return None
    return target


def install_imapflow() -> bool:
    """Make imapflow available to `node_modules`; say whether it is."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        print("imapflow is not measured: there is no node or no npm")
        return False
    target = folder() / "node"
    files = [IMAPFLOW / "package.json", IMAPFLOW / "package-lock.json"]
    command = ["npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"]
    commands = [["cp", *map(str, files), "."], command]
    if not installed(target, b"".join(path.read_bytes() for path in files), commands):
        print("imapflow is not measured: npm could not install it")
        return False
    return True


def node_modules() -> Path:
    """Where Node finds imapflow."""
    return folder() / "node" / "node_modules"


def installed(target: Path, pins: bytes, commands: list[list[str]]) -> bool:
    """Run the commands in a new folder, unless an earlier run did so for the same pins."""
    stamp = target / "installed"
    if stamp.exists() and stamp.read_bytes() == pins:
        return True
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for command in commands:
        if subprocess.run(command, cwd=target, check=False).returncode != 0:
            return False
    stamp.write_bytes(pins)
    return True
