"""The grant of a mailbox: kept, opened, marked as over. Its tokens are sealed for the account."""

from datetime import datetime

from django.db.models import F

from postroom.accounts.models import EmailAccount
from postroom.accounts.sealing import SealBroken, seal, unseal
from postroom.accounts.seals import SecretDoesNotOpen
from postroom.oauth.asking import Tokens
from postroom.oauth.models import Grant
from postroom.oauth.signing_in import Consent


def keep_grant(account: EmailAccount, consent: Consent) -> Grant:
    """Keep what the owner consented to, in place of a grant or passwords of before."""
    account.credentials.all().delete()
    columns = columns_of(account.pk, consent.tokens) | {
        "issuer": consent.issuer,
        "identity": consent.identity,
        "revoked_at": None,
    }
    grant, is_new = Grant.objects.get_or_create(account=account, defaults=columns)
    if not is_new:
        columns["generation"] = grant.generation + 1
        Grant.objects.filter(pk=grant.pk).update(**columns)
        grant.refresh_from_db()
    return grant


def forget_grant(account: EmailAccount) -> None:
    """The account signs in with a password from now on."""
    Grant.objects.filter(account=account).delete()


def find_grant(account: EmailAccount) -> Grant | None:
    """The account's grant; None if it signs in with a password."""
    return Grant.objects.filter(account=account).first()


def columns_of(account_id: int, tokens: Tokens) -> dict[str, object]:
    """An issuer's answer as columns. An answer without refresh token leaves the one there is."""
    columns: dict[str, object] = {
        "access_token": seal(binding_of(account_id, "access_token"), tokens.access),
        "issued_at": tokens.issued_at,
        "expires_at": tokens.expires_at,
        "failures": 0,
        "not_before": None,
        "failure_sentence": "",
    }
    if tokens.refresh:
        binding = binding_of(account_id, "refresh_token")
        columns["refresh_token"] = seal(binding, tokens.refresh)
    return columns


def opened(grant: Grant, column: str) -> str:
    """The grant's `access_token` or `refresh_token`. Raises SecretDoesNotOpen."""
    try:
        return unseal(binding_of(grant.account_id, column), getattr(grant, column))
    except SealBroken as error:
        raise SecretDoesNotOpen(grant.account) from error


def empty_grant(account: EmailAccount, now: datetime) -> None:
    """Delete the tokens; whose consent it was, and where, stays for when the mailbox comes back."""
    Grant.objects.filter(account=account).update(
        refresh_token=b"",
        access_token=b"",
        generation=F("generation") + 1,
        revoked_at=now,
        failure_sentence="The consent was deleted with the mailbox's mail. Sign in again.",
    )


def note_revoked(grant: Grant, sentence: str, now: datetime) -> None:
    """The issuer gives no more tokens for it; nobody asks again."""
    grant.revoked_at, grant.failure_sentence = now, sentence
    grant.save(update_fields=["revoked_at", "failure_sentence"])


def binding_of(account_id: int, column: str) -> str:
    """What a token is sealed for."""
    return f"{account_id}:{column}"
