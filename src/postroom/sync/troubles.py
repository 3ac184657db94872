"""What a failure means for the account, in words its owner can act on."""

from django.db import OperationalError
from psycopg.errors import DiskFull

from postroom.accounts.seals import SecretDoesNotOpen
from postroom.net.errors import NetError


class SyncFailed(Exception):
    """A sync ended early; what is recorded stays, and a next one goes on from there."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence


OUR_FAULT = (
    "Postroom met something it did not expect and will try again by itself. Nothing is lost."
    " If this stays, show your administrator this word: {}."
)


DISK_FULL = (
    "The disk of Postroom’s database is full, so nothing more can be kept. Ask your administrator"
    " to make room there; then it goes on by itself. Nothing is lost."
)


def is_disk_full(error: BaseException) -> bool:
    """Whether PostgreSQL had no room to write what it was given."""
    return isinstance(error, OperationalError) and isinstance(error.__cause__, DiskFull)


def trouble_of(error: Exception) -> tuple[str, str]:
    """Kind and sentence of a failure."""
    if isinstance(error, NetError):
        return error.kind, error.sentence
    if isinstance(error, SecretDoesNotOpen):
        return "secret_does_not_open", str(error)
    if is_disk_full(error):
        return "disk_full", DISK_FULL
    return "unexpected", OUR_FAULT.format(type(error).__name__)
