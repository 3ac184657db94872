"""The submission server in a thread of its own, for tests that block."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from servers.beside import beside
from servers.certificates import Certificate
from servers.submission import Submission, submission


def submission_beside(
    users: dict[str, str],
    *,
    starttls: Certificate | None = None,
    tokens: Callable[[str, str], bool] | None = None,
) -> AbstractContextManager[Submission]:
    """Run a submission server until the block ends."""
    return beside(submission(users, starttls=starttls, tokens=tokens))
