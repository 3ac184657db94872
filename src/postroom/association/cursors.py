"""Places in a list of emails: a page begins strictly beyond one, and costs the same anywhere."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
EVER = datetime(1, 1, 2, tzinfo=UTC)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """The place after a row: the next page begins strictly beyond it."""

    sent_at: datetime
    identity: bytes

    def __str__(self) -> str:
        return f"{(self.sent_at - EPOCH) // MICROSECOND}_{self.identity.hex()}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read what `str` wrote; raises ValueError on anything else."""
        stamp, _, identity = text.partition("_")
        try:
            sent_at = EPOCH + int(stamp) * MICROSECOND
        except OverflowError as error:
            raise ValueError(text) from error
        if not EVER <= sent_at <= NEVER:
            raise ValueError(text)
        return cls(sent_at, bytes.fromhex(identity))
