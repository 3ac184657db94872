"""What signs in to an account's servers: its sealed password, or a token that holds."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final

from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.seals import get_secret
from postroom.net.credentials import AccessToken, Credential, Password
from postroom.net.errors import NetError
from postroom.oauth.errors import TokenNotTaken
from postroom.oauth.grants import find_grant, opened
from postroom.oauth.tokens import access_token, is_due

ISSUER_THREADS: Final = ThreadPoolExecutor(4, thread_name_prefix="issuer")
"""Where a process waits for issuers: one that hangs holds up tokens, and nothing else."""


def find_credential(
    account: EmailAccount, direction: Direction, now: datetime
) -> Credential | None:
    """What signs in, if no issuer need be asked first. Raises SecretDoesNotOpen."""
    grant = find_grant(account)
    if grant is None:
        return Password(name_for(account, direction), get_secret(account, direction))
    if grant.revoked_at or is_due(grant, now):
        return None
    return AccessToken(name_for(account, direction), opened(grant, "access_token"))


def get_credential(
    account: EmailAccount, direction: Direction, now: datetime, refused: str = ""
) -> Credential:
    """What signs in; may ask an issuer. Raises IssuerFailure, SecretDoesNotOpen.

    `refused` is a token that a server just refused: another one is asked for.
    """
    if not refused and (ready := find_credential(account, direction, now)):
        return ready
    return AccessToken(name_for(account, direction), access_token(account, now, refused))


def name_for(account: EmailAccount, direction: Direction) -> str:
    """The user name at the server of this direction."""
    is_sending = direction == Direction.OUTGOING
    return account.sending_name if is_sending else account.sign_in_name


def not_taken(account: EmailAccount, refusal: NetError) -> TokenNotTaken:
    """The issuer gave a fresh token, and the mail server refused it all the same."""
    grant = find_grant(account)
    identity = grant.identity if grant else ""
    whose = f" of {identity}" if identity and identity != account.sign_in_name else ""
    return TokenNotTaken(
        f"{refusal.host} does not take the sign-in{whose} for {account.sign_in_name}, although it"
        " was confirmed a moment ago. See that IMAP is switched on for the mailbox, and that this"
        " account may open it; then sign in again."
        + (f" The server said: “{refusal.words}”" if refusal.words else "")
    )
