"""Fuzz every target in turn, TEST_FUZZ_SECONDS each, and print what came of it.

    python -m fuzz [TARGET …]

What crashes a target is kept in .fuzz/TARGET/; its octets belong into tests/fuzz/found/TARGET/.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from fuzz import TARGETS

SECONDS = int(os.environ.get("TEST_FUZZ_SECONDS", "600"))
WORK = Path(__file__).resolve().parents[2] / ".fuzz"
# One input may take five seconds and half a gigabyte; nothing of ours needs a tenth of either.
OPTIONS = ("-timeout=5", "-rss_limit_mb=1024", "-max_len=4096", "-print_final_stats=1")
_EXECUTED = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_COVERED = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)")


def main(names: list[str]) -> int:
    """Print a row for each target; the exit status says whether one crashed."""
    print(f"{'target':16}{'executions':>12}{'edges':>8}{'features':>10}{'inputs':>8}  outcome")
    return max(row(name) for name in names or TARGETS)


def row(name: str) -> int:
    """Fuzz one target and print its row."""
    folder = WORK / name
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "log"
    with log.open("wb") as output:
        status = subprocess.run(
            [
                sys.executable, "-m", "fuzz.target", name, str(folder / "inputs"), *OPTIONS,
                f"-max_total_time={SECONDS}", f"-artifact_prefix={folder}/",
            ],
            stdout=output, stderr=output, check=False,
        ).returncode  # fmt: skip
    text = log.read_text(errors="replace")
    executed = (_EXECUTED.findall(text) or ["0"])[-1]
    edges, features, inputs = (_COVERED.findall(text) or [("0", "0", "0")])[-1]
    outcome = "no crash" if status == 0 else f"CRASHED, see {log}"
    counts = f"{int(executed):12,}{int(edges):8,}{int(features):10,}{int(inputs):8,}"
    print(f"{name:16}{counts}  {outcome}", flush=True)
    return min(status & 0xFF, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
