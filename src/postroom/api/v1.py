"""The first version of the API: its resources, and how errors leave it."""

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError

import postroom
from postroom.api import (
    accounts,
    companies,
    deals,
    diary,
    emails,
    exports,
    people,
    related,
    shares,
    users,
)
from postroom.api.authentication import READ
from postroom.api.openapi import PostroomAPI
from postroom.api.problems import (
    BY_STATUS,
    INVALID,
    TOO_SLOW,
    UNREADABLE,
    FieldError,
    Problem,
    answer,
)
from postroom.archive.wall import was_too_slow

api = PostroomAPI(
    title="Postroom",
    version=postroom.__version__,
    description="Every email with a lead or contact, for exactly the colleagues who may see it. A"
    " key acts as its user. Lists come by pages; errors are problem+json (RFC 9457).",
    urls_namespace="api",
    # No page with foreign scripts: the description is enough for any tool.
    docs_url=None,
    auth=READ,
)

api.add_router("", users.router)
api.add_router("/people", people.router)
api.add_router("", related.router)
api.add_router("/people", shares.router)
api.add_router("/emails", emails.router)
api.add_router("", deals.router)
api.add_router("/companies", companies.router)
api.add_router("", diary.router)
api.add_router("/accounts", accounts.router)
api.add_router("", exports.router)


@api.exception_handler(Problem)
def on_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Answer with it."""
    return answer(request, problem)


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name each field that does not fit, and why."""
    errors = [FieldError(field_of(each["loc"]), str(each["msg"])) for each in error.errors]
    return answer(request, Problem(INVALID, errors=errors))


@api.exception_handler(HttpError)
def on_unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What ninja could not read at all."""
    return answer(request, Problem(BY_STATUS.get(error.status_code, UNREADABLE)))


@api.exception_handler(OperationalError)
def on_too_slow(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """Say so where it took too long (ADR 61); anything else is a fault of ours."""
    if was_too_slow(error):
        return answer(request, Problem(TOO_SLOW))
    raise error


def field_of(place: tuple[str | int, ...]) -> str:
    """Where it stands: `query.limit`, `body.addresses.0`; the name of our own argument left out."""
    where, *names = map(str, place)
    inner = names[1:] if where == "body" and len(names) > 1 else names
    return ".".join((where, *inner))
