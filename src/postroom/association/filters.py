"""The filters of an Emails list, as a page, the API and the command line offer them."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.db.models import Q

from postroom.archive.search_query import Kind, Query, Term, parse_query
from postroom.association.related import Choice
from postroom.team.models import User

WAYS = ("received", "sent", "bounced")
FIRST_YEAR, LAST_YEAR = 1900, 9990


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked of a list. `since` and `until` are days, both included.

    `besides` goes with the way *bounced*: which emails came back, only the outbox knows.
    """

    shared_by: User | None = None
    way: str = ""
    is_unread: bool = False
    has_attachments: bool = False
    since: date | None = None
    until: date | None = None
    words: str = ""
    is_oldest_first: bool = False
    as_threads: bool = False
    besides: Q = field(default_factory=Q)

    @property
    def choice(self) -> Choice:
        """As the list is asked."""
        return Choice(self.shared_by, self.query, self.besides, self.is_oldest_first)

    @property
    def query(self) -> Query:
        """The words and the marks together, as the search box would have them."""
        return Query((*parse_query(self.words).groups, *((term,) for term in self.terms)))

    @property
    def terms(self) -> list[Term]:
        """What is not typed."""
        asked = [Term(Kind.IS, "unread")] if self.is_unread else []
        if self.has_attachments:
            asked.append(Term(Kind.HAS, "attachment"))
        if self.way in ("sent", "received"):
            asked.append(Term(Kind.IS, self.way))
        if self.since:
            asked.append(Term(Kind.AFTER, self.since.isoformat()))
        if self.until:
            asked.append(Term(Kind.BEFORE, (self.until + timedelta(1)).isoformat()))
        return asked

    @property
    def without_marks(self) -> "Filters":
        """The same without what is counted beside the list."""
        return replace(self, way="", is_unread=False, has_attachments=False, besides=Q())

    @property
    def are_any(self) -> bool:
        """Whether anything is left out of the list."""
        return replace(self, is_oldest_first=False, as_threads=False) != Filters()

    @property
    def are_dated(self) -> bool:
        """Whether a day is given."""
        return bool(self.since or self.until)


def is_day(day: date) -> bool:
    """Whether a list can be asked for it: there is a day before it and one after."""
    return FIRST_YEAR <= day.year <= LAST_YEAR
