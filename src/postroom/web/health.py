"""For whoever watches over the process: is it there, and can it work?"""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and has the tables this version needs."""
    try:
        executor = MigrationExecutor(connection)
        due = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return unready("The database does not answer. Start PostgreSQL or check DATABASE_URL.\n")
    if due:
        return unready("The database lacks migrations. Run: postroom up\n")
    return HttpResponse("ready\n", content_type="text/plain")


def unready(sentence: str) -> HttpResponse:
    """Say why, with the status that makes a load balancer look elsewhere."""
    return HttpResponse(sentence, status=503, content_type="text/plain")
