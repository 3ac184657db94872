"""Which emails come into question for a search, newest first, in stretches of bounded cost.

A word may be on a third of a million emails and an index of words knows no order. So the newest
few hundred emails are looked through by their date; a word that is common shows there. One that is
not is asked of the index with the days as further words, in windows that widen until there is
enough: it then intersects few with many and sorts a few hundred. ADR 29. Of the beginning of a word
an index has to gather all emails with any word that begins so, which of a common one are a good
part of all: then the other words and the days are asked of it, and the beginning of the rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

from postroom.archive.search import EPOCH
from postroom.archive.search_entry import ACCOUNT_MARK, DAY_MARK, any_of
from postroom.archive.search_terms import all_of

LOOKED_THROUGH = 600
MOST_LOOKED_THROUGH = 9_600
ENOUGH = 200  # Emails that a window is meant to hold.
MOST_IN_A_WINDOW = 2_000
BESIDE, GOES_ON = "<->", ":*"
COMMON = 10  # One of so many emails has a word that is.
MOST_OF_A_PHRASE = 300  # Those with its words, of which each is read to see how they stand.
MOST_READ_FOR_IT = 1_200  # Then the page goes on another time.
SLOWEST, FASTEST = 0.5, 16.0  # How much wider the next window may be.
WIDEST = 64  # Days; a window that would be wider has no beginning.
FEW_ACCOUNTS, SOME_ACCOUNTS = 16, 48

# The hits, and in the last row how many were looked at, from which moment on to which.
HITS = """
(SELECT email_id, sent_at, NULL::timestamptz FROM newest WHERE {is_hit} ORDER BY sent_at DESC)
UNION ALL
SELECT count(*), min(sent_at), max(sent_at) FROM newest
"""
HAVE_WORDS = HITS.format(is_hit="%(words)s = '' OR everything @@ %(words)s::tsquery")
HAVE_PHRASE = HITS.format(
    is_hit="""%(phrase)s = '' OR (
       SELECT everything @@ %(phrase)s::tsquery FROM archive_every_searchentry AS entry
        WHERE entry.email_id = newest.email_id)"""
)
NEWEST_OF_SOME = """
WITH newest AS MATERIALIZED (
     SELECT entry.email_id, entry.sent_at, entry.everything
       FROM unnest(%(accounts)s::bigint[]) AS account(id)
      CROSS JOIN LATERAL (
            SELECT email_id, sent_at, everything FROM archive_every_searchentry
             WHERE account_id = account.id AND sent_at < %(end)s AND sent_at >= %(begin)s
             ORDER BY sent_at DESC FETCH FIRST %(most)s ROWS WITH TIES) AS entry
      ORDER BY entry.sent_at DESC FETCH FIRST %(most)s ROWS WITH TIES)
"""
NEWEST = """
WITH newest AS MATERIALIZED (
     SELECT email_id, sent_at, everything FROM archive_every_searchentry
      WHERE account_id = ANY(%(accounts)s::bigint[])
        AND sent_at < %(end)s AND sent_at >= %(begin)s
      ORDER BY sent_at DESC FETCH FIRST %(most)s ROWS WITH TIES)
"""
# Where words stand is not in the index: of a phrase only the newest that have its words are read.
BY_WORDS = """
WITH found AS MATERIALIZED (
     SELECT email_id, account_id, sent_at FROM archive_every_searchentry
      WHERE everything @@ %(words)s::tsquery
        AND (%(begun)s = '' OR (everything @@ %(begun)s::tsquery) IS TRUE)),
newest AS MATERIALIZED (
     SELECT email_id, sent_at FROM found
      WHERE sent_at < %(end)s AND sent_at >= %(begin)s AND account_id = ANY(%(accounts)s::bigint[])
      ORDER BY sent_at DESC FETCH FIRST %(most)s ROWS WITH TIES)
"""

HAVING = """
SELECT entry.email_id FROM unnest(%(emails)s::bigint[], %(sights)s::int[]) AS asked (id, sight)
  JOIN archive_every_searchentry AS entry ON entry.email_id = asked.id
 WHERE CASE sight WHEN 3 THEN everything WHEN 2 THEN subject ELSE people END @@ %(words)s::tsquery
"""


class Look(NamedTuple):
    """Hits among so many emails, the newest of which was sent then, and the oldest."""

    hits: list[tuple[int, datetime]]
    number: int
    newest: datetime
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look: these accounts, these moments, words that must all be there."""

    accounts: Sequence[int]
    begin: datetime
    end: datetime
    all_words: tuple[str, ...]

    @property
    def words(self) -> str:
        """All of them as one condition."""
        return all_of(self.all_words)

    @property
    def has_phrase(self) -> bool:
        """Whether some of the words are to stand side by side."""
        return BESIDE in self.words

    @property
    def begun(self) -> tuple[str, ...]:
        """Those of which only the beginning is known."""
        return tuple(word for word in self.all_words if GOES_ON in word)

    @property
    def at_once(self) -> int:
        """How many that have the words are read in one window."""
        return MOST_OF_A_PHRASE if self.has_phrase else MOST_IN_A_WINDOW


@dataclass(frozen=True, slots=True)
class Stretch:
    """Emails that come into question, and down to which moment they are all of them.

    `begin` is None when there is nothing before.
    """

    found: list[tuple[int, datetime]]
    begin: datetime | None


def stretches(place: Place) -> Iterator[Stretch]:
    """Stretch by stretch into the past; who has enough stops asking."""
    most, end = LOOKED_THROUGH, place.end
    while True:
        look = newest(place, end, most)
        if look.number < most:
            yield Stretch(look.hits, None)
            return
        yield Stretch(look.hits, look.oldest)
        if place.words:
            yield from windows(place, look)
            return
        most, end = min(2 * most, MOST_LOOKED_THROUGH), look.oldest


def windows(place: Place, look: Look) -> Iterator[Stretch]:
    """What the index of words finds below these emails, window by window.

    A window is as wide as there are emails with its words, whether or not as its phrase has them.
    """
    days = (look.newest - look.oldest) / timedelta(days=1)
    end, found, read = look.oldest, len(look.hits), 0
    widest = WIDEST if len(place.accounts) > FEW_ACCOUNTS else 0  # Of few, the account is enough.
    begun = place.begun if is_common(place.begun, place, look) else ()
    while True:
        days = max(days * min(max(ENOUGH / max(found, 1), SLOWEST), FASTEST), 1.0)
        begin = EPOCH + timedelta(days=(end - EPOCH).days - int(days)) if days <= widest else None
        look = by_words(place, begin, end, begun)
        found, read = look.number, read + look.number
        if found >= place.at_once:
            begin = look.oldest
        is_last = begin is None or begin <= place.begin
        yield Stretch(look.hits, None if is_last else begin)
        if is_last or begin is None or (place.has_phrase and read >= MOST_READ_FOR_IT):
            return
        end = begin


def is_common(begun: tuple[str, ...], place: Place, look: Look) -> bool:
    """Whether words that begin so stand on a good part of the newest emails."""
    if not begun:
        return False
    if begun != place.all_words:
        look = newest(replace(place, all_words=begun), place.end, LOOKED_THROUGH)
    return COMMON * len(look.hits) >= look.number


def newest(place: Place, end: datetime, most: int) -> Look:
    """Those that have the words among the newest before a moment."""
    statement = NEWEST_OF_SOME if len(place.accounts) <= FEW_ACCOUNTS else NEWEST
    said = {"end": end, "most": most, "words": place.words}
    return look_of(statement + HAVE_WORDS, place, said)


def by_words(
    place: Place, begin: datetime | None, end: datetime, begun: tuple[str, ...] = ()
) -> Look:
    """Those that have the words, from one moment (or ever) to another.

    `begun`: words that are asked of the rows, where the days leave few of them.
    """
    begun = begun if begin else ()
    words = [in_index(word) for word in place.all_words if word not in begun]
    if len(place.accounts) <= SOME_ACCOUNTS:  # Of many, each would be asked of every hit.
        words.append(any_of(f"{ACCOUNT_MARK}{pk}" for pk in place.accounts))
    if begin is not None:
        days = range((begin - EPOCH).days, (end - EPOCH).days + 1)
        words.append(any_of(f"{DAY_MARK}{day}" for day in days))
    said: dict[str, Any] = {
        "words": all_of(words),
        "begun": all_of(in_index(word) for word in begun),
        "begin": max(begin or place.begin, place.begin),
        "end": end,
        "phrase": place.words if place.has_phrase else "",
        "most": place.at_once,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        # PostgreSQL takes a vector that lies beside its row for as cheap to read as a number.
        cursor.execute("SET LOCAL enable_seqscan = off")
        return look_of(BY_WORDS + HAVE_PHRASE, place, said)


def in_index(words: str) -> str:
    """Words as the index has them, which does not know where they stand."""
    return words.replace(BESIDE, "&")


def having(words: str, sights: Mapping[int, int]) -> set[int]:
    """Those of some emails that have the words in what is seen of them: sights by their ids."""
    if not sights:
        return set()
    said: dict[str, Any] = {"emails": list(sights), "sights": list(sights.values())}
    with connection.cursor() as cursor:
        cursor.execute(HAVING, said | {"words": words})
        return {pk for (pk,) in cursor.fetchall()}


def look_of(statement: str, place: Place, said: dict[str, Any]) -> Look:
    """Ask."""
    with connection.cursor() as cursor:
        where: dict[str, Any] = {"accounts": list(place.accounts), "begin": place.begin}
        cursor.execute(statement, where | said)
        *hits, (number, oldest, newest) = cursor.fetchall()
    return Look([(pk, sent_at) for pk, sent_at, _ in hits], number, newest, oldest)
