"""Between which moments a query's emails were sent."""

from collections.abc import Iterator
from datetime import datetime

from postroom.archive.search_query import Kind, Query, Term
from postroom.association.cursors import EVER, NEVER
from postroom.association.search_conditions import midnight


def period_of(query: Query) -> tuple[datetime, datetime]:
    """The moments between which an email must have been sent."""
    begin, end = EVER, NEVER
    for term in single_terms(query):
        if term.kind in (Kind.AFTER, Kind.ON):
            begin = max(begin, midnight(term.period[0]))
        if term.kind in (Kind.BEFORE, Kind.ON):
            end = min(end, midnight(term.period[term.kind == Kind.ON]))
    return begin, end


def single_terms(query: Query) -> Iterator[Term]:
    """The terms that must hold, each for itself."""
    return (group[0] for group in query.groups if len(group) == 1 and not group[0].is_negated)
