"""What every run of the tests has in common: in CI, what was skipped did not pass.

A suite that skips because a server, a browser or a corpus is missing is green and proves nothing.
On a developer's machine the summary names every skip and its reason; in CI it fails the run. Only
the corpora are not ours to ship: where the folder they lie in is absent, their suites may skip.
"""

import os
from pathlib import Path
from typing import Final

import pytest

CORPORA: Final = Path(__file__).resolve().parent.parent / "shared" / "corpus"


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
    skipped = reporter.stats.get("skipped", [])
    return [report for report in skipped if CORPORA.exists() or "corp" not in _reason(report)]


def _reason(report: pytest.TestReport) -> str:
    return str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
