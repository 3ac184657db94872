"""For whoever watches over the process: is it there, and can it work?"""

from threading import Event

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

# Tables that were complete once stay so for as long as this process runs this version.
MIGRATED = Event()


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and has the tables this version needs."""
    try:
        is_complete = answers() if MIGRATED.is_set() else has_all_tables()
    except DatabaseError:
        return unready("The database does not answer. Start PostgreSQL or check DATABASE_URL.\n")
    if not is_complete:
        return unready("The database lacks migrations. Run: postroom up\n")
    MIGRATED.set()
    return HttpResponse("ready\n", content_type="text/plain")


def has_all_tables() -> bool:
    """Compare what was migrated with what this version needs: hundreds of files are read for it."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def answers() -> bool:
    """Ask the least there is to ask."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() is not None


def unready(sentence: str) -> HttpResponse:
    """Say why, with the status that makes a load balancer look elsewhere."""
    return HttpResponse(sentence, status=503, content_type="text/plain")
