"""A system that lets a program have 1,024 open files unless it asks for more is asked."""

import resource
import subprocess
import sys

import pytest
from click.testing import CliRunner

from postroom.cli import main, open_files

ASK = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 512))
from postroom.cli import open_files
print(open_files.ask_for_all(), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_all_that_may_be_had_is_taken() -> None:
    told = subprocess.run([sys.executable, "-c", ASK], check=True, capture_output=True, text=True)
    assert told.stdout.split() == ["512", "512", "512"]


@pytest.mark.django_db
def test_the_doctor_says_when_it_is_too_few_for_the_engines_accounts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    monkeypatch.setenv("POSTROOM_ENGINE_ACCOUNTS", str(most))
    said = CliRunner().invoke(main, ["doctor"]).output
    assert f"needs you   connections: A program may have {most:,} files" in said
    assert f"needs {open_files.needed_for(most):,}. Raise the limit" in said
