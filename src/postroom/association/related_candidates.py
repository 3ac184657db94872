"""Which emails come into question for somebody's list, in its order, in stretches of bounded cost.

Of each address the next few hundred are read off the index of participants, which knows the moment
and the mailbox of each: no email is looked at that is in no mailbox of which the viewer sees any.
Words are asked of the index of words together with the addresses, which are rare. ADR 44.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from postroom.archive.search_entry import ACCOUNT_MARK, any_of
from postroom.archive.search_query import Kind, Term
from postroom.archive.search_terms import all_of, condition_of, one_of
from postroom.association.cursors import MICROSECOND, Cursor

LOOKED_THROUGH = 128
MOST_LOOKED_THROUGH = 1_024
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


@dataclass(frozen=True, slots=True)
class Stretch:
    """Emails that come into question; beyond `end` there may be others, unless it is None."""

    emails: list[int]
    end: Cursor | None


def stretches(where: Where) -> Iterator[Stretch]:
    """Stretch by stretch; who has enough stops asking."""
    most = MOST_BY_WORDS if where.is_by_words else LOOKED_THROUGH
    while True:
        rows = rows_at(where, most)
        end = beyond(rows[-1][1], where) if len(rows) >= most else None
        yield Stretch(list(dict.fromkeys(pk for pk, _ in rows)), end)
        if end is None:
            return
        # A whole moment was read, so that the next stretch shares no email with this one.
        where = where.beyond(end)
        most = most if where.is_by_words else min(2 * most, MOST_LOOKED_THROUGH)


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
    with connection.cursor() as cursor:
        cursor.execute(BY_THREADS, said)
        return {pk for (pk,) in cursor.fetchall()}


def beyond(moment: datetime, where: Where) -> Cursor:
    """The place after all emails of a moment. No identity is empty."""
    return Cursor(moment + MICROSECOND if where.is_oldest_first else moment, b"")


def rows_at(where: Where, most: int) -> list[tuple[int, datetime]]:
    """The next emails and when they were sent; as many, and those of the same moment."""
    if where.gathered is not None:
        return among_gathered(where, most)
    order = "ASC" if where.is_oldest_first else "DESC"
    said: dict[str, Any] = {
        "addresses": list(where.addresses),
        "accounts": list(where.accounts),
        "begin": where.begin,
        "end": where.end,
        "most": most,
    }
    if not where.is_by_words:
        return answers(BY_PEOPLE.format(order=order), said)
    with transaction.atomic(), connection.cursor() as cursor:
        # PostgreSQL takes a vector that lies beside its row for as cheap to read as a number.
        cursor.execute("SET LOCAL enable_seqscan = off")
        return answers(BY_WORDS.format(order=order), said | {"words": words_and_people(where)})


def among_gathered(where: Where, most: int) -> list[tuple[int, datetime]]:
    """The same of emails that are known."""
    inside = [row for row in where.gathered or () if where.begin <= row[1] < where.end]
    inside.sort(key=lambda row: row[1], reverse=not where.is_oldest_first)
    last = inside[most - 1][1] if len(inside) > most else None
    return inside[:most] + [row for row in inside[most:] if row[1] == last]


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


def answers(statement: str, said: dict[str, Any]) -> list[tuple[int, datetime]]:
    """Ask."""
    with connection.cursor() as cursor:
        cursor.execute(statement, said)
        return [(pk, sent_at) for pk, sent_at in cursor.fetchall()]
