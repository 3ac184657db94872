"""Which emails come into question for somebody's list, in its order, in stretches of bounded cost.

Of each address the next few hundred are read off the index of participants, which knows the moment
and the mailbox of each: no email is looked at that is in no mailbox of which the viewer sees any.
Words are asked of the index of words together with the addresses, which are rare. ADR 44.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from postroom.archive.search_entry import ACCOUNT_MARK, any_of
from postroom.archive.search_query import Kind, Term
from postroom.archive.search_terms import all_of, condition_of, one_of
from postroom.association.cursors import MICROSECOND, Cursor
from postroom.team.prepared import answers, array_of

LOOKED_THROUGH, LOOKED_THROUGH_FOR_WORDS = 96, 800
FEWEST, MOST_LOOKED_THROUGH = 64, 1_024
A_PAGE = 25
AND_SOME = 1.3  # For what is wanted does not come evenly.
MOST_BY_WORDS = 400
FEW_ADDRESSES = 8
FEW_ACCOUNTS = 48  # Of more, each would be asked of every hit.

BY_PEOPLE = """
SELECT mail.email_id, mail.sent_at
  FROM unnest(%(addresses)s::text[]) AS named (canonical)
 CROSS JOIN LATERAL (
       SELECT email_id, sent_at FROM archive_every_participant
        WHERE canonical = named.canonical AND account_id = ANY(%(accounts)s::bigint[])
          AND sent_at >= %(begin)s AND sent_at < %(end)s
        ORDER BY sent_at {order} FETCH FIRST %(most)s ROWS WITH TIES) AS mail
 ORDER BY mail.sent_at {order} FETCH FIRST %(most)s ROWS WITH TIES
"""
BY_WORDS = """
WITH found AS MATERIALIZED (
     SELECT email_id, account_id, sent_at FROM archive_every_searchentry
      WHERE everything @@ %(words)s::tsquery)
SELECT email_id, sent_at FROM found
 WHERE sent_at >= %(begin)s AND sent_at < %(end)s AND account_id = ANY(%(accounts)s::bigint[])
   AND EXISTS (SELECT FROM archive_every_participant AS participant
                WHERE participant.email_id = found.email_id
                  AND canonical = ANY(%(addresses)s::text[]))
 ORDER BY sent_at {order} FETCH FIRST %(most)s ROWS WITH TIES
"""
# Many are read, of which the list has few: they come as one row, with the moment of the last.
AT_ONCE = """
SELECT coalesce(array_agg(email_id), '{{}}'), count(*), {last}(sent_at) FROM ({rows}) AS mail
"""
# With words: those sent when one of them that has the words was. Of several copies of an email one
# may lack them, and be the one that is shown.
AT_ONCE_WITH_WORDS = """
WITH mail AS MATERIALIZED ({rows}), moment AS MATERIALIZED (
     SELECT sent_at FROM mail
      WHERE (SELECT everything @@ %(words)s::tsquery FROM archive_every_searchentry AS entry
              WHERE entry.email_id = mail.email_id))
SELECT coalesce(array_agg(email_id) FILTER (WHERE sent_at IN (SELECT sent_at FROM moment)), '{{}}'),
       count(*), {last}(sent_at) FROM mail
"""

BY_THREADS = """
SELECT thread.email_id FROM unnest(%(roots)s::text[]) AS named (root)
 CROSS JOIN LATERAL (
       SELECT email_id FROM archive_every_thread AS email
        WHERE thread_root = named.root AND account_id = ANY(%(accounts)s::bigint[])
          AND (%(addresses)s::text[] IS NULL OR EXISTS (
              SELECT FROM archive_every_participant AS participant
               WHERE participant.email_id = email.email_id
                 AND canonical = ANY(%(addresses)s::text[])))
        ORDER BY sent_at DESC LIMIT %(most)s) AS thread
"""


@dataclass(frozen=True, slots=True)
class Where:
    """Whose mail, in which mailboxes, between which moments, with which words; in which order.

    `gathered`: what comes into question where that is known already, with its moments.
    """

    addresses: Sequence[str]
    accounts: Sequence[int]
    begin: datetime
    end: datetime
    words: str = ""
    is_oldest_first: bool = False
    gathered: Sequence[tuple[int, datetime]] | None = None

    @property
    def is_by_words(self) -> bool:
        """Whether the index of words proposes: of many addresses it would ask for each."""
        return bool(self.words) and self.gathered is None and len(self.addresses) <= FEW_ADDRESSES

    @property
    def is_anywhere(self) -> bool:
        """Whether anything can be found at all."""
        return bool(self.accounts and (self.addresses or self.gathered))

    def beyond(self, cursor: Cursor | None) -> "Where":
        """The same from a place in the list on."""
        if cursor is None:
            return self
        begin, end = self.begin, self.end
        if self.is_oldest_first:
            begin = max(begin, cursor.sent_at)
        else:
            # Beyond a cursor without an identity nothing of its moment is left.
            end = min(end, cursor.sent_at + MICROSECOND if cursor.identity else cursor.sent_at)
        return replace(self, begin=begin, end=end)


class Found(NamedTuple):
    """Emails by id, one as often as it was found; how many, and when the last one was sent."""

    emails: list[int]
    number: int
    last: datetime | None


@dataclass(slots=True)
class Tally:
    """How many emails were looked at, and how many of them the list has."""

    looked_at: int = 0
    listed: int = 0

    def following(self, most: int) -> int:
        """How many to look at next, after so many: what fills the page, judged by those."""
        needed = 2 * most
        if self.listed:
            left = max(A_PAGE + 1 - self.listed, 0)
            needed = int(AND_SOME * left * self.looked_at / self.listed)
        return min(max(needed, FEWEST), 2 * most, MOST_LOOKED_THROUGH)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Emails that come into question, out of a number that were looked at.

    Beyond `end` there may be others, unless it is None.
    """

    emails: list[int]
    number: int
    end: Cursor | None


def stretches(where: Where, tally: Tally | None = None) -> Iterator[Stretch]:
    """Stretch by stretch; who has enough stops asking, and may keep a tally meanwhile."""
    tally = tally or Tally()
    first = LOOKED_THROUGH_FOR_WORDS if where.words else LOOKED_THROUGH
    most = MOST_BY_WORDS if where.is_by_words else first
    while True:
        emails, number, last = next_at(where, most)
        end = beyond(last, where) if last and number >= most else None
        yield Stretch(list(dict.fromkeys(emails)), number, end)
        if end is None:
            return
        # A whole moment was read, so that the next stretch shares no email with this one.
        where = where.beyond(end)
        most = most if where.is_by_words else tally.following(most)


def in_threads(
    roots: Collection[str], accounts: Sequence[int], addresses: Sequence[str] | None, most: int
) -> set[int]:
    """The newest emails of each of these threads; with one of the addresses on them, if given."""
    said: dict[str, Any] = {
        "roots": list(roots),
        "accounts": list(accounts),
        "addresses": None if addresses is None else list(addresses),
        "most": most,
    }
    return {pk for (pk,) in answers("in_threads", BY_THREADS, said)}


def beyond(moment: datetime, where: Where) -> Cursor:
    """The place after all emails of a moment. No identity is empty."""
    return Cursor(moment + MICROSECOND if where.is_oldest_first else moment, b"")


def next_at(where: Where, most: int) -> Found:
    """The next emails; as many, and those of the same moment."""
    if where.gathered is not None:
        return among_gathered(where, most)
    order, last = ("ASC", "max") if where.is_oldest_first else ("DESC", "min")
    rows = (BY_WORDS if where.is_by_words else BY_PEOPLE).format(order=order)
    is_filtered = where.words and not where.is_by_words
    statement = (AT_ONCE_WITH_WORDS if is_filtered else AT_ONCE).format(rows=rows, last=last)
    said: dict[str, Any] = {
        "addresses": list(where.addresses),
        "accounts": array_of(where.accounts),
        "begin": where.begin,
        "end": where.end,
        "most": most,
        "words": words_and_people(where) if where.is_by_words else where.words,
    }
    if not where.is_by_words:
        return answer(statement, said)
    with transaction.atomic(), connection.cursor() as cursor:
        # PostgreSQL takes a vector that lies beside its row for as cheap to read as a number.
        cursor.execute("SET LOCAL enable_seqscan = off")
        return answer(statement, said)


def answer(statement: str, said: dict[str, Any]) -> Found:
    """Ask. Not prepared: it is planned in no time, and better by how much is asked for."""
    with connection.cursor() as cursor:
        cursor.execute(statement, said)
        return Found(*cursor.fetchone())


def among_gathered(where: Where, most: int) -> Found:
    """The same of emails that are known."""
    inside = [row for row in where.gathered or () if where.begin <= row[1] < where.end]
    inside.sort(key=lambda row: row[1], reverse=not where.is_oldest_first)
    last = inside[min(most, len(inside)) - 1][1] if inside else None
    found = inside[:most] + [row for row in inside[most:] if row[1] == last]
    return Found([pk for pk, _ in found], len(found), last)


def words_and_people(where: Where) -> str:
    """The words, with those of one of the addresses: few emails have both.

    In any order, for where words stand is not in the index: who is on an email is looked up anyway.
    """
    named = (
        condition_of(Term(Kind.ANY, address)).replace("<->", "&") for address in where.addresses
    )
    words = [where.words, one_of([said for said in named if said])]
    if len(where.accounts) <= FEW_ACCOUNTS:
        words.append(any_of(f"{ACCOUNT_MARK}{pk}" for pk in where.accounts))
    return all_of([said for said in words if said])
