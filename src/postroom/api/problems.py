"""What went wrong, for programs: problem+json (RFC 9457), one shape for every error.

`type` is for code to compare, `detail` for whoever reads the log: what happened and what to do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, JsonResponse

MEDIA_TYPE: Final = "application/problem+json"
PREFIX: Final = "urn:postroom:problem:"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem; `detail` is said when there is nothing more precise to say."""

    name: str
    status: int
    title: str
    detail: str

    @property
    def type(self) -> str:
        """What identifies it."""
        return PREFIX + self.name


UNREADABLE: Final = Kind(
    "unreadable",
    400,
    "The request could not be read",
    "Send a JSON object as the body, in UTF-8, at most 2.5 MB of it, and no NUL in the address.",
)
NO_KEY: Final = Kind(
    "no-key",
    401,
    "An API key is needed",
    "Send “Authorization: Bearer postroom_…” with a key from You › API keys. None was sent, or this"
    " one is mistyped, revoked or expired, or its user cannot sign in any more.",
)
READ_ONLY: Final = Kind(
    "read-only",
    403,
    "This key may only read",
    "Make a key of the scope “Read and write” under You › API keys for what changes something.",
)
ABSENT: Final = Kind(
    "absent",
    404,
    "There is nothing here",
    "Nothing at this address can be seen by the user of this key. Check the address; what"
    " colleagues have not shared is not here either.",
)
NOT_ALLOWED: Final = Kind(
    "method-not-allowed",
    405,
    "This cannot be done here",
    "The header Allow names the methods of this address; /api/v1/openapi.json tells what they do.",
)
INVALID: Final = Kind(
    "invalid",
    422,
    "Something in the request does not fit",
    "Nothing was changed. Mend what `errors` names and send it again.",
)
TOO_FAST: Final = Kind(
    "too-fast",
    429,
    "Too many requests with this key",
    "Wait as many seconds as the header Retry-After says, then go on more slowly.",
)
BROKEN: Final = Kind(
    "broken",
    500,
    "Something broke on our side",
    "It is not your request. Try again; if it stays so, whoever runs Postroom finds the reason in"
    " its log.",
)
TOO_SLOW: Final = Kind(
    "too-slow",
    503,
    "It took too long",
    "The database was asked for longer than one answer may take, and stopped. Ask for less at a"
    " time: fewer rows, a shorter period, fewer words.",
)
NOT_YET: Final = Kind(
    "not-yet",
    503,
    "It is not here yet",
    "Ask again after as many seconds as the header Retry-After says.",
)

KINDS: Final = (
    UNREADABLE, NO_KEY, READ_ONLY, ABSENT, NOT_ALLOWED, INVALID, TOO_FAST, BROKEN, TOO_SLOW,
    NOT_YET,
)  # fmt: skip
BY_STATUS: Final = {kind.status: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing in a request that does not fit; `field` as in `body.addresses.0`."""

    field: str
    detail: str


class Problem(Exception):
    """The request ends with this problem."""

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind.name)
        self.kind = kind
        self.detail = detail or kind.detail
        self.errors = errors
        self.headers = headers or {}


def invalid(field: str, detail: str) -> Problem:
    """One field does not fit."""
    return Problem(INVALID, errors=[FieldError(field, detail)])


def not_yet(detail: str, seconds: int) -> Problem:
    """It may be here in so many seconds."""
    return Problem(NOT_YET, detail, headers={"Retry-After": str(seconds)})


def answer(request: HttpRequest, problem: Problem) -> JsonResponse:
    """The problem as a response: the same to everybody whom it befalls."""
    kind = problem.kind
    body: dict[str, object] = {
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail,
    }
    if problem.errors:
        body["errors"] = [{"field": e.field, "detail": e.detail} for e in problem.errors]
    response = JsonResponse(body, status=kind.status, content_type=MEDIA_TYPE)
    if kind is NO_KEY:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Postroom"'
    for name, value in problem.headers.items():
        response.headers[name] = value
    return response
