"""Who signed in: the addresses that an ID token names (OpenID Connect Core 1.0 §3.1.3.7).

The token comes straight from the token endpoint, over the TLS connection that proves the issuer,
so that its signature need not be checked (item 6 there); everything else is.
"""

import json
from base64 import urlsafe_b64decode
from datetime import datetime
from typing import Any

from postroom.mime import canonical_address
from postroom.oauth.errors import SignInStopped
from postroom.oauth.models import SignInClient

LEEWAY_SECONDS = 300


def addresses_of(client: SignInClient, id_token: str, nonce: str, now: datetime) -> tuple[str, ...]:
    """The canonical addresses of who signed in, the most telling first. Raises SignInStopped.

    Without an ID token, or where it names no address, there are none.
    """
    if not id_token:
        return ()
    claims = believed_claims(client, id_token, nonce, now)
    named = (claims.get(claim) for claim in client.known.address_claims)
    addresses = (canonical_address(name) for name in named if isinstance(name, str))
    return tuple(dict.fromkeys(address for address in addresses if address))


def believed_claims(
    client: SignInClient, id_token: str, nonce: str, now: datetime
) -> dict[str, Any]:
    """What the token says, made for this sign-in and still good. Raises SignInStopped."""
    # Loaded when somebody signs in so: it takes a tenth of what every command needs to start.
    from authlib.oidc.core import CodeIDToken
    from joserfc.errors import JoseError

    claims = claims_of(client, id_token)
    # No nonce was sent where a device asks (RFC 8628).
    params = {"client_id": client.client_id} | ({"nonce": nonce} if nonce else {})
    token = CodeIDToken(claims, {}, params=params)
    try:
        token.validate(int(now.timestamp()), LEEWAY_SECONDS)
    except (JoseError, TypeError, ValueError) as error:
        raise unbelievable(client) from error
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if client.client_id not in audience or claims["iss"] not in names_of(client, claims):
        raise unbelievable(client)
    return claims


def claims_of(client: SignInClient, id_token: str) -> dict[str, Any]:
    """What the token says."""
    try:
        _, payload, _ = id_token.split(".")
        claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError) as error:
        raise unbelievable(client) from error
    if not isinstance(claims, dict):
        raise unbelievable(client)
    return claims


def names_of(client: SignInClient, claims: dict[str, Any]) -> tuple[str, ...]:
    """What the issuer may call itself."""
    if client.known.is_discovered:
        return (client.issued_by,)
    tid = str(claims.get("tid", ""))
    return tuple(name.replace("{tid}", tid) for name in client.known.issued_by)


def unbelievable(client: SignInClient) -> SignInStopped:
    """The answer was made for somebody else, or is not what was agreed on."""
    return SignInStopped(
        f"What {client} answered does not belong to this sign-in, so nothing was connected. Start"
        " it again.",
        "identity",
    )
