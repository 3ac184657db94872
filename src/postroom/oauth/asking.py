"""Ask an issuer's token endpoint, as Authlib writes requests (RFC 6749 §3.2)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from postroom.accounts.sealing import SealBroken
from postroom.imap.server_words import server_words
from postroom.net.credentials import Password, shows_in
from postroom.oauth.clients import secret_of
from postroom.oauth.errors import ClientRefused, TokenRefused
from postroom.oauth.models import SignInClient
from postroom.oauth.web import post_form, unavailable

DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
# Microsoft wants no secret for what was consented to by a code typed elsewhere.
PUBLIC_ONLY: Final = "AADSTS700025"
_LIFETIME_MAX: Final = 30 * 24 * 3600
_LIFETIME_UNTOLD: Final = 3600
_TOKEN_MAX: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an issuer gave. Without a refresh token, the one before goes on (RFC 6749 §6)."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    issued_at: datetime
    expires_at: datetime
    id_token: str = field(default="", repr=False)


def ask_for_tokens(
    client: SignInClient, now: datetime, grant_type: str, **parameters: str
) -> Tokens:
    """Ask once. Raises TokenRefused, ClientRefused, IssuerUnavailable.

    `now` is before the asking, so that the token rather ends early for us than for the server.
    """
    # Loaded when a token is asked for, as in `identity`.
    from authlib.oauth2.rfc6749.parameters import prepare_token_request

    url = client.endpoint("token")
    told = post(client, url, prepare_token_request(grant_type, **parameters), parameters)
    access, lifetime = told.get("access_token"), told.get("expires_in", _LIFETIME_UNTOLD)
    refresh, id_token = told.get("refresh_token") or "", told.get("id_token") or ""
    texts = (access, refresh, id_token)
    if not access or not all(isinstance(text, str) and len(text) <= _TOKEN_MAX for text in texts):
        raise unavailable(url, "it gave no token that can be used")
    seconds = min(max(_number(lifetime), 0), _LIFETIME_MAX)
    return Tokens(str(access), refresh, now, now + timedelta(seconds=seconds), id_token)


def exchange(
    client: SignInClient, code: str, verifier: str, redirect_uri: str, now: datetime
) -> Tokens:
    """Give the code of a sign-in for its tokens (RFC 6749 §4.1.3, RFC 7636 §4.5)."""
    return ask_for_tokens(
        client,
        now,
        "authorization_code",
        code=code,
        redirect_uri=redirect_uri,
        code_verifier=verifier,
    )


def post(client: SignInClient, url: str, body: str, parameters: dict[str, str]) -> dict[str, Any]:
    """Post a form in the client's name. Raises TokenRefused, ClientRefused, IssuerUnavailable."""
    try:
        secret = secret_of(client)
    except SealBroken:
        raise ClientRefused(
            f"The stored client secret of {client} cannot be read, because the key file is not the"
            " one it was sealed with. An administrator has to enter it again."
        ) from None
    try:
        return _post(client, url, body, (secret, *parameters.values()))
    except TokenRefused as refusal:
        if not secret or PUBLIC_ONLY not in refusal.words:
            raise
        return _post(client, url, body, ("", *parameters.values()))


def _post(client: SignInClient, url: str, body: str, secrets: tuple[str, ...]) -> dict[str, Any]:
    """Post once; the first of the secrets is the client's, if it is to be sent."""
    from authlib.oauth2.auth import ClientAuth

    method = client.auth_method if secrets[0] else "none"
    auth = ClientAuth(client.client_id, secrets[0], method)
    url, headers, body = auth.prepare("POST", url, {}, body)
    status, told = post_form(url, headers, body)
    if status >= 400 or "error" in told:
        raise refused(told, secrets)
    return told


def refused(told: dict[str, Any], secrets: tuple[str, ...]) -> TokenRefused:
    """The refusal; words that repeat a secret are dropped."""
    error = server_words(str(told.get("error", "")).encode(), 100)
    words = server_words(str(told.get("error_description", "")).encode(), 500)
    if any(shows_in(Password("", secret), words) for secret in secrets if len(secret) >= 8):
        words = ""
    return TokenRefused(error, words)


def _number(told: object) -> int:
    """Seconds as issuers write them: a number, or its digits (Seen: Microsoft v1)."""
    text = str(told)
    return int(text) if text.isdigit() and len(text) < 10 else _LIFETIME_UNTOLD
