"""Read emails for search: their bytes in the parser's process, their words into the archive.

Batch by batch: stopped anywhere it goes on there. One that breaks the parser is found by its
subject and by who is on it.
"""

from postroom.archive.reading import find_raw
from postroom.archive.search import Batch, next_batch, sources_of
from postroom.archive.search_entry import Source, Vectors, vectors_of
from postroom.archive.search_writing import write_entries
from postroom.sync.parsing import LimitedParser


def index_next(account_id: int, parser: LimitedParser) -> int:
    """Read the next emails of an account that are due; how many, 0 when all is done."""
    batch = next_batch(account_id)
    if batch is None:
        return 0
    write_entries(batch, read(batch, parser))
    return max(len(batch.emails), 1)


def read(batch: Batch, parser: LimitedParser) -> list[Vectors]:
    """The words of a batch."""
    sources = sources_of(batch, [find_raw(email) for email in batch.emails])
    read = parser.words(sources)
    return [
        found if isinstance(found, Vectors) else without_text(source)
        for source, found in zip(sources, read, strict=True)
    ]


def without_text(source: Source) -> Vectors:
    """The words of what is known without the bytes."""
    return vectors_of(source._replace(raw=None))
