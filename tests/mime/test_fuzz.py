"""Coverage-guided fuzzing of the reader, ten minutes, only when asked: TEST_LONG=1."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.skipif("TEST_LONG" not in os.environ, reason="long: set TEST_LONG=1"),
    pytest.mark.timeout(900),
]

SECONDS = int(os.environ.get("POSTROOM_FUZZ_SECONDS", "600"))


def test_no_bytes_crash_or_stall_the_reader(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris is not installed: pip install atheris")
    target = Path(__file__).with_name("fuzz_target.py")
    options = [f"-max_total_time={SECONDS}", "-timeout=5", "-rss_limit_mb=1024", "-max_len=8192"]
    fuzzing = subprocess.run(
        [sys.executable, str(target), *options, f"-artifact_prefix={tmp_path}/", str(tmp_path)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(target.parents[1])},
        timeout=SECONDS + 120,
    )
    print(fuzzing.stderr.decode("utf-8", "replace")[-2000:])
    assert fuzzing.returncode == 0
