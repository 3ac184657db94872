"""An access token that holds: refreshed ahead of its end, once however many ask. ADR 0024.

Whoever refreshes holds the grant's row from before the request until the answer is committed, so
that all others, in every process, wait for that answer and take it. PostgreSQL lets go of the row
when its holder dies. While the old token still holds, nobody waits at all.
"""

import logging
import math
import time
from datetime import datetime, timedelta
from typing import Final

from django.db import OperationalError, close_old_connections, transaction
from django.db.models import F

from postroom.accounts.models import EmailAccount
from postroom.oauth.asking import Tokens, ask_for_tokens
from postroom.oauth.clients import find_client
from postroom.oauth.errors import (
    ClientRefused,
    GrantRevoked,
    IssuerFailure,
    IssuerUnavailable,
    TokenRefused,
)
from postroom.oauth.grants import columns_of, note_revoked, opened
from postroom.oauth.models import Grant, SignInClient
from postroom.oauth.refusals import NOT_UNDERSTOOD, REVOKED, Mender, is_over, refusal_of
from postroom.oauth.signing_in import sentence_of

log = logging.getLogger(__name__)

AHEAD: Final = timedelta(minutes=5)
HOLDS_FOR: Final = timedelta(seconds=10)
"""A token nearer to its end than this may not survive the sign-in."""

SESSION_MIN: Final = 60.0

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)
STORE_TRIES: Final = 5


def access_token(account: EmailAccount, now: datetime, refused: str = "") -> str:
    """A token for the account's servers. Raises IssuerFailure, SecretDoesNotOpen.

    `refused` is one that a server just refused: it is given again by nobody.
    """
    grant = Grant.objects.select_related("account").get(account=account)
    if grant.revoked_at:
        raise GrantRevoked(grant.failure_sentence)
    token = opened(grant, "access_token")
    if token != refused and not is_due(grant, now):
        return token
    return refreshed(grant, now, refused)


def session_seconds(account: EmailAccount, now: datetime) -> float:
    """How long a session with the present token may last; without bound for a password.

    Until the next token is due. If that one could not be had, for what is left of this one.
    """
    grant = Grant.objects.filter(account=account).first()
    if grant is None:
        return math.inf
    end = grant.expires_at if is_due(grant, now) else due_at(grant)
    return max(SESSION_MIN, (end - now).total_seconds())


def due_at(grant: Grant) -> datetime:
    """When it is time for a new one: five minutes ahead, or a quarter of a short life."""
    return grant.expires_at - min(AHEAD, (grant.expires_at - grant.issued_at) / 4)


def is_due(grant: Grant, now: datetime) -> bool:
    """Whether it is time for a new token."""
    return now >= due_at(grant)


def holds(grant: Grant, now: datetime) -> bool:
    """Whether the token still serves for a sign-in."""
    return now < grant.expires_at - HOLDS_FOR


def refreshed(known: Grant, now: datetime, refused: str) -> str:
    """A new token, asked for by whoever holds the row. Raises IssuerFailure.

    A failure that passes is nobody's trouble while the present token holds.
    """
    present_serves = holds(known, now) and not refused
    outcome: Tokens | IssuerFailure | None = None
    grant: Grant | None = known
    try:
        with transaction.atomic():
            grant = find_locked(known, skip_locked=present_serves)
            if grant is None or is_answered(grant, now, refused):
                return opened(grant or known, "access_token")
            outcome = outcome_of(grant, now)
            note(grant, outcome, now)
    except OperationalError:
        if grant is None or not isinstance(outcome, Tokens):
            raise
        store_after_all(grant, outcome)
    if isinstance(outcome, Tokens):
        return outcome.access
    if present_serves and not isinstance(outcome, GrantRevoked):
        log.info("%s: the token still holds, and could not be refreshed: %s", known, outcome)
        return opened(known, "access_token")
    raise outcome


def find_locked(known: Grant, *, skip_locked: bool) -> Grant | None:
    """The grant's row as it is now, held until the transaction ends; None if somebody has it."""
    rows = Grant.objects.select_for_update(skip_locked=skip_locked).select_related(None)
    return rows.filter(pk=known.pk).first()


def outcome_of(grant: Grant, now: datetime) -> Tokens | IssuerFailure:
    """What came of asking the issuer."""
    try:
        return ask_anew(grant, now)
    except IssuerFailure as failure:
        return failure


def note(grant: Grant, outcome: Tokens | IssuerFailure, now: datetime) -> None:
    """Keep the answer, or remember the failure."""
    if isinstance(outcome, Tokens):
        store(grant, outcome)
    else:
        note_failure(grant, outcome, now)


def is_answered(grant: Grant, now: datetime, refused: str) -> bool:
    """Whether somebody else brought a token while we waited for the row. Raises IssuerFailure."""
    if grant.revoked_at:
        raise GrantRevoked(grant.failure_sentence)
    return not is_due(grant, now) and opened(grant, "access_token") != refused


def ask_anew(grant: Grant, now: datetime) -> Tokens:
    """Ask the issuer, unless it just failed. Raises IssuerFailure."""
    if grant.not_before and now < grant.not_before:
        raise IssuerUnavailable(grant.failure_sentence)
    client = find_client(grant.issuer)
    if client is None:
        raise ClientRefused(
            "The sign-in service of this mailbox was removed. An administrator has to enter its"
            " client again under Sign-in services; nobody has to sign in again."
        )
    token = opened(grant, "refresh_token")
    try:
        return ask_for_tokens(client, now, "refresh_token", refresh_token=token)
    except TokenRefused as refusal:
        raise failure_for(client, refusal) from refusal


def failure_for(client: SignInClient, refusal: TokenRefused) -> IssuerFailure:
    """What a refused refresh means: over, the administrator's, or passing."""
    told = refusal_of(refusal.error, refusal.words)
    if told.mender is Mender.NOBODY:
        return IssuerUnavailable(sentence_of(told, client))
    if is_over(refusal.error, refusal.words):
        told = REVOKED if told is NOT_UNDERSTOOD else told
        return GrantRevoked(sentence_of(told, client))
    return ClientRefused(sentence_of(told, client, refusal.error, refusal.words))


def note_failure(grant: Grant, failure: IssuerFailure, now: datetime) -> None:
    """Remember it: what is over is not asked again, what failed not at once."""
    if isinstance(failure, GrantRevoked):
        note_revoked(grant, failure.sentence, now)
        return
    if grant.not_before and now < grant.not_before:
        return
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(grant.failures, 10))
    grant.failures += 1
    grant.not_before, grant.failure_sentence = now + wait, failure.sentence
    grant.save(update_fields=["failures", "not_before", "failure_sentence"])


def store(grant: Grant, answer: Tokens) -> bool:
    """Exchange the tokens, if they are still those that the answer was asked with."""
    same = Grant.objects.filter(pk=grant.pk, generation=grant.generation)
    columns = columns_of(grant.account_id, answer)
    return bool(same.update(generation=F("generation") + 1, **columns))


def store_after_all(grant: Grant, answer: Tokens) -> None:
    """The database went away between the answer and its commit: try until it is back.

    A rotated refresh token that is lost here may be lost for good.
    """
    for attempt in range(1, STORE_TRIES + 1):
        close_old_connections()
        try:
            store(grant, answer)
        except OperationalError:
            if attempt == STORE_TRIES:
                raise
            time.sleep(attempt)
        else:
            return
