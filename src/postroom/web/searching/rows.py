"""What a page of search shows: rows of mail with their hits marked."""

from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from postroom.archive.search_misread import misread
from postroom.archive.search_query import TYPED, Kind, Query, parse_query
from postroom.archive.search_terms import SHORTEST_PREFIX
from postroom.association import Cursor, Found, search
from postroom.association.suggesting import corrected
from postroom.team.models import User
from postroom.web.emails.related import parse_cursor
from postroom.web.emails.rows import EmailRow, rows_of
from postroom.web.searching.highlights import excerpt, marked, needles_of


@dataclass(frozen=True, slots=True)
class SearchRow:
    """A row and its hits."""

    row: EmailRow
    party: SafeString
    subject: SafeString
    excerpt: SafeString


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page: its rows, where it goes on (empty at the end), what was looked for instead."""

    words: str
    rows: list[SearchRow]
    next: str
    is_first: bool
    instead: str = ""
    misread: list[str] = field(default_factory=list)

    @property
    def is_short(self) -> bool:
        """Whether the last word is one that somebody has only begun to type."""
        terms = parse_query(self.words).terms
        return bool(terms) and terms[-1].is_prefix and len(terms[-1].text) < SHORTEST_PREFIX


def page_of(viewer: User, words: str, after: str) -> SearchPage:
    """The page below `after`; where nothing is found, names are looked for as they are written."""
    place, query = parse_cursor(after), parse_query(words)
    found, instead = search(viewer, query, after=place), ""
    is_nothing = not found.rows and not found.next and place is None
    other = corrected(query, viewer) if is_nothing else None
    if other and (better := search(viewer, other)).rows:
        query, found, instead = other, better, str(other).strip()
    rows = rows_with_hits(query, found)
    return SearchPage(
        instead or words, rows, written(found.next), place is None, instead, misread(words)
    )


def written(cursor: Cursor | None) -> str:
    """A place as URLs have it."""
    return str(cursor) if cursor else ""


def rows_with_hits(query: Query, found: Found) -> list[SearchRow]:
    """The rows of what was found."""
    people = needles_of(query, Kind.ANY, Kind.FROM, Kind.TO)
    subject = needles_of(query, Kind.ANY, Kind.SUBJECT)
    text = needles_of(query, Kind.ANY)
    return [
        SearchRow(
            row,
            marked(row.party or "(unknown)", people),
            marked(row.email.subject or "(no subject)", subject),
            excerpt(found.texts.get(row.email.pk, ""), text) or marked(row.email.snippet, text),
        )
        for row in rows_of(found.rows)
    ]


def typed_words(text: str) -> str:
    """What was typed, as far as it can be a query."""
    return text.replace("\0", "")[:TYPED]
