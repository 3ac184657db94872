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
from django.db.models import Case, Q, QuerySet, Value, When

from postroom.archive.models import Email
from postroom.association.conditions import KINDS, asked_of_email, senders_asked_for
from postroom.association.people import among
from postroom.association.steps import Step
from postroom.team.days import local_day
from postroom.team.models import InboxColumn, Organisation, User
from postroom.team.once_a_page import once_a_page
from postroom.team.written_once import written_once

MOST_SENDERS = 2_000
THESE = [-1]  # Where a kept question has the ids of emails.
COUNTED = "SELECT {numbers} FROM ({flags}) AS each"

# Columns that are there to be taken: their names, and what they ask.
READY_MADE = {
    "closing_month": "Closing this month",
    "customer": "Customers",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What a column asks of emails, and whose they may be at all.

    `senders` is None where it may be anybody's, or that of too many to look for each.
    """

    asked: Q
    senders: list[str] | None


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
    """What is asked, on the organisation's day."""
    today = local_day(now)
    return Question(condition_of(column, today), senders_of(column, today))


def condition_of(column: InboxColumn, today: date) -> Q:
    """Its conditions; those of kinds that are no more are left out."""
    return asked_of_email(known_steps(column), "received", today, needs_all=column.needs_all)


def senders_of(column: InboxColumn, today: date) -> list[str] | None:
    """The addresses that come into question, if they are few."""
    whose = senders_asked_for(known_steps(column), today, needs_all=column.needs_all)
    if whose is None:
        return None
    few = list(whose.values_list("canonical", flat=True)[: MOST_SENDERS + 1])
    return few if len(few) <= MOST_SENDERS else None


def known_steps(column: InboxColumn) -> list[Step]:
    """The conditions that can be asked."""
    return [step for step in column.conditions if step["kind"] in KINDS]


def those_meeting(asked: Q, ids: Collection[int]) -> set[int]:
    """Which of some emails meet a condition."""
    met = Email.objects.filter(pk__in=among(ids)).order_by().alias(stands=case_of(asked))
    return set(met.filter(stands=True).values_list("pk", flat=True))


def counts_of(
    columns: Sequence[InboxColumn], ids: Collection[int], now: datetime
) -> dict[InboxColumn, int]:
    """How many of some emails stand in each column: one question for all of them."""
    if not columns or not ids:
        return dict.fromkeys(columns, 0)
    asked = tuple((json.dumps(known_steps(c)), c.needs_all) for c in columns)
    domains = tuple(Organisation.get().own_domains)
    statement, said = counting(asked, local_day(now), domains)
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(ids) if each == THESE else each for each in said])
        [numbers] = cursor.fetchall()
    return dict(zip(columns, numbers, strict=True))


@lru_cache(maxsize=256)
def counting(
    asked: tuple[tuple[str, bool], ...], today: date, own_domains: tuple[str, ...]
) -> tuple[str, Sequence[Any]]:
    """The question for some columns, as it is put, and what is said with it; `THESE` for the ids.

    Writing it takes as long as answering it, so it is kept while the same is asked: `own_domains`
    stand in it, and tell one question from another.
    """
    stands = {
        f"n{place}": case_of(asked_of_email(json.loads(steps), "received", today, needs_all=all_))
        for place, (steps, all_) in enumerate(asked)
    }
    each = Email.objects.filter(pk__in=among(THESE)).order_by().annotate(**stands)
    flags, said = each.values(*stands).query.sql_with_params()
    numbers = ", ".join(f"count(*) FILTER (WHERE {name})" for name in stands)
    return COUNTED.format(numbers=numbers, flags=flags), said


def case_of(asked: Q) -> Case | Value:
    """Whether an email meets a condition, decided for it alone.

    Filtered by it, PostgreSQL may join the conditions first, and look through the mail of all leads
    for what is among a few emails.
    """
    return Case(When(asked, then=True), default=False) if asked else Value(value=True)
