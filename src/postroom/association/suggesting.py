"""Names while somebody types them, and names that somebody mistyped.

Whom a viewer may know: leads and contacts, whom everybody may, and who is on mail they may see.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from django.db import connection, transaction

from postroom.archive.models import EveryParticipant
from postroom.archive.search_query import Kind, Query, Term
from postroom.association.reach import accounts_in_reach
from postroom.association.search_conditions import MOST_PEOPLE
from postroom.association.visibility import visible_to
from postroom.mime.words import fold, words_of
from postroom.team.models import User

SHORTEST = 2
LONGEST_TYPED = 60
SHORTEST_MISTYPED = 4  # Of three letters too many are alike.
ALIKE = 0.72  # How much of a name must be right for it to be meant.
NAMES = frozenset({Kind.ANY, Kind.FROM, Kind.TO, Kind.PERSON})

PEOPLE = """
SELECT person.first_name || ' ' || person.last_name, address.address, address.canonical, person.id
  FROM crm_person AS person JOIN crm_personaddress AS address ON address.person_id = person.id
 WHERE person.id IN (
       SELECT id FROM crm_person WHERE {matches_name}
       UNION ALL SELECT person_id FROM crm_personaddress WHERE {matches_address})
 ORDER BY person.id, NOT address.is_primary LIMIT %(most)s
"""
CORRESPONDENTS = """
SELECT name, canonical, canonical, NULL FROM archive_correspondent AS correspondent
 WHERE account_id = ANY(%(accounts)s::bigint[]) AND {matches_words} LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whom the viewer may know; `person` is the id of a lead or contact."""

    name: str
    address: str
    canonical: str
    person: int | None

    @property
    def words(self) -> str:
        """All by which they are called, folded."""
        return fold(f"{self.name} {self.address}")


def known_like(viewer: User, typed: str, most: int = 6) -> list[Known]:
    """Those whose name or address has what was typed, leads and contacts first."""
    written = typed.lower()[:LONGEST_TYPED].strip()
    typed = fold(written)
    if len(typed) < SHORTEST:
        return []
    found = list(asked(viewer, [f"%{escaped(one)}%" for one in dict.fromkeys((typed, written))]))
    begins = [one for one in found if any(w.text.startswith(typed) for w in words_of(one.words))]
    others = [one for one in found if one not in begins]
    return list(those_known(viewer, [*begins, *others], most))


def corrected(query: Query, viewer: User) -> Query | None:
    """The query with mistyped names as they are written; None if there is nothing to mend."""
    groups = tuple(
        tuple(mended(term, viewer) if term.kind in NAMES else term for term in group)
        for group in query.groups
    )
    return Query(groups) if groups != query.groups else None


def mended(term: Term, viewer: User) -> Term:
    """The term with the word of a name that was meant."""
    typed = fold(term.text)
    if term.is_negated or len(typed) < SHORTEST_MISTYPED or len(list(words_of(typed))) != 1:
        return term
    best, how_alike = typed, ALIKE
    found = asked(viewer, [f"%{escaped(slip)}%" for slip in slips(typed)], like=typed)
    for one in those_known(viewer, sorted(found, key=lambda k: -alike_any(typed, k)), 3):
        for word in words_of(one.words):
            if word.text != typed and (alike := alikeness(typed, word.text)) > how_alike:
                best, how_alike = word.text, alike
    return term if best == typed else replace(term, text=best, is_prefix=False)


def slips(typed: str) -> list[str]:
    """What may have been meant: two letters the other way round, or one less."""
    turned = [typed[:n] + typed[n + 1] + typed[n] + typed[n + 2 :] for n in range(len(typed) - 1)]
    less = [typed[:n] + typed[n + 1 :] for n in range(len(typed))]
    return [slip for slip in dict.fromkeys(turned + less) if len(slip) >= 3]


def alike_any(typed: str, known: Known) -> float:
    """How alike the most alike of somebody's words is."""
    return max((alikeness(typed, word.text) for word in words_of(known.words)), default=0.0)


def alikeness(one: str, other: str) -> float:
    """From 0 to 1; turned letters count as one mistake and not as two."""
    if sorted(one) == sorted(other):
        return 0.95
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def asked(viewer: User, patterns: list[str], like: str = "") -> Iterator[Known]:
    """Everybody called like one of the patterns, or much like `like`; not yet whom one may know."""
    accounts = list(visible_accounts(viewer))
    said: dict[str, Any] = {
        "patterns": patterns,
        "like": like,
        "accounts": accounts,
        "most": MOST_PEOPLE,
    }
    is_alike = bool(like) and has_trigrams()
    with transaction.atomic(), connection.cursor() as cursor:
        if is_alike:
            cursor.execute("SET LOCAL pg_trgm.word_similarity_threshold = 0.4")
        for statement in (PEOPLE, CORRESPONDENTS):
            cursor.execute(statement.format(**conditions(is_alike=is_alike)), said)
            yield from [Known(name.strip(), *rest) for name, *rest in cursor.fetchall()]


def conditions(*, is_alike: bool) -> dict[str, str]:
    """The conditions of the statements."""
    columns = {
        "matches_name": "lower(first_name || ' ' || last_name)",
        "matches_address": "canonical",
        "matches_words": "words",
    }
    alike = " OR %(like)s <% {column}" if is_alike else ""
    either = "({column} LIKE ANY(%(patterns)s::text[])" + alike.replace("<%", "<%%") + ")"
    return {name: either.format(column=column) for name, column in columns.items()}


def has_trigrams() -> bool:
    """Whether this database can tell what is alike."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm')")
        return bool(cursor.fetchone()[0])


def escaped(text: str) -> str:
    """As LIKE has it, standing for itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def visible_accounts(viewer: User) -> Collection[int]:
    """The accounts of which the viewer may see anything."""
    reach = accounts_in_reach(viewer)
    return [*reach.own, *reach.of_colleagues] if viewer.is_active else []


def those_known(viewer: User, found: Iterable[Known], most: int) -> Iterator[Known]:
    """Those whom the viewer may know, once each: an email that they see says so, or the CRM."""
    told: set[str] = set()
    for one in found:
        if len(told) == most:
            return
        if one.canonical not in told and (one.person or is_called_so(viewer, one)):
            told.add(one.canonical)
            yield one


def is_called_so(viewer: User, one: Known) -> bool:
    """Whether they are called so on an email that the viewer may see: elsewhere is no matter."""
    called = EveryParticipant.objects.filter(canonical=one.canonical, name__istartswith=one.name)
    return visible_to(viewer).filter(pk__in=called.values("email")).exists()
