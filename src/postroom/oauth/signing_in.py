"""A person signs in at an issuer: authorisation code with PKCE, state and nonce.

RFC 6749 §4.1, RFC 7636, OpenID Connect Core 1.0 §3.1. What was begun (an Attempt) waits in the
person's session under its state and serves once; no token is ever there.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from postroom.accounts.sealing import seal, unseal
from postroom.oauth.asking import Tokens, exchange
from postroom.oauth.errors import IssuerUnavailable, SignInStopped, TokenRefused
from postroom.oauth.identity import addresses_of
from postroom.oauth.models import SignInClient
from postroom.oauth.refusals import CODE_REFUSED, NOT_UNDERSTOOD, Refusal, refusal_of

OPEN_FOR: Final = timedelta(minutes=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person wants to sign in for. With `account`: to sign in again for that one.

    `is_shared`: the address is a mailbox that others may open too, so who signs in is another one.
    """

    issuer: str
    address: str = ""
    protocol: str = "imap"
    sharing: str = "private"
    storage: str = ""
    window: str = ""
    account: int | None = None
    is_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A sign-in that was begun. The verifier is sealed for its state."""

    wish: Wish
    state: str
    nonce: str
    verifier: str = field(repr=False)
    begun_at: str

    @classmethod
    def begin(cls, wish: Wish, now: datetime) -> "Attempt":
        """Begin one, with fresh random words."""
        state = secrets.token_urlsafe(24)
        verifier = seal(f"verifier:{state}", secrets.token_urlsafe(48)).decode()
        nonce = secrets.token_urlsafe(24)
        return cls(wish=wish, state=state, nonce=nonce, verifier=verifier, begun_at=now.isoformat())

    def as_kept(self) -> dict[str, Any]:
        """The attempt for a session."""
        return asdict(self)

    @classmethod
    def from_kept(cls, kept: dict[str, Any]) -> "Attempt":
        """The attempt that a session kept."""
        return cls(**kept | {"wish": Wish(**kept["wish"])})

    def is_open(self, now: datetime) -> bool:
        """Whether it may still be finished."""
        return now - datetime.fromisoformat(self.begun_at) < OPEN_FOR


@dataclass(frozen=True, slots=True)
class Consent:
    """What came of a sign-in: tokens, and the addresses of who consented."""

    issuer: str
    tokens: Tokens = field(repr=False)
    addresses: tuple[str, ...]

    @property
    def identity(self) -> str:
        """Who consented, as far as the issuer tells."""
        return self.addresses[0] if self.addresses else ""


def redirect_url() -> str:
    """Where issuers send people back to: from POSTROOM_URL, never from the request."""
    return f"{settings.ENVIRONMENT.url}{reverse('oauth-callback')}"


def authorisation_url(client: SignInClient, attempt: Attempt) -> str:
    """Where the person signs in and consents."""
    known, wish = client.known, attempt.wish
    verifier = unseal(f"verifier:{attempt.state}", attempt.verifier.encode())
    # Loaded when somebody signs in so, as in `identity`.
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    more = {parameter.name: parameter.value for parameter in known.parameters}
    if wish.address and not wish.is_shared:
        more["login_hint"] = wish.address
    return str(
        prepare_grant_uri(
            client.endpoint("authorization"),
            client.client_id,
            "code",
            redirect_uri=redirect_url(),
            scope=" ".join(known.scopes.for_protocol(wish.protocol)),
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            **more,
        )
    )


def is_from(client: SignInClient, answer: Mapping[str, str]) -> bool:
    """Whether an answer comes from the issuer that was asked.

    All issuers send people back to one address, so one of them could hand us the code of another
    (mix-up); one that says that it names itself has to (RFC 9207 §2.4).
    """
    named = answer.get("iss", "")
    if not named:
        return not client.names_itself
    if client.known.is_discovered:
        return named == client.issued_by
    parts = (name.partition("{tid}") for name in client.known.issued_by)
    return any(
        named.startswith(before) and named.endswith(after) if tid else named == before
        for before, tid, after in parts
    )


def redeem(client: SignInClient, attempt: Attempt, code: str, now: datetime) -> Consent:
    """Exchange the code for tokens, and see who signed in. Raises IssuerFailure."""
    verifier = unseal(f"verifier:{attempt.state}", attempt.verifier.encode())
    try:
        tokens = exchange(client, code, verifier, redirect_url(), now)
    except TokenRefused as refusal:
        raise stopped(client, refusal.error, refusal.words) from refusal
    return consent_of(client, tokens, attempt.nonce, now)


def consent_of(client: SignInClient, tokens: Tokens, nonce: str, now: datetime) -> Consent:
    """The consent that tokens stand for. Raises SignInStopped if it would not last."""
    if not tokens.refresh:
        raise SignInStopped(
            f"{client} gave no lasting access (no refresh token), so the mailbox would stop within"
            " the hour. An administrator has to allow offline access for the client; then sign in"
            " again.",
            "no_refresh_token",
        )
    return Consent(client.issuer, tokens, addresses_of(client, tokens.id_token, nonce, now))


def stopped(client: SignInClient, error: str, words: str) -> SignInStopped | IssuerUnavailable:
    """The failure for an issuer's error, with its own words where ours do not say enough."""
    refusal = refusal_of(error, words)
    if refusal is NOT_UNDERSTOOD and error == "invalid_grant":
        refusal = CODE_REFUSED
    return SignInStopped(sentence_of(refusal, client, error, words), refusal.slug)


def sentence_of(refusal: Refusal, client: SignInClient, error: str = "", words: str = "") -> str:
    """The refusal's sentence; what is not understood goes with the issuer's words."""
    sentence = refusal.sentence.format(issuer=client)
    if refusal is NOT_UNDERSTOOD:
        sentence += f" {client} said: “{words or error or 'nothing'}”"
    return sentence
