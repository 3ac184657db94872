"""The second wall, from this side: who asks the database, and in which role.

The front doors ask as a role for which PostgreSQL holds the rule itself (migration 0003, ADR 0032),
and say for whom. What is asked for nobody in particular, and shown to nobody, goes round it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import cast

from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.utils import ProgrammingError
from psycopg import sql
from psycopg.errors import QueryCanceled

from postroom.team.once_a_page import forget_what_is_ahead, nothing_ahead

ENTER = """
SELECT current_setting('role'), current_setting('postroom.viewer', true),
       current_setting('statement_timeout'), set_config('role', %s, false),
       set_config('statement_timeout', coalesce(%s, current_setting('statement_timeout')), false),
       wall_enter(%s)
"""
LEAVE = """
SELECT set_config('role', %s, false), wall_enter(%s),
       set_config('statement_timeout', coalesce(%s, current_setting('statement_timeout')), false)
"""
OUT = "SELECT current_setting('role'), set_config('role', %s, false)"
BACK = "SELECT set_config('role', %s, false)"
ITSELF = "none"  # The role that signed in, which owns the tables.
Standing = tuple[str, str | None, str]  # Of a connection: its role, for whom, and its bound.


@contextmanager
def seen_by(viewer: int | None) -> Iterator[None]:
    """Ask behind the wall, for this user's eyes; for nobody's when None."""
    with in_role(settings.WEB_ROLE, str(viewer or "")):
        yield


@contextmanager
def round_the_wall() -> Iterator[None]:
    """Ask as the engine does. What comes of it goes to no page before a viewer's own question.

    For whom was asked before stays as it was: nobody is kept from anything in this role.
    """
    with connection.cursor() as cursor:
        cursor.execute(OUT, [ITSELF])
        before, _ = cursor.fetchone()
    try:
        with nothing_ahead():
            yield
    finally:
        leave(BACK, [before])


@contextmanager
def unhurried() -> Iterator[None]:
    """As long as it takes: for the few pages that count all there is of somebody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        [bound] = cursor.fetchone()
        cursor.execute("SET statement_timeout = 0")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [bound])


def was_too_slow(error: BaseException) -> bool:
    """Whether PostgreSQL ended a statement for the time it took."""
    return isinstance(error.__cause__, QueryCanceled)


def look_as(viewer: int) -> None:
    """Say for whom the rest of this request asks, where that is told only now."""
    forget_what_is_ahead()
    with connection.cursor() as cursor:
        cursor.execute("SELECT wall_enter(%s)", [str(viewer)])


@contextmanager
def in_role(role: str, viewer: str) -> Iterator[None]:
    """Take a role, and give it back whatever happens. What was asked ahead is of the other."""
    before = enter(role, viewer)
    try:
        with nothing_ahead():
            yield
    finally:
        give_back(*before)


def enter(role: str, viewer: str, bound: str | None = None) -> Standing:
    """Take a role for a viewer; returns how the connection was before.

    `bound` is how long a statement may take, as PostgreSQL writes it; None leaves it as it is.
    """
    with connection.cursor() as cursor:
        cursor.execute(ENTER, [role, bound, viewer])
        before, seen_by_before, bound_before = cursor.fetchone()[:3]
        return before, seen_by_before, bound_before


def give_back(role: str, viewer: str | None, bound: str | None = None) -> None:
    """The role of before, for whom it asked."""
    leave(LEAVE, [role, viewer or "", bound])


def leave(statement: str, said: list[str | None]) -> None:
    """Be as before; a connection that cannot even do that is not used again."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, said)
    except DatabaseError:
        # A transaction that failed takes its settings back itself when it is rolled back.
        if not connection.in_atomic_block:
            connection.connection.close()  # Django gives it back to the pool, which throws it away.
            connection.close()


def stand_behind_it() -> None:
    """From now on whatever this process asks is asked in the front doors' role: at first, nobody.

    So a thread that forgets to say who asks sees nothing.
    """
    # Not Django's `assume_role`: with a pool its connections never become ready (Django 5.2).
    options = connections.settings["default"]["OPTIONS"]
    options["options"] = f"{options.get('options', '')} -c role={settings.WEB_ROLE}".strip()
    wrapper = cast(DatabaseWrapper, connections["default"])
    wrapper.close()
    wrapper.close_pool()


def build(**_: object) -> None:
    """Make the role if that is allowed here, and let it use the tables; after each migration."""
    role = sql.Identifier(settings.WEB_ROLE)
    with suppress(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        if not exists():
            cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
            cursor.execute(sql.SQL("GRANT {} TO current_user").format(role))
        for grant in GRANTS:
            cursor.execute(sql.SQL(grant).format(role))


MISSING = (
    f"The database has no role {settings.WEB_ROLE}, in which the pages ask it so that PostgreSQL"
    " itself keeps mail from whom it is not shared with, and this user may not make one. Have an"
    f" administrator of PostgreSQL run: CREATE ROLE {settings.WEB_ROLE} NOLOGIN;"
    f" GRANT {settings.WEB_ROLE} TO the user in DATABASE_URL; then start again."
)
GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}",
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}",
)


def exists() -> bool:
    """Whether there is the front doors' role, and we may take it.

    Before PostgreSQL 16 every member of a role may.
    """
    with connection.cursor() as cursor:
        right = "SET" if connection.pg_version >= 160_000 else "MEMBER"  # type: ignore[attr-defined]
        cursor.execute(
            "SELECT pg_has_role(oid, %s) FROM pg_roles WHERE rolname = %s",
            [right, settings.WEB_ROLE],
        )
        return bool((cursor.fetchone() or [False])[0])
