"""Columns that a user made: mail of the inbox that meets their conditions. ADR 48.

An email stands in as many of them as it fits, and in the usual column of its sender besides.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from postroom.association.conditions import KINDS, asked_of_few, senders_asked_for
from postroom.association.few_emails import answers_to
from postroom.association.steps import Step
from postroom.team.days import local_day
from postroom.team.models import InboxColumn, Organisation, User
from postroom.team.once_a_page import once_a_page
from postroom.team.prepared import Prepared
from postroom.team.written_once import written_once

MOST_SENDERS = 2_000
COUNTED = "{head}SELECT {numbers} FROM ({each}) AS each"
STANDING = "{head}SELECT id FROM ({each}) AS each WHERE n0"

Asking = tuple[str, bool]  # The conditions of a column as text, and whether all are needed.

# Columns that are there to be taken: their names, and what they ask.
READY_MADE = {
    "closing_month": "Closing this month",
    "customer": "Customers",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What a column asks of emails, on the organisation's day."""

    steps: list[Step]
    needs_all: bool
    today: date

    @property
    def asking(self) -> Asking:
        """By what a written question is kept."""
        return json.dumps(self.steps), self.needs_all

    def senders(self) -> list[str] | None:
        """Whose the mail may be; None for anybody's, or that of too many to look for each."""
        whose = senders_asked_for(self.steps, self.today, needs_all=self.needs_all)
        if whose is None:
            return None
        few = list(whose.values_list("canonical", flat=True)[: MOST_SENDERS + 1])
        return few if len(few) <= MOST_SENDERS else None


def own_columns(viewer: User) -> list[InboxColumn]:
    """The viewer's columns that are shown, in their order."""
    return once_a_page((InboxColumn, viewer.pk), lambda: columns_shown(viewer.pk))


@written_once()
def columns_shown(owner: int) -> QuerySet[InboxColumn]:
    """The same, asked."""
    return InboxColumn.objects.filter(owner=owner, is_shown=True)


def ready_made(kind: str, owner: User) -> InboxColumn:
    """A column that is there to be taken. Raises KeyError."""
    steps = [Step(kind=kind, text="")]
    return InboxColumn(owner=owner, name=READY_MADE[kind], conditions=steps)


def question_of(column: InboxColumn, now: datetime) -> Question:
    """What is asked; conditions of kinds that are no more are left out."""
    return Question(known_steps(column), column.needs_all, local_day(now))


def known_steps(column: InboxColumn) -> list[Step]:
    """The conditions that can be asked."""
    return [step for step in column.conditions if step["kind"] in KINDS]


def those_meeting(question: Question, ids: Collection[int]) -> set[int]:
    """Which of some emails stand in a column."""
    if not ids:
        return set()
    return {pk for (pk,) in rows_of(STANDING, [question.asking], question.today, ids)}


def counts_of(
    columns: Sequence[InboxColumn], ids: Collection[int], now: datetime
) -> dict[InboxColumn, int]:
    """How many of some emails stand in each column: one question for all of them."""
    if not columns or not ids:
        return dict.fromkeys(columns, 0)
    questions = [question_of(column, now) for column in columns]
    [numbers] = rows_of(COUNTED, [q.asking for q in questions], questions[0].today, ids)
    return dict(zip(columns, numbers, strict=True))


def rows_of(
    statement: str, asked: Sequence[Asking], today: date, ids: Collection[int]
) -> list[tuple[Any, ...]]:
    """Ask it of some emails."""
    prepared = put(statement, tuple(asked), today, tuple(Organisation.get().own_domains))
    with connection.cursor() as cursor:
        cursor.execute(*prepared.said_with([list(ids)]))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


@lru_cache(maxsize=256)
def put(
    statement: str, asked: tuple[Asking, ...], today: date, own_domains: tuple[str, ...]
) -> Prepared:
    """The question of some columns, prepared but for the ids.

    Writing it takes as long as answering it, so it is kept while the same is asked: `own_domains`
    stand in it, and tell one question from another.
    """
    answers = answers_to(
        {
            f"n{place}": asked_of_few(json.loads(steps), today, needs_all=needs_all)
            for place, (steps, needs_all) in enumerate(asked)
        }
    )
    numbers = ", ".join(f"count(*) FILTER (WHERE n{place})" for place in range(len(asked)))
    whole = statement.format(head=answers.head, numbers=numbers, each=answers.each)
    return Prepared("own_columns", whole, [None, *answers.said], {0: "ids"})
