"""What a backup says of itself: at its beginning what is to come, at its end what it held.

A table is compared by the number of its rows and a sum of the digests of each: in whatever order a
server gives them, and without a second copy of them in memory.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final

FORMAT: Final = 1
MODULUS: Final = 2**128


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the backup is of.

    `keys` are marks of the key file's keys, by which the file that belongs to it is known; the keys
    themselves are not in it. `tables` have their columns, `rows` their numbers.
    """

    made_at: str
    postroom: str
    postgresql: str
    keys: list[str]
    extensions: list[str]
    migrations: list[list[str]]
    tables: dict[str, list[str]]
    rows: dict[str, int]
    beside: int
    format: int = FORMAT


@dataclass(slots=True)
class Tally:
    """How many there were, and the sum of their digests."""

    count: int = 0
    digest: int = 0

    def add(self, content: bytes) -> None:
        """Count one."""
        digest = hashlib.blake2b(content, digest_size=16).digest()
        self.count += 1
        self.digest = (self.digest + int.from_bytes(digest, "big")) % MODULUS

    def add_each(self, contents: Iterable[bytes]) -> None:
        """Count several."""
        for content in contents:
            self.add(content)


@dataclass(slots=True)
class End:
    """What the backup held. `lost` are messages beside the database that were not there to read."""

    tables: dict[str, Tally] = field(default_factory=dict)
    beside: Tally = field(default_factory=Tally)
    lost: list[str] = field(default_factory=list)
    sequences: dict[str, int] = field(default_factory=dict)


def written(what: Beginning | End) -> bytes:
    """As JSON."""
    return json.dumps(asdict(what), indent=1, default=str).encode()


def beginning_from(content: bytes) -> Beginning:
    """Read what `written` wrote. Raises ValueError, TypeError."""
    read: dict[str, Any] = json.loads(content)
    if read.get("format") != FORMAT:
        raise ValueError(f"its format is {read.get('format')}, and this Postroom reads {FORMAT}")
    return Beginning(**read)


def end_from(content: bytes) -> End:
    """Read what `written` wrote. Raises ValueError, TypeError."""
    read = json.loads(content)
    tables = {name: Tally(**tally) for name, tally in read.pop("tables").items()}
    return End(tables=tables, beside=Tally(**read.pop("beside")), **read)
