"""Statements that PostgreSQL reads and plans once in a connection, and from then on has by name.

Behind the wall the rules of who may see what are woven into each question, and reading and planning
one took as long as answering it. One plan serves all values (`config.database.ONE_PLAN`). ADR 64.
"""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.db import connection

PLACE: Final = re.compile(r"%%|%s|%\((?P<name>\w+)\)s")
MOST_IN_A_CONNECTION: Final = 200  # A sixth of a megabyte each, and more.
LONGEST_NAME: Final = 40  # PostgreSQL cuts names at 63 bytes.

Rows = list[tuple[Any, ...]]

_numbers = count(1)
_known_in: WeakKeyDictionary[object, set[str]] = WeakKeyDictionary()


class Prepared:
    """A statement with numbered holes for what differs each time.

    `holes`: by the place of a value in the statement, what fills it; the same fills several.
    """

    def __init__(
        self, name: str, statement: str, values: Sequence[Any], holes: Mapping[int, Hashable]
    ) -> None:
        self.name = f"{name[:LONGEST_NAME]}_{next(_numbers)}"
        numbers = {hole: number for number, hole in enumerate(dict.fromkeys(holes.values()), 1)}
        places = count()

        def numbered(found: re.Match[str]) -> str:
            if found[0] == "%%" or (place := next(places)) not in holes:
                return found[0]
            return f"${numbers[holes[place]]}"

        self.statement = PLACE.sub(numbered, statement)
        self.rest = [value for place, value in enumerate(values) if place not in holes]
        said = f" ({', '.join(['%s'] * len(numbers))})" if numbers else ""
        self.execute = f"EXECUTE {self.name}{said}"

    def said_with(self, values: Sequence[Any]) -> tuple[str, Sequence[Any]]:
        """What to execute on the present connection, where the statement is known from now on."""
        connection.ensure_connection()
        known = _known_in.setdefault(connection.connection, set())
        if self.name not in known:
            self.make_known(known)
        return self.execute, [array_of(v) if is_of_ids(v) else v for v in values]

    def is_known(self) -> bool:
        """Whether the present connection has it."""
        return self.name in _known_in.get(connection.connection, ())

    def make_known(self, known: set[str]) -> None:
        """Prepare it; with too many others, those are forgotten before."""
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            if len(known) >= MOST_IN_A_CONNECTION:
                cursor.execute("DEALLOCATE ALL")
                known.clear()
            cursor.execute(f"PREPARE {self.name} AS {self.statement}", self.rest)
        known.add(self.name)


def is_of_ids(value: Any) -> bool:
    """Whether it is a list of numbers, and no other."""
    return isinstance(value, list) and bool(value) and type(value[0]) is int


def array_of(ids: Iterable[int]) -> str:
    """Numbers as PostgreSQL writes an array: psycopg looks at each of 200 for a while."""
    return f"{{{','.join(map(str, ids))}}}"


def together(statements: Sequence[tuple[str, Sequence[Any]]]) -> list[Rows]:
    """The rows of each of some statements, in one round trip; each may take its own time."""
    if not statements:
        return []
    said = [value for _, values in statements for value in values]
    with connection.cursor() as cursor:
        cursor.execute("; ".join(statement for statement, _ in statements), said)
        found = [cursor.fetchall()]
        while cursor.nextset():
            found.append(cursor.fetchall())
    return found


def answers(name: str, statement: str, said: Mapping[str, Any]) -> Rows:
    """The rows of a statement whose values are named, as `%(since)s`."""
    prepared, names = named(name, statement)
    return together([prepared.said_with([said[each] for each in names])])[0]


@lru_cache(maxsize=256)
def named(name: str, statement: str) -> tuple[Prepared, list[str]]:
    """The same, prepared, and in which order its values are said."""
    places = [found["name"] for found in PLACE.finditer(statement) if found[0] != "%%"]
    return Prepared(name, statement, (), dict(enumerate(places))), list(dict.fromkeys(places))
