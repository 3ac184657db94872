"""What the figures were measured on."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from postroom.config.postgres import binaries


def conditions() -> list[tuple[str, str]]:
    """Date, machine and versions, asked and not remembered."""
    return [
        ("date", datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")),
        ("commit", said("git", "rev-parse", "--short", "HEAD")),
        ("processor", f"{os.cpu_count()} × {processor()}"),
        ("memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"),
        ("load before", " ".join(f"{load:.1f}" for load in os.getloadavg())),
        ("system", f"{platform.system()} {platform.release()}"),
        ("Python", platform.python_version()),
        ("PostgreSQL", said(str(binaries() / "postgres"), "--version").rpartition(" ")[2]),
        ("Django, psycopg", f"{version('django')}, {version('psycopg')}"),
        ("Dovecot", said("/usr/sbin/dovecot", "--version").split()[0]),
        ("mbsync", said("mbsync", "--version").split()[-1]),
    ]


def processor() -> str:
    """The name of the processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def said(*command: str) -> str:
    """What a program says."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
