"""Read emails for search: their bytes in the parser's process, their words into the archive.

While a batch is written, the next one is read; they are written in their order. Stopped anywhere
it goes on there. One that breaks the parser is found by its subject and by who is on it.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from postroom.archive.reading import find_raw
from postroom.archive.search import Batch, fresh_batches, next_batch, sources_of
from postroom.archive.search_entry import Source, Vectors, vectors_of
from postroom.archive.search_writing import write_entries
from postroom.sync.parsing import LimitedParser


def index_some(account_id: int, parser: LimitedParser, most: int) -> None:
    """Read so many batches of an account at most."""
    for _ in islice(index_all(account_id, parser, most), most):
        pass


def index_all(account_id: int, parser: LimitedParser, most: int | None = None) -> Iterator[int]:
    """Read all that is due of an account; how many emails, batch by batch.

    Of new mail, `most` batches at most are read ahead of their turn.
    """
    yield from index_new(account_id, parser, most)
    while count := index_next(account_id, parser):
        yield count


def index_new(account_id: int, parser: LimitedParser, most: int | None = None) -> Iterator[int]:
    """The same of new mail. Only the parser works beside: the database is asked from here alone."""
    ahead: tuple[Batch, Future[list[Vectors]]] | None = None
    with ThreadPoolExecutor(1) as beside:
        for batch in islice(fresh_batches(account_id), most):
            begun = batch, beside.submit(words_in, sources_in(batch), parser)
            if ahead:
                yield written(*ahead)
            ahead = begun
        if ahead:
            yield written(*ahead)


def written(batch: Batch, reading: Future[list[Vectors]]) -> int:
    """Write a batch when it is read; how many it is."""
    write_entries(batch, reading.result())
    return max(len(batch.emails), 1)


def index_next(account_id: int, parser: LimitedParser) -> int:
    """Read the next emails of an account that are due; how many, 0 when all is done."""
    batch = next_batch(account_id)
    if batch is None:
        return 0
    write_entries(batch, read(batch, parser))
    return max(len(batch.emails), 1)


def read(batch: Batch, parser: LimitedParser) -> list[Vectors]:
    """The words of a batch."""
    return words_in(sources_in(batch), parser)


def sources_in(batch: Batch) -> list[Source]:
    """What the words of a batch are made from."""
    return sources_of(batch, [find_raw(email) for email in batch.emails])


def words_in(sources: list[Source], parser: LimitedParser) -> list[Vectors]:
    """The words of these; of one that breaks the parser those that are known without its bytes."""
    return [
        found if isinstance(found, Vectors) else without_text(source)
        for source, found in zip(sources, parser.words(sources), strict=True)
    ]


def without_text(source: Source) -> Vectors:
    """The words of what is known without the bytes."""
    return vectors_of(source._replace(raw=None))
