"""Colleagues sign in at the organisation's own OpenID provider (OpenID Connect Core 1.0 §3.1).

Only users who exist come in. The first time they are known by an address that the provider calls
verified, and are bound to its name and subject then; ever after only those count (§5.7: an
address may be given to somebody else).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from postroom.accounts.sealing import SealBroken, seal, unseal
from postroom.imap.server_words import server_words
from postroom.mime import canonical_address
from postroom.oauth.asking import exchange
from postroom.oauth.clients import binding_of
from postroom.oauth.discovery import discover
from postroom.oauth.errors import SignInStopped, TokenRefused
from postroom.oauth.identity import believed_claims
from postroom.oauth.models import Binding, ColleagueProvider, SignInClient
from postroom.oauth.signing_in import Attempt, Wish, is_from, stopped
from postroom.providers.issuer import OPENID
from postroom.team.audit import note
from postroom.team.models import Act, Organisation, User
from postroom.team.users import refuse_beyond

SEALED_FOR: Final = "client: colleagues"
SCOPE: Final = "openid email"
SUBJECT_MAX: Final = 255
COLUMNS: Final = (
    "issued_by",
    "authorization_endpoint",
    "token_endpoint",
    "auth_method",
    "names_itself",
)
"""What discovery tells of a provider and is kept."""

BEGUN_ELSEWHERE = (
    "This sign-in was begun in another browser, was finished already, or is too old. Start it"
    " again."
)
NOT_VERIFIED = (
    "{provider} does not say that the address {email} is verified, so it cannot tell who you are."
    " An administrator of {provider} has to confirm the address there; then sign in again."
)
NOBODY = (
    "Nobody in Postroom has the address {email}. Ask an administrator of Postroom to invite you"
    " under that address."
)
SOMEBODY_ELSE = (
    "{email} signs in with another account of {provider}. If it is yours, ask an administrator of"
    " Postroom to forget that account on your page under Setup › Users; then sign in again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEntry:
    """What an administrator typed. An empty secret keeps the one there is."""

    name: str
    discovery_url: str
    client_id: str
    secret: str = field(default="", repr=False)


def find_provider() -> ColleagueProvider | None:
    """The provider, if there is one."""
    return ColleagueProvider.objects.first()


def keep_provider(entry: ProviderEntry, by: User | None, now: datetime) -> ColleagueProvider:
    """Keep a provider, in place of the one before. Raises SignInStopped, keeps nothing then."""
    provider = find_provider() or ColleagueProvider()
    told = discover(entry.discovery_url)
    for column in COLUMNS:
        setattr(provider, column, told[column])
    provider.name, provider.client_id = entry.name.strip(), entry.client_id.strip()
    provider.discovery_url, provider.entered_at = entry.discovery_url.strip(), now
    if entry.secret:
        provider.secret = seal(SEALED_FOR, entry.secret.strip())
    with transaction.atomic():
        provider.save()
        note(Act.DOOR_CHANGED, by, provider.name, now, f"people sign in at {provider.issued_by}")
    return provider


@transaction.atomic
def remove_provider(by: User | None, now: datetime) -> None:
    """People sign in with passwords again, all of them."""
    provider = find_provider()
    if provider is not None:
        Organisation.objects.update(passwords_for_all=True)
        note(Act.DOOR_CHANGED, by, provider.name, now, "nobody signs in there any more")
        provider.delete()


def as_client(provider: ColleagueProvider) -> SignInClient:
    """The provider as those who ask token endpoints know one; never saved. Raises SealBroken."""
    secret = unseal(SEALED_FOR, provider.secret) if provider.secret else ""
    return SignInClient(
        issuer=OPENID,
        client_id=provider.client_id,
        secret=seal(binding_of(OPENID), secret) if secret else b"",
        name=provider.name,
        issued_by=provider.issued_by,
        authorization_endpoint=provider.authorization_endpoint,
        token_endpoint=provider.token_endpoint,
        auth_method=provider.auth_method,
        names_itself=provider.names_itself,
    )


def begin(now: datetime) -> Attempt:
    """Begin a sign-in: what waits in the person's session."""
    return Attempt.begin(Wish(issuer=OPENID), now)


def redirect_url() -> str:
    """Where the provider sends people back to: from POSTROOM_URL, never from the request."""
    return f"{settings.ENVIRONMENT.url}{reverse('elsewhere-return')}"


def authorisation_url(provider: ColleagueProvider, attempt: Attempt) -> str:
    """Where the person signs in."""
    return str(
        prepare_grant_uri(
            provider.authorization_endpoint,
            provider.client_id,
            "code",
            redirect_uri=redirect_url(),
            scope=SCOPE,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(verifier_of(attempt)),
            code_challenge_method="S256",
        )
    )


def finish(attempt: Attempt | None, answer: Mapping[str, str], now: datetime) -> User:
    """Take the provider's answer: who signed in. Raises IssuerFailure.

    The answer is hostile until its state was found in the person's own session (RFC 6749 §10.12).
    """
    provider = find_provider()
    if provider is None or attempt is None or not attempt.is_open(now):
        raise SignInStopped(BEGUN_ELSEWHERE, "begun_elsewhere")
    try:
        client, verifier = as_client(provider), verifier_of(attempt)
    except SealBroken as error:
        raise SignInStopped(BEGUN_ELSEWHERE, "begun_elsewhere") from error
    if not is_from(client, answer):
        raise SignInStopped(BEGUN_ELSEWHERE, "begun_elsewhere")
    if "code" not in answer:
        raise stopped(client, words_in(answer, "error"), words_in(answer, "error_description"))
    id_token = redeem(client, answer["code"], verifier, now)
    return user_of(provider, believed_claims(client, id_token, attempt.nonce, now), now)


def redeem(client: SignInClient, code: str, verifier: str, now: datetime) -> str:
    """Exchange the code for an ID token; what else comes with it is not kept."""
    try:
        tokens = exchange(client, code, verifier, redirect_url(), now)
    except TokenRefused as refusal:
        raise stopped(client, refusal.error, refusal.words) from refusal
    if not tokens.id_token:
        raise SignInStopped(
            f"{client} did not say who you are (no ID token). An administrator has to allow the"
            " scope openid for the client there.",
            "no_id_token",
        )
    return tokens.id_token


@transaction.atomic
def user_of(provider: ColleagueProvider, claims: dict[str, Any], now: datetime) -> User:
    """The user bound to this subject, or now bound by their verified address."""
    subject = str(claims.get("sub") or "")
    if not 1 <= len(subject) <= SUBJECT_MAX:
        raise SignInStopped(BEGUN_ELSEWHERE, "identity")
    bound = Binding.objects.filter(issued_by=provider.issued_by, subject=subject)
    if known := bound.select_related("user").first():
        return known.user
    email = canonical_address(str(claims.get("email") or "")) or ""
    if not email or not is_verified(claims.get("email_verified")):
        sentence = NOT_VERIFIED.format(provider=provider, email=email or "it names")
        raise SignInStopped(sentence, "not_verified")
    user = User.objects.select_for_update().filter(email=email, is_active=True).first()
    if user is None:
        raise SignInStopped(NOBODY.format(email=email), "nobody")
    if user.bindings.filter(issued_by=provider.issued_by).exists():
        sentence = SOMEBODY_ELSE.format(provider=provider, email=email)
        raise SignInStopped(sentence, "somebody_else")
    user.bindings.create(issued_by=provider.issued_by, subject=subject, bound_at=now)
    note(Act.SIGN_IN_BOUND, user, user.email, now, f"at {provider}")
    return user


def is_verified(told: object) -> bool:
    """Whether the claim says yes: some write it as a word (Seen: Cognito); 1 is none of them."""
    return told is True or told == "true"


@transaction.atomic
def unbind(user: User, by: User | None, now: datetime) -> None:
    """Whoever proves the user's address next is bound to them. Raises ChangeRefused."""
    refuse_beyond(by, user)
    if user.bindings.all().delete()[0]:
        note(Act.SIGN_IN_UNBOUND, by, user.email, now)


def verifier_of(attempt: Attempt) -> str:
    """The attempt's verifier. Raises SealBroken."""
    return unseal(f"verifier:{attempt.state}", attempt.verifier.encode())


def words_in(answer: Mapping[str, str], name: str) -> str:
    """A stranger's words, bounded."""
    return server_words(answer.get(name, "").encode(), 500)
