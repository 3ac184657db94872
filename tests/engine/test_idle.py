"""What an idle mailbox costs, in small: `python -m bench.idle` says it of two thousand."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = re.compile(r"^\| (.+?) +\| +(\d+)(?:, (\d+) ms)? +\|$", re.MULTILINE)


@pytest.mark.early
def test_an_idle_mailbox_is_small_and_hears_at_once() -> None:
    words = ["--accounts", "48", "--deliveries", "6", "--print"]
    program = [sys.executable, "-m", "bench.idle", *words]
    ran = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True)
    found = {name: int(number) for name, number, _ in ROWS.findall(ran.stdout)}
    print(found)
    # Each bears a part of what the engine starts with, and of the pages' table of addresses (some
    # 25 MB), which it loads for the link in its first notice.
    assert found["kB of memory an account"] < 1_000
    told = found["pages are told, median and 95 %"]
    assert told - found["the bare client hears, median and 95 %"] < 1_500
