"""A person comes back from an issuer, or their code was typed: the mailbox is connected or why not.

The answer is hostile until its state was found in the person's own session (RFC 6749 §10.12).
"""

from collections.abc import Mapping
from datetime import datetime

from postroom.accounts.models import EmailAccount
from postroom.accounts.sealing import SealBroken
from postroom.imap.server_words import server_words
from postroom.oauth.clients import get_client
from postroom.oauth.errors import SignInStopped
from postroom.oauth.models import SignInClient
from postroom.oauth.signing_in import Attempt, Consent, Wish, is_from, redeem, stopped
from postroom.setup.consenting import connect_by_consent, reconnect_by_consent
from postroom.team.models import User

BEGUN_ELSEWHERE = (
    "This sign-in was begun in another browser, was finished already, or is too old, so nothing was"
    " connected. Start it again."
)


def finish(
    owner: User, attempt: Attempt | None, answer: Mapping[str, str], now: datetime
) -> EmailAccount:
    """Take an issuer's answer. Raises IssuerFailure, ConnectionFailed; saves nothing then."""
    if attempt is None or not attempt.is_open(now):
        raise SignInStopped(BEGUN_ELSEWHERE, "begun_elsewhere")
    client = get_client(attempt.wish.issuer)
    refuse_other_issuer(client, answer)
    if "code" not in answer:
        error, words = (told(answer, name) for name in ("error", "error_description"))
        raise stopped(client, error, words)
    try:
        consent = redeem(client, attempt, answer["code"], now)
    except SealBroken as error:
        raise SignInStopped(BEGUN_ELSEWHERE, "begun_elsewhere") from error
    return connect(owner, attempt.wish, consent)


def connect(
    owner: User, wish: Wish, consent: Consent, *, is_from_command_line: bool = False
) -> EmailAccount:
    """Connect the mailbox that was wished for, or reconnect it. Raises as `finish` does."""
    if wish.account is None:
        return connect_by_consent(owner, wish, consent, is_from_command_line=is_from_command_line)
    account = EmailAccount.objects.filter(pk=wish.account, owner=owner).first()
    if account is None:
        raise SignInStopped("The mailbox is not here any more. Connect it anew.", "gone")
    reconnect_by_consent(account, wish, consent)
    return account


def connect_by_code(owner: User, wish: Wish, consent: Consent) -> EmailAccount:
    """Connect with what a typed code brought. Raises as `finish` does.

    Whoever typed it may have been sent it and talked into that (RFC 8628 §5.4), and the mailbox
    would be the sender's to read: what is a colleague's own, they connect themselves.
    """
    colleagues = User.objects.filter(email__in=consent.addresses).exclude(pk=owner.pk)
    if colleague := colleagues.first():
        raise SignInStopped(
            f"It was {colleague} who signed in with the code, so nothing was connected. Their"
            " mailbox they connect themselves, signed in to Postroom under their own name.",
            "colleague",
        )
    return connect(owner, wish, consent)


def refuse_other_issuer(client: SignInClient, answer: Mapping[str, str]) -> None:
    """The answer comes from the issuer that was asked. Raises SignInStopped."""
    if not is_from(client, answer):
        raise SignInStopped(BEGUN_ELSEWHERE, "other_issuer")


def told(answer: Mapping[str, str], name: str) -> str:
    """What a stranger wrote into the address, fit to be shown."""
    return server_words(answer.get(name, "").encode(), 500)
