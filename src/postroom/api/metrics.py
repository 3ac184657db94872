"""/metrics for Prometheus, behind a token or on this machine alone."""

import ipaddress
from hmac import compare_digest
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from postroom.api.figures import REGISTRY

REFUSED: Final = (
    "Figures are given to this machine, and to whoever sends “Authorization: Bearer …” with the"
    " token in the file that POSTROOM_METRICS_TOKEN_FILE names.\n"
)
# A proxy on this machine speaks for others.
FORWARDED: Final = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Every figure, in the text format."""
    if not (comes_from_here(request) or has_the_token(request)):
        refusal = HttpResponse(REFUSED, status=401, content_type="text/plain; charset=utf-8")
        refusal.headers["WWW-Authenticate"] = 'Bearer realm="Postroom metrics"'
        return refusal
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def comes_from_here(request: HttpRequest) -> bool:
    """Whether it was asked on this machine, by nobody who passes on what others ask."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return address.is_loopback and not any(name in request.headers for name in FORWARDED)


def has_the_token(request: HttpRequest) -> bool:
    """Whether the token was sent; read anew each time, so that it can be changed at any time."""
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    token = find_token(settings.METRICS_TOKEN_FILE)
    is_it = compare_digest(sent.strip().encode(), (token or "").encode())
    return scheme.lower() == "bearer" and token is not None and is_it


def find_token(file: Path | None) -> str | None:
    """The token, if there is a file with one."""
    try:
        return file.read_text().strip() or None if file else None
    except (OSError, UnicodeDecodeError):
        return None
