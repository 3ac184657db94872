"""An email as the words by which it is found. No Django here: the parser's process makes these.

Three vectors, each with all of the one before: who is on it; the subject too; everything. Who
may read less of an email is answered from less, so no hit tells of what they may not read. ADR 29.
A word stands there as it is, and again with the mark of where it stands, for `from:` and its like.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Final, NamedTuple

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
    """The vectors as PostgreSQL reads them, and the beginning of the text."""

    people: str
    subject: str
    everything: str
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
        self._places: defaultdict[str, list[str]] = defaultdict(list)
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

    def __str__(self) -> str:
        # Nothing is quoted or escaped in it: words hold letters and digits alone.
        return " ".join(
            [f"'{word}':{','.join(places[:MOST_PLACES])}" for word, places in self._places.items()]
        )


def _cut(text: str, mark: str, most: int) -> tuple[list[str], list[str]]:
    """The words of a text, and the same with a mark, if there is one."""
    words = folded_words(text, most)
    return words, [mark + word for word in words] if mark else []


# The same people write to each other again and again. Nobody changes these lists.
_cut_often = lru_cache(maxsize=4_096)(_cut)


@lru_cache(maxsize=1)
def _written_places() -> tuple[str, ...]:
    """Every place as PostgreSQL reads it, by its number; all beyond the last are the last."""
    written = tuple(map(str, range(LAST_PLACE + 1)))
    return written + written[-1:] * (GAP + MOST_WORDS)


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
    place = f"'{ACCOUNT_MARK}{account_id}' '{DAY_MARK}{day}'"
    return vectors._replace(everything=f"{place} {vectors.everything}")


def vectors_in(
    people: Sequence[tuple[int, str, str]], subject: str, text: str, files: Sequence[str]
) -> Vectors:
    """The words of what is known of an email."""
    vector = _Vector()
    for role, name, address in people[:MOST_PEOPLE]:
        for written in filter(None, (name, address)):
            vector.add(written, MARKS_OF_ROLES.get(role, ""), MOST_OF_A_NAME)
    of_people = str(vector)
    vector.add(subject, SUBJECT_MARK, MOST_OF_A_SUBJECT)
    of_subject = str(vector)
    for name in files[:MOST_FILES]:
        vector.add(name, FILE_MARK, MOST_OF_A_NAME)
    vector.add(text[:MOST_TEXT], "", MOST_WORDS)
    return Vectors(of_people, of_subject, str(vector), text[:SHOWN_TEXT])


def any_of(lexemes: Iterable[str]) -> str:
    """The condition that one of these words is there, as PostgreSQL reads it."""
    return "(" + " | ".join(f"'{lexeme}'" for lexeme in lexemes) + ")"
