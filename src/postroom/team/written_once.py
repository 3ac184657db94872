"""Questions of fixed shape are put into SQL once in a process; from then on only values change.

Django takes a millisecond and more to write what PostgreSQL answers in less, and a page asks thirty
such questions. A question is a function of plain values that gives a query. It is asked once with
stand-ins, values that nothing else has; whatever it does with them but hand them on is refused.
What decides how it is written (an enum, a truth, whether a list is empty, and its `premises`) is
part of its shape, of which each is written by itself. ADR 60.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import partial, update_wrapper
from itertools import count
from typing import Any, Final, Generic, ParamSpec, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from postroom.team.once_a_page import page_in_the_making
from postroom.team.prepared import Prepared, Rows, together

Asking = ParamSpec("Asking")
Row = TypeVar("Row")
FIRST: Final = 9_000_000_000_000_000_000  # Below 2^63; no row has such an id.
MARK: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
TEXT: Final = f"{MARK}stand-in "
MOMENT: Final = datetime(9000, 1, 1, tzinfo=UTC)
ARRAY: Final = re.compile(r"\{\d+(,\d+)*\}")  # As PostgreSQL writes one.
APART: Final = 1_000  # So that what is one more is not the next.
MOST_SHAPES: Final = 256

# Tests have every question written anew as well, to compare; or never kept, where they take a
# condition out of the code.
prove: Callable[["Written", Callable[[], QuerySet[Any, Any]], list[Any]], None] | None = None
is_kept = True


class WrongStandIn(TypeError):
    """A question does more with a value than to hand it on: it cannot be written once."""


def no_premises() -> Hashable:
    """Of a question that is written by nothing but its values."""
    return None


def written_once(
    premises: Callable[[], Hashable] = no_premises,
) -> Callable[[Callable[Asking, QuerySet[Any, Row]]], "Question[Asking, Row]"]:
    """Make of a function that gives a query one that gives its rows.

    `premises`: what else the query is written by, as the organisation's own domains.
    """
    return lambda ask: Question(ask, premises)


class Question(Generic[Asking, Row]):
    """What is asked in a fixed shape, with its values each time."""

    def __init__(
        self, ask: Callable[Asking, QuerySet[Any, Row]], premises: Callable[[], Hashable]
    ) -> None:
        self.ask, self.premises = ask, premises
        self.shapes: dict[Hashable, Written] = {}
        update_wrapper(self, ask)

    def __call__(self, *values: Asking.args, **_: Asking.kwargs) -> list[Row]:
        """The rows; those that the page asked for ahead, if it did."""
        if not is_kept:
            return list(self.ask(*values))  # type: ignore[call-arg]
        written, said = self.written(values)
        if prove:
            prove(written, partial(self.ask, *values), said)
        page = page_in_the_making()
        found = page.ahead.pop(known_by(written, said), None) if page and page.ahead else None
        return written.read(written.answer(said) if found is None else found)

    def written(self, values: Sequence[Any]) -> "tuple[Written, list[Any]]":
        """It in SQL for values of this shape, and what is said in its holes."""
        said: list[Any] = []
        shape = self.premises(), tuple(shape_of(value, said) for value in values)
        if (written := self.shapes.get(shape)) is None:
            if len(self.shapes) >= MOST_SHAPES:
                self.shapes.clear()
            numbers = count()
            stand_ins = [stand_in(value, numbers) for value in values]
            asked = self.ask(*stand_ins)  # type: ignore[call-arg]
            written = self.shapes[shape] = Written(self.ask.__name__, asked)
        return written, said


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the values for it, not asked yet."""

    question: Question[..., Any]
    values: tuple[Any, ...]


def asking(question: Question[Asking, Any], *values: Asking.args, **_: Asking.kwargs) -> Asked:
    """The question, to be asked with these values."""
    return Asked(question, values)


def ahead(*questions: Asked) -> None:
    """Ask in one go what the page in the making is about to ask one after the other.

    Each finds its answer as it is asked, once. Where no page is made nothing is done. ADR 74.
    """
    if (page := page_in_the_making()) is None or not is_kept:
        return
    asked = [each.question.written(each.values) for each in questions]
    open_ones = [
        (written, said)
        for written, said in asked
        if written.sql and known_by(written, said) not in page.ahead
    ]
    executes = [written.execute(said) for written, said in open_ones]
    if not all(written.prepared.is_known() for written, _ in open_ones):
        executes = [written.execute(said) for written, said in open_ones]  # Forgotten for others.
    for (written, said), rows in zip(open_ones, together(executes), strict=True):
        page.ahead[known_by(written, said)] = rows


def known_by(written: "Written", said: Sequence[Any]) -> Hashable:
    """A question with its values."""
    return written, tuple(tuple(v) if isinstance(v, list) else v for v in said)


def shape_of(value: Any, said: list[Any]) -> Hashable:
    """What decides how a question is written; the rest goes to `said`, in order."""
    if value is None or isinstance(value, bool | Enum | type):
        return cast(Hashable, value)
    if isinstance(value, Q):
        each = tuple(of_condition(child, shape_of, said) for child in value.children)
        return value.connector, value.negated, each
    if isinstance(value, Mapping):
        return tuple((key, shape_of(each, said)) for key, each in value.items())
    if is_dataclass(value):
        return tuple(shape_of(getattr(value, field.name), said) for field in fields(value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        if value:
            said.append(value)
        return list, *map(type, value[:1])
    said.append(value)
    return cast(Hashable, type(value))


def of_condition(child: Any, put: Callable[..., Any], into: Any) -> Any:
    """A column with what is put in the place of its value, or conditions within conditions."""
    return put(child, into) if isinstance(child, Q) else (child[0], put(child[1], into))


def is_of_few(conditions: Q) -> bool:
    """Whether conditions compare columns with truths, enums and moments: shapes there are few."""
    return all(
        is_of_few(each)
        if isinstance(each, Q)
        else isinstance(each, tuple) and isinstance(each[1], bool | Enum | datetime)
        for each in conditions.children
    )


def stand_in(value: Any, numbers: Iterator[int]) -> Any:
    """The same with stand-ins for what `shape_of` puts into `said`, in the same order."""
    if value is None or isinstance(value, bool | Enum | type):
        return value
    if isinstance(value, Q):
        each = [of_condition(child, stand_in, numbers) for child in value.children]
        return Q.create(each, value.connector, value.negated)
    if isinstance(value, Mapping):
        return {key: stand_in(each, numbers) for key, each in value.items()}
    if is_dataclass(value):
        each = [stand_in(getattr(value, field.name), numbers) for field in fields(value)]
        return type(value)(*each)  # type: ignore[misc]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [single(type(value[0]), next(numbers))] if value else []
    return single(type(value), next(numbers))


def single(kind: type, number: int) -> Any:
    """The stand-in of that number, of a kind of value."""
    if kind is int:
        return FIRST + APART * number
    if kind is str:
        return f"{TEXT}{number}"
    if kind is datetime:
        return MOMENT + timedelta(microseconds=number)
    raise WrongStandIn(f"nothing stands in for {kind.__name__}")


def number_of(value: Any) -> int | None:
    """Which stand-in a value is; None for any other."""
    if isinstance(value, int):
        number, rest = divmod(value - FIRST, APART)
        is_one = value >= FIRST and not rest
    elif isinstance(value, str):
        said = value.removeprefix(TEXT)
        is_one = said != value and said.isdigit()
        number = int(said) if is_one else 0
    elif isinstance(value, datetime) and value.tzinfo:
        past = value - MOMENT
        is_one, number = timedelta(0) <= past < timedelta(seconds=1), past.microseconds
    else:
        return None
    return number if is_one else None


class Written:
    """A question of one shape in SQL, and where its values go."""

    def __init__(self, name: str, question: QuerySet[Any, Any]) -> None:
        self.question: Any = question
        self.compiler = question.query.get_compiler(question.db)
        try:
            self.sql, self.values = self.compiler.as_sql()
        except EmptyResultSet:  # Of this shape it is answered already: with nothing.
            self.sql, self.values = "", ()
        of_columns = [column for column, *_ in (self.compiler.select or ())]
        self.converters = self.compiler.get_converters(of_columns[: self.compiler.col_count])
        self.compiler.connection = None  # Each thread has its own.
        self.places = [(at, how) for at, v in enumerate(self.values) if (how := filling(v))]
        taken = {at for at, _ in self.places}
        rest = [self.sql, *(v for at, v in enumerate(self.values) if at not in taken)]
        if any(map(is_of_stand_ins, rest)):
            raise WrongStandIn(f"a value was changed on its way: {self.sql} {self.values}")
        holes = {at: how.key or at for at, how in self.places}
        self.holes = {holes[at]: how for at, how in self.places}.values()
        self.prepared = Prepared(name, self.sql, self.values, holes)

    def filled(self, said: Sequence[Any]) -> tuple[Any, ...]:
        """All values, with those of this time in their places."""
        values = list(self.values)
        for at, how in self.places:
            values[at] = how(said)
        return tuple(values)

    def execute(self, said: Sequence[Any]) -> tuple[str, Sequence[Any]]:
        """What is said to PostgreSQL, on the present connection."""
        return self.prepared.said_with([hole(said) for hole in self.holes])

    def answer(self, said: Sequence[Any]) -> Rows:
        """Ask."""
        return together([self.execute(said)])[0] if self.sql else []

    def read(self, rows: Rows) -> list[Any]:
        """What PostgreSQL answered, as Django gives it."""
        compiler = copy(self.compiler)
        compiler.connection = connection
        compiler.execute_sql = lambda *_, **__: [rows]
        compiler.get_converters = lambda _: self.converters
        query = copy(self.question.query)
        query.get_compiler = lambda *_, **__: compiler
        asked: Any = QuerySet(self.question.model, query)
        asked._fields = self.question._fields
        return list(self.question._iterable_class(asked))


class Filling:
    """How one value of a question is made of those that are said: as one, a list, or an array."""

    def __init__(self, numbers: list[int], kind: type) -> None:
        self.numbers, self.kind = numbers, kind
        self.key = (tuple(numbers), kind) if kind in (list, set) else None

    def __call__(self, said: Sequence[Any]) -> Any:
        if self.kind is list:
            return each_of(said, self.numbers)
        if self.kind is set:
            return f"{{{','.join(map(str, each_of(said, self.numbers)))}}}"
        value = said[self.numbers[0]]
        if isinstance(value, list):
            raise WrongStandIn("a list is handed on as one array")
        return value


def each_of(said: Sequence[Any], numbers: Sequence[int]) -> list[Any]:
    """Several lists, or single values, as one list."""
    found: list[Any] = []
    for number in numbers:
        value = said[number]
        found += [value] if isinstance(value, str | int) else value
    return found


def filling(value: Any) -> Filling | None:
    """What a value that was written with stand-ins is made of; None if it is the same always."""
    if isinstance(value, list):
        return all_of([number_of(each) for each in value], list)
    if isinstance(value, str) and ARRAY.fullmatch(value):
        return all_of([number_of(int(each)) for each in value[1:-1].split(",")], set)
    return all_of([number_of(value)], object)


def all_of(numbers: list[int | None], kind: type) -> Filling | None:
    """Of stand-ins alone."""
    known = [number for number in numbers if number is not None]
    return Filling(known, kind) if known and len(known) == len(numbers) else None


def is_of_stand_ins(value: Any) -> bool:
    """Whether something was made of one."""
    if isinstance(value, datetime):
        return value.year >= MOMENT.year - 1_000
    said = str(value)
    return MARK in said or str(FIRST)[:9] in said
