"""What every run of the tests has in common: in CI, what lacked a part of ours did not pass.

A suite that skips because a server, a browser or a corpus is missing is green and proves nothing.
On a developer's machine the summary names every skip and its reason; in CI a skip whose reason
names one of the parts that `bin/install-test-parts` brings fails the run. The corpora are not ours
to ship: only where the folder they lie in is absent may their suites skip there too.
"""

import os
import re
from pathlib import Path
from typing import Final

import pytest

CORPORA: Final = Path(__file__).resolve().parent.parent / "shared" / "corpus"
PARTS: Final = re.compile(r"dovecot|cyrus|courier|chromium|isync|mbsync", re.IGNORECASE)
CORPUS: Final = re.compile(r"corpus|corpora", re.IGNORECASE)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which skips CI does not forgive."""
    unforgiven = _unforgiven(terminalreporter)
    if unforgiven:
        terminalreporter.section("skipped, and in CI that is a failure")
        for report in unforgiven:
            terminalreporter.write_line(f"{report.nodeid}: {_reason(report)}")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Turn a green run with unforgiven skips red."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == pytest.ExitCode.OK and reporter is not None and _unforgiven(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _unforgiven(reporter: pytest.TerminalReporter) -> list[pytest.TestReport]:
    if os.environ.get("CI") != "true":
        return []
    return [r for r in reporter.stats.get("skipped", []) if _lacks_a_part(_reason(r))]


def _lacks_a_part(reason: str) -> bool:
    if CORPUS.search(reason):
        return CORPORA.exists()
    return bool(PARTS.search(reason))


def _reason(report: pytest.TestReport) -> str:
    return str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
