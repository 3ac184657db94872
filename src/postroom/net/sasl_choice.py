"""Which way to sign in, of those a server offers: the strongest first."""

import secrets
from collections.abc import Callable, Container, Iterable
from typing import Final

from postroom.imap.sasl import Login, Mechanism, OAuthBearer, Plain, ScramSha256, XOAuth2
from postroom.net.credentials import AccessToken, Credential, Password
from postroom.net.errors import EncryptionWanted, PasswordNotTaken, SignInNotOffered
from postroom.net.server import Security, Server

_Way = tuple[str, Callable[[str, str], Mechanism]]

_BY_PASSWORD: Final[tuple[_Way, ...]] = (
    ("SCRAM-SHA-256", lambda user, secret: ScramSha256(user, secret, secrets.token_urlsafe(18))),
    ("PLAIN", Plain),
    ("LOGIN", Login),
)
_BY_TOKEN: Final[tuple[_Way, ...]] = (("OAUTHBEARER", OAuthBearer), ("XOAUTH2", XOAuth2))


def not_offered(credential: Credential, offered: Iterable[str], server: Server) -> SignInNotOffered:
    """Return why there is no way to sign in."""
    tokens = {name for name, _ in _BY_TOKEN}
    if isinstance(credential, Password) and not tokens.isdisjoint(offered):
        return PasswordNotTaken(server)
    if server.security is Security.NONE:
        return EncryptionWanted(server)
    return SignInNotOffered(server)


def find_mechanism(credential: Credential, offered: Container[str]) -> Mechanism | None:
    """Return a fresh exchange for the best mechanism in `offered` that suits the credential."""
    ways = _BY_TOKEN if isinstance(credential, AccessToken) else _BY_PASSWORD
    for name, build in ways:
        if name in offered:
            return build(credential.user, credential.secret)
    return None
