"""Search among notes and tasks, by the query that finds emails.

Notes are read by everybody who sees the customer, and tasks as `tasks_for` has them (ADR 49). What
only an email has – a sender, a folder, a file – no note and no task has.
"""

from functools import reduce
from operator import or_
from typing import Final

from django.db.models import F, Q, QuerySet

from postroom.archive.search_query import DATES, Kind, Query, Term
from postroom.archive.search_terms import condition_of
from postroom.association.search_conditions import Matches, people_meant, words_in
from postroom.crm.models import Deal, Note, Task
from postroom.crm.records import WITH_RECORD
from postroom.crm.tasks import tasks_for
from postroom.team.models import User
from postroom.team.written_once import written_once

NONE: Final = Q(pk__in=[])
LOOKS_FOR: Final = frozenset({Kind.ANY, Kind.PERSON})
KINDS: Final = ("note", "task")
A_FEW: Final = 2


def kind_asked(query: Query) -> str:
    """Whether notes or tasks alone are looked for: `note`, `task`, or nothing."""
    asked = [t.text for t in query.terms if t.kind == Kind.IS and not t.is_negated]
    return next((kind for kind in KINDS if kind in asked), "")


def notes_found(query: Query) -> QuerySet[Note]:
    """Notes that answer the query."""
    notes = Note.objects.select_related("author", *WITH_RECORD)
    return notes.filter(conditions_of(query, "note", "written_at__date"))


def tasks_found(query: Query, viewer: User) -> QuerySet[Task]:
    """Tasks that answer it, of those that the viewer sees."""
    return tasks_for(viewer).filter(conditions_of(query, "task", "due_on"))


def newest_notes(query: Query) -> list[Note]:
    """The newest notes that answer it, a few and one more; most queries are words alone."""
    if words := words_alone(query):
        return notes_with(words)
    return list(notes_found(query).order_by("-written_at", "-pk")[: A_FEW + 1])


def newest_tasks(query: Query, viewer: User) -> list[Task]:
    """The same of tasks, by the day on which they are due."""
    if words := words_alone(query):
        return tasks_with(words, viewer.pk)
    return list(tasks_found(query, viewer).order_by("-due_on", "-pk")[: A_FEW + 1])


def words_alone(query: Query) -> str:
    """The query as one condition of words; empty where it asks for anything else."""
    terms = query.terms
    if any(term.kind != Kind.ANY for term in terms) or all(term.is_negated for term in terms):
        return ""
    return words_in(query)


@written_once()
def notes_with(words: str) -> QuerySet[Note]:
    """The newest notes with these words."""
    notes = Note.objects.select_related("author", *WITH_RECORD)
    found = notes.filter(Matches(F("found_by"), words))
    return found.order_by("-written_at", "-pk")[: A_FEW + 1]


@written_once()
def tasks_with(words: str, viewer: int) -> QuerySet[Task]:
    """The tasks with these words that are due last."""
    found = tasks_for(User(pk=viewer)).filter(Matches(F("found_by"), words))
    return found.order_by("-due_on", "-pk")[: A_FEW + 1]


def conditions_of(query: Query, kind: str, day: str) -> Q:
    """All groups must hold; without anything to look for, nothing is found."""
    positive = [term for term in query.terms if not term.is_negated]
    if not kind_asked(query) and not any(term.kind in LOOKS_FOR for term in positive):
        return NONE
    holds = Q()
    for group in query.groups:
        said = [condition_for(term, kind, day) for term in group]
        holds &= reduce(or_, [one for one in said if one is not None], Q())
    return holds or NONE


def condition_for(term: Term, kind: str, day: str) -> Q | None:
    """One term; None when it says nothing."""
    if term.kind == Kind.ANY:
        words = condition_of(term)
        holds = Q(Matches(F("found_by"), words)) if words else None
    elif term.kind == Kind.IS and term.text == kind:
        holds = Q(pk__isnull=False)
    elif term.kind == Kind.PERSON:
        holds = about_people(term.text)
    elif term.kind in DATES:
        holds = on_day(term, day)
    else:
        holds = NONE
    return ~holds if holds is not None and term.is_negated else holds


def about_people(words: str) -> Q:
    """It is about somebody who is called so, or about a deal with them."""
    people = people_meant(words)
    with_them = Deal.people.through.objects.filter(person__in=people).values("deal")
    return Q(person__in=people) | Q(deal__in=with_them)


def on_day(term: Term, day: str) -> Q:
    """Its day is before one, from one on, or within them."""
    first, end = term.period
    match term.kind:
        case Kind.BEFORE:
            return Q(**{f"{day}__lt": first})
        case Kind.AFTER:
            return Q(**{f"{day}__gte": first})
    return Q(**{f"{day}__gte": first, f"{day}__lt": end})
