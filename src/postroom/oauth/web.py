"""Ask an issuer's web server, from blocking code: the rules for addresses are those of mail.

The public internet always, other networks only where POSTROOM_ALLOWED_MAIL_NETWORKS names them,
and without TLS only there: whoever enters an issuer's address need not be trusted with more.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from postroom.net.errors import NetError
from postroom.net.server import AllowedNetworks
from postroom.net.web_client import WebAnswer, WebRequest, ask_web, web_server_of
from postroom.oauth.errors import IssuerUnavailable

FORM = "application/x-www-form-urlencoded;charset=UTF-8"


def get_json(url: str) -> dict[str, Any]:
    """Fetch a JSON object. Raises IssuerUnavailable."""
    answer = _ask(WebRequest(url, headers={"Accept": "application/json"}))
    return object_in(answer, url)


def post_form(url: str, headers: Mapping[str, str], body: str) -> tuple[int, dict[str, Any]]:
    """Post a form and return status and JSON object. Raises IssuerUnavailable.

    A failing server, one that wants us to slow down, and one that answers in another language are
    not available (RFC 6749 §5.2 knows 400 and 401 only).
    """
    sent = {**headers, "Accept": "application/json", "Content-Type": FORM}
    answer = _ask(WebRequest(url, "POST", sent, body.encode()))
    if answer.status >= 500 or answer.status in (408, 425, 429):
        raise unavailable(url, f"it answered with status {answer.status}")
    return answer.status, object_in(answer, url)


def object_in(answer: WebAnswer, url: str) -> dict[str, Any]:
    """The JSON object that an answer is."""
    try:
        value = json.loads(answer.body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise unavailable(url, f"it answered with status {answer.status} and no JSON")
    return value


def unavailable(url: str, why: str) -> IssuerUnavailable:
    """The failure, which names the host and never the whole address."""
    host = urlsplit(url).hostname or "The sign-in service"
    return IssuerUnavailable(
        f"{host} cannot be used for signing in at the moment: {why}. It is tried again later."
    )


def _ask(request: WebRequest) -> WebAnswer:
    try:
        server = web_server_of(request.url)
        allowed = AllowedNetworks(settings.MAIL_NETWORKS.networks, frozenset((server.port,)))
        return asyncio.run(ask_web(request, allowed))
    except NetError as error:
        raise unavailable(request.url, f"“{error.sentence.rstrip('.')}”") from error
