"""What an OpenID provider tells of itself (OpenID Connect Discovery 1.0 §4)."""

from typing import Any

from postroom.net.errors import NetError
from postroom.net.server import Security
from postroom.net.web_client import web_server_of
from postroom.oauth.errors import IssuerUnavailable, SignInStopped
from postroom.oauth.web import get_json

WELL_KNOWN = "/.well-known/openid-configuration"
_COLUMNS = {
    "issued_by": "issuer",
    "authorization_endpoint": "authorization_endpoint",
    "token_endpoint": "token_endpoint",
    "device_endpoint": "device_authorization_endpoint",
}
_NEEDED = ("issued_by", "authorization_endpoint", "token_endpoint")


def discover(address: str) -> dict[str, Any]:
    """The provider's name and endpoints, as columns of a client. Raises SignInStopped."""
    url = address.strip().rstrip("/")
    if not url.endswith(WELL_KNOWN):
        url += WELL_KNOWN
    refuse_unusable(url, is_secure=False)
    try:
        told = get_json(url)
    except IssuerUnavailable as error:
        raise SignInStopped(error.sentence, "discovery_url") from error
    found = {column: str(told.get(name) or "") for column, name in _COLUMNS.items()}
    is_secure = url.startswith("https://")
    for column in _COLUMNS:
        if found[column] or column in _NEEDED:
            refuse_unusable(found[column], is_secure=is_secure)
    names_itself = told.get("authorization_response_iss_parameter_supported") is True
    return {**found, "auth_method": auth_method_of(told), "names_itself": names_itself}


def refuse_unusable(url: str, *, is_secure: bool) -> None:
    """An endpoint is an address of the web, and never less protected than the one that tells it."""
    try:
        security = web_server_of(url).security
    except NetError:
        security = None
    usual = (Security.TLS,) if is_secure else (Security.TLS, Security.NONE)
    if security not in usual or len(url) > 500:
        raise SignInStopped(
            "What answers there does not describe an OpenID provider that can be used. Enter the"
            " address that its documentation calls issuer.",
            "discovery_url",
        )


def auth_method_of(told: dict[str, Any]) -> str:
    """How the client proves itself: in the form where that is taken, else as RFC 6749 §2.3.1."""
    taken = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    post = "client_secret_post"
    return post if isinstance(taken, list) and post in taken else "client_secret_basic"
