"""Fetch Debian's Cyrus and Courier and unpack them beside the system, for the interop suite.

python tests/servers/unpack_peers.py DIRECTORY
"""

import subprocess
import sys
from pathlib import Path

PACKAGES = ("cyrus-imapd", "cyrus-common", "courier-imap", "courier-base", "courier-authlib",
            "libcourier-unicode4", "libgamin0", "gamin", "libidn12", "libxapian30", "libpcre3",
            "libical3")  # fmt: skip


def main() -> None:
    """Download with apt-get, unpack with dpkg; nothing is installed."""
    directory = Path(sys.argv[1]).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "download", *PACKAGES], cwd=directory, check=True)
    for package in sorted(directory.glob("*.deb")):
        subprocess.run(["dpkg", "-x", package, directory], check=True)


if __name__ == "__main__":
    main()
