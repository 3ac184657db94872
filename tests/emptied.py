"""The test database as it was before a test that committed something.

Django's `flush` truncates every table and makes permissions and our policies anew, longer than most
tests take: 0.3 s, 430 times. Here only tables with rows in them are emptied.
"""

from functools import cache

from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg import sql

# Made once by migrations, and never by a test.
KEPT = {"django_content_type", "auth_permission"}
# No row of it is ever deleted, by a trigger.
APPEND_ONLY = {"team_auditentry"}
# No models of ours: jobs, which others would count, and who tried to sign in too often.
OTHERS = {"procrastinate_jobs", "procrastinate_periodic_defers", "procrastinate_workers"}
OTHERS |= {"team_throttle"}
# A table that has grown is given back its space, which the plans of later questions depend on.
LARGE = 1_000_000
# Where tests that kill keep rows aside. A dump shows it as well.
ASIDE = "kept"
# What the planner remembers quotes values, and stands in a dump.
FORGET = """
SELECT pg_clear_attribute_stats(schemaname::text, tablename::text, attname::text, inherited)
  FROM pg_stats WHERE schemaname = 'public' AND tablename = ANY (%s)
"""

WITH_ROWS = "SELECT {name}, pg_total_relation_size({name}) WHERE EXISTS (SELECT FROM {table})"


def empty_all() -> None:
    """Take every row away but what migrations made, although a page just left may still write.

    PostgreSQL ends one of two that wait for each other, or says what refers to what; then again.
    """
    for _ in range(5):
        try:
            return empty(tables_with_rows())
        except (IntegrityError, OperationalError):
            pass
    return flush()


def empty(found: dict[str, int]) -> None:
    """Take the rows of these tables away, whose sizes are in octets."""
    is_large = any(size > LARGE for size in found.values())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {ASIDE} CASCADE")
        for table in found:
            verb = "TRUNCATE {} CASCADE" if is_large or table in APPEND_ONLY else "DELETE FROM {}"
            cursor.execute(sql.SQL(verb).format(sql.Identifier(table)))
        cursor.execute(FORGET, [list(found)])


def flush() -> None:
    """Truncate every table."""
    call_command("flush", verbosity=0, interactive=False)


def tables_with_rows() -> dict[str, int]:
    """Their sizes by their names."""
    with connection.cursor() as cursor:
        cursor.execute(which_have_rows())
        return dict(cursor.fetchall())


@cache
def which_have_rows() -> sql.Composable:
    """The question which of our tables have rows, and how large they are."""
    ours = set(connection.introspection.django_table_names(only_existing=True))
    question = sql.SQL(WITH_ROWS)
    return sql.SQL(" UNION ALL ").join(
        question.format(name=sql.Literal(name), table=sql.Identifier(name))
        for name in sorted((ours - KEPT) | OTHERS)
    )
