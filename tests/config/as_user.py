"""Runs code and programs as another system user, for which the tests must run as root.

The interpreter of a private Python installation may lie in a closed folder such as /root; then the
system's one of the same version serves. Without either, the test is skipped and says so.
"""

import json
import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

ALICE, CHARLIE = "daemon", "games"
SOURCES = (Path(__file__).parents[2] / "src", *map(Path, sys.path))
SYSTEM_PYTHON = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"

as_root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def run_as(
    user: str | int, command: list[str], **environ: str
) -> "subprocess.CompletedProcess[str]":
    """Run a program as the user, given by name or number, and return what it said."""
    return subprocess.run(
        command,
        user=user,
        group=pwd.getpwnam(user).pw_gid if isinstance(user, str) else user,
        extra_groups=[],
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", **environ},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def call_as(user: str | int, code: str, *arguments: object) -> object:
    """Run Python code as the user: it finds its arguments in `a` and leaves an `answer`."""
    paths = [str(path) for path in SOURCES if path.name in ("src", "site-packages")]
    script = f"import json, sys\na = sys.argv[1:]\n{code}\nprint(json.dumps(answer))"
    outcome = run_as(
        user,
        [_python_for(user), "-c", script, *map(str, arguments)],
        PYTHONPATH=os.pathsep.join(paths),
        PYTHONDONTWRITEBYTECODE="1",
    )
    assert outcome.returncode == 0, outcome.stderr
    return json.loads(outcome.stdout.splitlines()[-1])


def _python_for(user: str | int) -> str:
    for python in (sys.executable, SYSTEM_PYTHON):
        try:
            if run_as(user, [python, "--version"]).returncode == 0:
                return python
        except OSError:
            continue
    pytest.skip(f"no Python that the user {user} can run: {sys.executable}, {SYSTEM_PYTHON}")
