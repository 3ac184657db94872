"""What an OpenID provider has to obey, as Authlib's server side knows it: codes, PKCE, tokens.

Independent of what Postroom's client is written with, so that neither excuses the other.
"""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import OAuth2Request, grants
from authlib.oauth2.rfc6749.models import ClientMixin
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant
from authlib.oidc.core import grants as openid
from joserfc.jwk import OctKey

KEY = OctKey.import_key("a key that signs ID tokens for tests only")


@dataclass
class Client(ClientMixin):
    """The one client there is."""

    client_id: str = "postroom-client"
    secret: str = "a-client-secret-for-tests"
    redirects: set[str] = field(default_factory=set)

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return ""

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirects

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret, self.secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_post", "client_secret_basic")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return True


@dataclass
class Code:
    """An authorisation code, or a device code, and for whom it was given."""

    code: str
    scope: str
    user: str = ""
    redirect_uri: str = ""
    nonce: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""
    user_code: str = ""
    is_denied: bool = False
    asked_at: float = 0.0

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> None:
        return None

    get_acr = get_amr = get_auth_time

    def get_client_id(self) -> str:
        return "postroom-client"

    def get_user_code(self) -> str:
        return self.user_code

    def is_expired(self) -> bool:
        return False


@dataclass
class Token:
    """An access token with its refresh token, and whose they are."""

    access: str
    refresh: str
    user: str
    scope: str
    ends_at: float
    is_revoked: bool = False
    client: Client = field(default_factory=Client)

    def check_client(self, client: Client) -> bool:
        return client.client_id == self.client.client_id

    def get_scope(self) -> str:
        return self.scope


@dataclass
class Desk:
    """Everything the provider has given out, and how it behaves."""

    url: str = ""
    client: Client = field(default_factory=Client)
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: list[Token] = field(default_factory=list)
    lifetime: int = 3600
    rotates: bool = True
    gives_refresh_tokens: bool = True
    interval: int = 1
    subjects: dict[str, str] = field(default_factory=dict)
    verified: object = True

    def revoke(self, user: str) -> None:
        """The user takes every consent back."""
        for token in self.tokens:
            token.is_revoked = token.is_revoked or token.user == user

    def find_valid(self, access: str) -> Token | None:
        """The token, if a mail server may take it."""
        valid = (t for t in self.tokens if not t.is_revoked and t.ends_at > time.time())
        return next((t for t in valid if t.access == access), None)


class Rules(AuthorizationServer):
    """Authlib's server over one Desk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.register_grant(CodeGrant, [CodeChallenge(required=True), IdToken(desk)])
        self.register_grant(RefreshGrant, [])
        self.register_grant(DeviceGrant, [DeviceIdToken(desk)])
        self.register_endpoint(DeviceEndpoint)
        generator = BearerTokenGenerator(
            lambda **_: "access-" + secrets.token_urlsafe(32),
            lambda **_: "refresh-" + secrets.token_urlsafe(32),
            lambda client, grant_type: desk.lifetime,
        )
        self.register_token_generator("default", generator)

    def query_client(self, client_id: str) -> Client | None:
        client = self.desk.client
        return client if client_id == client.client_id else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        if not self.desk.gives_refresh_tokens:
            token.pop("refresh_token", None)
        ends_at = time.time() + token.get("expires_in", 0)
        refresh = token.get("refresh_token", "")
        self.desk.tokens.append(
            Token(token["access_token"], refresh, request.user, token["scope"], ends_at)
        )

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: object, headers: object) -> tuple[Any, ...]:
        return status, body, headers

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""


class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """RFC 6749 §4.1; a code serves once."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_post", "client_secret_basic")

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        asked = request.payload.data
        kept = Code(code, request.payload.scope, request.user, request.payload.redirect_uri)
        for name in ("nonce", "code_challenge", "code_challenge_method"):
            setattr(kept, name, asked.get(name, ""))
        self.server.desk.codes[code] = kept

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        return self.server.desk.codes.get(code)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del self.server.desk.codes[authorization_code.code]

    def authenticate_user(self, authorization_code: Code) -> str:
        return authorization_code.user


class RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
    """RFC 6749 §6, with rotation unless the desk does without."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_post", "client_secret_basic")

    @property
    def INCLUDE_NEW_REFRESH_TOKEN(self) -> bool:  # noqa: N802 - Authlib's name
        return bool(self.server.desk.rotates)

    def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
        given = (t for t in self.server.desk.tokens if t.refresh and not t.is_revoked)
        return next((t for t in given if t.refresh == refresh_token), None)

    def authenticate_user(self, credential: Token) -> str:
        return credential.user

    def revoke_old_credential(self, credential: Token) -> None:
        if self.server.desk.rotates:
            credential.refresh = ""


class DeviceGrant(DeviceCodeGrant):  # type: ignore[misc]
    """RFC 8628 §3.4."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_post", "client_secret_basic")

    def query_device_credential(self, device_code: str) -> Code | None:
        return self.server.desk.codes.get(device_code)

    def query_user_grant(self, user_code: str) -> tuple[str, bool] | None:
        code = next(c for c in self.server.desk.codes.values() if c.user_code == user_code)
        return (code.user, not code.is_denied) if code.user else None

    def should_slow_down(self, credential: Code) -> bool:
        before, credential.asked_at = credential.asked_at, time.monotonic()
        return credential.asked_at - before < self.server.desk.interval / 2


class DeviceEndpoint(DeviceAuthorizationEndpoint):  # type: ignore[misc]
    """RFC 8628 §3.1."""

    CLIENT_AUTH_METHODS = ("client_secret_post", "client_secret_basic")

    @property
    def INTERVAL(self) -> int:  # noqa: N802 - Authlib's name
        return int(self.server.desk.interval)

    def get_verification_uri(self) -> str:
        return f"{self.server.desk.url}/device"

    def save_device_credential(self, client_id: str, scope: str, data: dict[str, Any]) -> None:
        code = Code(data["device_code"], scope, user_code=data["user_code"])
        self.server.desk.codes[code.code] = code


class _Identity:
    require_nonce = False

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def get_client_algorithm(self, client: Client) -> str:
        return "HS256"

    def get_encode_header(self, client: Client) -> dict[str, str]:
        return {"alg": "HS256"}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        now = int(time.time())
        return {"iss": self.desk.url, "aud": [client.client_id], "iat": now, "exp": now + 600}

    def get_compatible_claims(self, request: OAuth2Request) -> dict[str, Any]:
        return self.get_client_claims(request.client)

    def resolve_client_private_key(self, client: Client) -> OctKey:
        return KEY

    def generate_user_info(self, user: str, scope: str) -> dict[str, object]:
        subject = self.desk.subjects.get(user, f"subject of {user}")
        return {"sub": subject, "email": user, "email_verified": self.desk.verified}


class IdToken(_Identity, openid.OpenIDCode):  # type: ignore[misc]
    """OpenID Connect Core §3.1.3.3."""

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return False


class DeviceIdToken(_Identity, openid.OpenIDToken):  # type: ignore[misc]
    """The same for a device."""


class Asked(OAuth2Request):  # type: ignore[misc]
    """What was asked; Authlib would refuse http, which is all there is on loopback."""

    def __init__(self, method: str, url: str, form: dict[str, str], headers: Any) -> None:
        super().__init__(method, url.replace("http://", "https://", 1), headers=headers)
        self.payload = BasicOAuth2Payload(form)

    @property
    def form(self) -> dict[str, str]:
        return dict(self.payload.data)

    args = form
