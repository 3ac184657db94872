"""Every question a test asks is written anew as well, and must come out the same (ADR 60).

One that came out the same does so until something is written, or somebody else looks: what a
question is written by, and was not told, lies in the database. So with the same values it is proved
again for each viewer, after each statement that is more than a question, and in each test; not when
the database goes back to where it was proved.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models import QuerySet

from postroom.team import written_once
from postroom.team.written_once import Written, WrongStandIn

ONLY_ASKING: Final = re.compile(
    r"\s*(SELECT|EXECUTE|RELEASE|SET LOCAL enable_\w+|WITH)\b"
    r"(?!.*\b(INSERT|UPDATE|DELETE|set_config)\b)",
    re.IGNORECASE | re.DOTALL,
)

ENTERING: Final = "wall_enter("
SAVEPOINT: Final = re.compile(r'(SAVEPOINT|ROLLBACK TO SAVEPOINT) "(\w+)"')


class Known:
    """What is proved of the database as it is, and for whom one asks; each savepoint keeps it."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin with nothing."""
        self.proved: set[object] = set()
        self.viewer = ""
        self.kept: dict[str, tuple[set[object], str]] = {}

    def follow(self, sql: str, values: Any) -> None:
        """A statement is about to be run."""
        if point := SAVEPOINT.match(sql):
            self.go_past(*point.groups())
        elif ENTERING in sql:
            self.viewer = repr(values)
        elif not ONLY_ASKING.match(sql):
            self.proved = set()

    def go_past(self, what: str, point: str) -> None:
        """Keep what is proved there, or go back to it with the database."""
        if what == "SAVEPOINT":
            self.kept[point] = self.proved, self.viewer
        else:
            self.proved, self.viewer = self.kept.get(point, (set(), ""))


known: Final = Known()


def prove(written: Written, question: Callable[[], QuerySet[Any, Any]], said: list[Any]) -> None:
    """Refuse what would have been written otherwise with these values."""
    key = known.viewer, written, *(tuple(each) if isinstance(each, list) else each for each in said)
    if key in known.proved:
        return
    asked = question()
    try:
        sql, values = asked.query.get_compiler(asked.db).as_sql()
    except EmptyResultSet:
        sql, values = "", ()
    ours = written.filled(said)
    if sql != written.sql or list(map(alike, values)) != list(map(alike, ours)):
        raise WrongStandIn(f"{sql} {values} is not {written.sql} {ours}")
    known.proved.add(key)


def alike(value: Any) -> Any:
    """A value as it is compared: of ids in a list neither order nor repetition matters."""
    if isinstance(value, str) and value.startswith("{"):
        return frozenset(value[1:-1].split(","))
    return frozenset(value) if isinstance(value, list) else value


def prove_all() -> None:
    """Prove whatever is asked from now on, and notice what is written through any connection."""
    written_once.prove = prove
    connection_created.connect(watch)


def watch(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Before all others, since whoever looks for a while takes the last one away again."""
    if notice not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, notice)


def notice(execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
    """Run a statement; after one that is more than a question nothing is proved."""
    known.follow(str(sql), rest[0])
    return execute(sql, *rest)
