"""An email as the words by which it is found. No Django here: the parser's process makes these.

Three vectors, each with all of the one before: who is on it; the subject too; everything. Who
may read less of an email is answered from less, so no hit tells of what they may not read. ADR 29.
A word stands there as it is, and again with the mark of where it stands, for `from:` and its like.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from struct import Struct
from typing import Final, NamedTuple

from postroom.archive.binary_copy import microseconds, octets
from postroom.archive.binary_copy import text as as_field
from postroom.archive.entry import naming, participations_in
from postroom.mime import Envelope, read_for_search
from postroom.mime.words import LONGEST_WORD, fold, folded_words

MOST_PEOPLE: Final = 500
MOST_OF_A_NAME: Final = 40
MOST_OF_A_SUBJECT: Final = 400
MOST_FILES: Final = 100
MOST_WORDS: Final = 12_000
MOST_TEXT: Final = 100_000  # Characters of a text that are searched.
SHOWN_TEXT: Final = 8_000  # Characters kept to show a hit in.
OFTEN: Final = 80  # Characters; what is longer is seldom written twice.
LONGEST_NAME: Final = 120  # Of those that are completed.

# PostgreSQL: a position is at most 16,383, a word has 256 of them, a vector 1 MB.
LAST_PLACE: Final = 16_383
MOST_PLACES: Final = 255
MOST_OCTETS: Final = 600_000
MOST_OF_A_WORD: Final = 4 * (LONGEST_WORD + 1) + 2  # Octets, with its mark and one place.
GAP: Final = 8  # No phrase goes from one name, or from the subject, into what comes next.

# A mark is a sign that is in no word.
FROM_MARK, TO_MARK, SUBJECT_MARK, FILE_MARK = "<", ">", "=", "/"
ACCOUNT_MARK, DAY_MARK = "@", "#"
MARKS_OF_ROLES: Final = {1: FROM_MARK, 3: TO_MARK, 4: TO_MARK, 5: TO_MARK}  # ParticipantRole.


ENTRY_COLUMNS: Final = (
    "email_id",
    "account_id",
    "sent_at",
    "people",
    "subject",
    "everything",
    "text",
)
ENTRY_START = Struct("!h iq iq iq").pack
COUNT, SHORT = Struct("!i").pack, Struct("!H").pack
NO_WORDS: Final = COUNT(0)


class Source(NamedTuple):
    """What is known of an email: its rows, and its bytes if they are here.

    `day` counts from 1970; `people` are role, name and address.
    """

    account_id: int
    day: int
    people: Sequence[tuple[int, str, str]]
    subject: str
    raw: bytes | None


class Vectors(NamedTuple):
    """The vectors in the binary form in which PostgreSQL takes them, and the beginning of the text.

    How many words there are, and each with its end, how many places it has, and these. As text it
    would be read there sign by sign, which took a quarter of the time. PostgreSQL: `tsvectorrecv`.
    """

    people: bytes
    subject: bytes
    everything: bytes
    text: str


class Words(NamedTuple):
    """What a message itself gives: vectors without its place among the mail, and who is on it."""

    vectors: Vectors
    called: tuple["Called", ...]


class Called(NamedTuple):
    """An address, as it is called, and that folded with the address."""

    canonical: str
    name: str
    words: str


class _Vector:
    """A vector that is growing."""

    def __init__(self) -> None:
        self._places: defaultdict[str, list[bytes]] = defaultdict(list)
        self._next = 1
        self._octets = 0  # At most.

    def add(self, text: str, mark: str, most: int) -> None:
        """Add a text, apart from what is there."""
        cut = _cut_often if len(text) <= OFTEN else _cut
        words, marked = cut(text, mark, most)
        self._put(words)
        if marked:
            self._put(marked)
        self._next = min(self._next + max(len(words) - 1, 0), LAST_PLACE) + GAP

    def _put(self, words: Sequence[str]) -> None:
        if self._octets + len(words) * MOST_OF_A_WORD > MOST_OCTETS:
            words = self._as_many(words)
        self._octets += len(words) * MOST_OF_A_WORD
        by_word = self._places
        # Hundreds of words a message and millions a mailbox: places are written once for all.
        places = _written_places()[self._next : self._next + len(words)]
        # A loop that Python does not see: it takes half as long.
        deque(map(list.append, map(by_word.__getitem__, words), places), maxlen=0)

    def _as_many(self, words: Sequence[str]) -> Sequence[str]:
        """The first words, as many as there is room for if all of them are counted."""
        known = self._places
        octets = sum(len(w.encode()) + 2 * len(places) for w, places in known.items())
        fresh: set[str] = set()
        for number, word in enumerate(words):
            if octets > MOST_OCTETS:
                return words[:number]
            if word not in known and word not in fresh:
                fresh.add(word)
                octets += len(word.encode())
            octets += 2
        return words

    def __bytes__(self) -> bytes:
        places = list(self._places.values())
        if places and (self._next > LAST_PLACE or max(map(len, places)) > MOST_PLACES):
            # Of words beyond the last place each has it, and PostgreSQL wants it once.
            places = [list(dict.fromkeys(some))[:MOST_PLACES] for some in places]
        # No NUL is in a word: it holds letters and digits alone.
        words = "\0".join(self._places).encode().split(b"\0") if places else []
        ends, joined = _ends_of_words(), b"".join
        return COUNT(len(words)) + joined(
            [
                word + ends[len(some)] + joined(some)
                for word, some in zip(words, places, strict=True)
            ]
        )


def _cut(text: str, mark: str, most: int) -> tuple[list[str], list[str]]:
    """The words of a text, and the same with a mark, if there is one."""
    words = folded_words(text, most)
    return words, [mark + word for word in words] if mark else []


# The same people write to each other again and again. Nobody changes these lists.
_cut_often = lru_cache(maxsize=4_096)(_cut)


@lru_cache(maxsize=1)
def _written_places() -> tuple[bytes, ...]:
    """Every place as PostgreSQL takes it, by its number; all beyond the last are the last."""
    written = tuple(map(SHORT, range(LAST_PLACE + 1)))
    return written + written[-1:] * (GAP + MOST_WORDS)


@lru_cache(maxsize=1)
def _ends_of_words() -> tuple[bytes, ...]:
    """What stands between a word and its places, by how many these are."""
    return tuple(b"\0" + SHORT(count) for count in range(MOST_PLACES + 1))


def vectors_of(source: Source) -> Vectors:
    """The words of an email."""
    text, files = read_for_search(source.raw) if source.raw else ("", [])
    vectors = vectors_in(source.people, source.subject, text, files)
    return placed(vectors, source.account_id, source.day)


def words_of_message(envelope: Envelope, text: str, files: Sequence[str]) -> Words:
    """The words of a message that was just read; its rows hold the same people in this order."""
    on_it = sorted(participations_in(envelope), key=itemgetter(0, 1))
    people = [(role, *naming(address)) for role, _, address in on_it]
    called = dict.fromkeys(called_there(name, canonical) for _, name, _, canonical in people)
    vectors = vectors_in([one[:3] for one in people], envelope.subject, text, files)
    return Words(vectors, tuple(one for one in called if one.canonical))


@lru_cache(maxsize=4_096)
def called_there(name: str, canonical: str) -> Called:
    """An address as it stands on an email. The same people write again and again."""
    name = name[:LONGEST_NAME].strip()
    return Called(canonical, name, fold(f"{name} {canonical}").strip())


def placed(vectors: Vectors, account_id: int, day: int) -> Vectors:
    """The same with the words for the email's mailbox and day."""
    count = COUNT(2 + int.from_bytes(vectors.everything[: len(NO_WORDS)], "big"))
    places = f"{ACCOUNT_MARK}{account_id}\0\0\0{DAY_MARK}{day}\0\0\0".encode()
    words = vectors.everything[len(NO_WORDS) :]
    return vectors._replace(everything=count + places + words)


def vectors_in(
    people: Sequence[tuple[int, str, str]], subject: str, text: str, files: Sequence[str]
) -> Vectors:
    """The words of what is known of an email."""
    vector = _Vector()
    for role, name, address in people[:MOST_PEOPLE]:
        for written in filter(None, (name, address)):
            vector.add(written, MARKS_OF_ROLES.get(role, ""), MOST_OF_A_NAME)
    of_people = bytes(vector)
    vector.add(subject, SUBJECT_MARK, MOST_OF_A_SUBJECT)
    of_subject = bytes(vector)
    for name in files[:MOST_FILES]:
        vector.add(name, FILE_MARK, MOST_OF_A_NAME)
    vector.add(text[:MOST_TEXT], "", MOST_WORDS)
    return Vectors(of_people, of_subject, bytes(vector), text[:SHOWN_TEXT])


def entry_row(pk: int, account_id: int, sent_at: datetime, vectors: Vectors) -> bytes:
    """One row of ENTRY_COLUMNS for binary COPY."""
    start = ENTRY_START(len(ENTRY_COLUMNS), 8, pk, 8, account_id, 8, microseconds(sent_at))
    people, subject, everything, beginning = vectors
    return b"".join((start, *map(octets, (people, subject, everything)), as_field(beginning)))


def any_of(lexemes: Iterable[str]) -> str:
    """The condition that one of these words is there, as PostgreSQL reads it."""
    return "(" + " | ".join(f"'{lexeme}'" for lexeme in lexemes) + ")"
