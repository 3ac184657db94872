"""Tokens kept fresh: once however many ask, never lost, and a revoked consent told once."""

import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.utils import timezone

from oauth.consenting import client_at, connected_by_consent
from postroom.accounts.models import EmailAccount
from postroom.oauth import tokens
from postroom.oauth.errors import ClientRefused, GrantRevoked, IssuerUnavailable
from postroom.oauth.grants import opened
from postroom.oauth.models import Grant, SignInClient
from postroom.oauth.tokens import access_token
from postroom.team.models import User
from servers.dovecot import Dovecot
from servers.openid import Provider

ALICE = "alice@example.com"
REFRESH = "refresh_token"
TESTS = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(provider: Provider, mailbox: Dovecot, alice: User) -> EmailAccount:
    client_at(provider, mailbox)
    return connected_by_consent(alice, ALICE)


def expire(account: EmailAccount) -> None:
    now = timezone.now()
    Grant.objects.filter(account=account).update(
        issued_at=now - timedelta(hours=1), expires_at=now - timedelta(seconds=1)
    )


def test_a_token_that_holds_is_given_without_asking(
    account: EmailAccount, provider: Provider
) -> None:
    assert access_token(account, timezone.now()) == access_token(account, timezone.now())
    assert provider.asked[REFRESH] == 0


def test_it_is_refreshed_ahead_of_its_end_and_the_rotated_token_is_kept(
    account: EmailAccount, provider: Provider
) -> None:
    first = access_token(account, timezone.now())
    soon = timezone.now() + timedelta(minutes=56)
    second = access_token(account, soon)
    assert second != first
    assert access_token(account, soon + timedelta(minutes=56)) not in (first, second)
    assert provider.asked[REFRESH] == 2


def test_a_provider_that_does_not_rotate_leaves_the_refresh_token(
    account: EmailAccount, provider: Provider
) -> None:
    provider.rotates = False
    before = opened(account.grant, "refresh_token")
    expire(account)
    access_token(account, timezone.now())
    account.grant.refresh_from_db()
    assert opened(account.grant, "refresh_token") == before


@pytest.mark.parametrize("state", ["expired", "about to expire"])
def test_200_who_ask_at_once_in_two_processes_are_one_refresh(
    state: str, account: EmailAccount, provider: Provider, database_url: str
) -> None:
    if state == "expired":
        expire(account)
    else:
        now = timezone.now()
        Grant.objects.update(
            issued_at=now - timedelta(minutes=58), expires_at=now + timedelta(minutes=2)
        )
    old = digest_of(opened(account.grant, "access_token"))
    provider.seconds = 0.4
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "PYTHONPATH": str(TESTS),
        "DJANGO_SETTINGS_MODULE": "postroom.config.settings",
    }
    command = [sys.executable, "-m", "oauth.asking_at_once", str(account.pk), "100"]
    processes = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    given = [token for answer in answers_of(processes) for token in answer.split()]
    print(f"{len(given)} asked, {provider.asked[REFRESH]} refresh")
    assert len(given) == 200
    assert provider.asked[REFRESH] == 1
    new = digest_of(access_token(account, timezone.now()))
    assert new != old
    assert set(given) <= ({new} if state == "expired" else {new, old})


def answers_of(processes: "list[subprocess.Popen[str]]") -> Iterator[str]:
    """Let all go at once, and read what they say."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        yield process.communicate(timeout=120)[0]


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def test_control_without_the_row_lock_there_are_many_refreshes(
    account: EmailAccount, provider: Provider
) -> None:
    provider.seconds, provider.rotates = 0.2, False
    grant = account.grant
    threads = [
        threading.Thread(target=tokens.ask_anew, args=(grant, timezone.now())) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert provider.asked[REFRESH] == 5


def test_a_revoked_consent_is_asked_about_once(account: EmailAccount, provider: Provider) -> None:
    provider.revoke(ALICE)
    expire(account)
    for _ in range(3):
        with pytest.raises(GrantRevoked, match="Sign in again"):
            access_token(account, timezone.now())
    assert provider.asked[REFRESH] == 1


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_failure_that_passes_is_no_revocation_and_is_retried_ever_more_slowly(
    status: int, account: EmailAccount, provider: Provider
) -> None:
    provider.failing = status
    expire(account)
    now = timezone.now()
    for wait in (0, 1, 4):
        with pytest.raises(IssuerUnavailable, match="tried again"):
            access_token(account, now + timedelta(seconds=wait))
    assert provider.asked[REFRESH] == 1
    with pytest.raises(IssuerUnavailable):
        access_token(account, now + timedelta(seconds=6))
    with pytest.raises(IssuerUnavailable):
        access_token(account, now + timedelta(seconds=13))
    assert provider.asked[REFRESH] == 2
    provider.failing = 0
    assert access_token(account, now + timedelta(seconds=60))
    account.grant.refresh_from_db()
    assert (account.grant.failures, account.grant.revoked_at) == (0, None)


def test_nobody_answering_is_a_failure_that_passes(
    account: EmailAccount, provider: Provider
) -> None:
    SignInClient.objects.update(token_endpoint="http://127.0.0.1:9/token")
    expire(account)
    with pytest.raises(IssuerUnavailable, match=r"127\.0\.0\.1"):
        access_token(account, timezone.now())


def test_a_failure_is_nobodys_trouble_while_the_token_holds(
    account: EmailAccount, provider: Provider
) -> None:
    provider.failing = 503
    before = access_token(account, timezone.now())
    assert access_token(account, timezone.now() + timedelta(minutes=57)) == before
    assert provider.asked[REFRESH] == 1


def test_a_refused_client_is_the_administrators_and_ends_no_consent(
    account: EmailAccount, provider: Provider
) -> None:
    provider.client.secret = "changed-at-the-provider"
    expire(account)
    with pytest.raises(ClientRefused, match="administrator"):
        access_token(account, timezone.now())
    assert account.grant.revoked_at is None


def test_a_database_that_goes_away_before_the_commit_loses_no_rotated_token(
    account: EmailAccount, provider: Provider, database_url: str
) -> None:
    expire(account)
    provider.seconds = 0.5
    killed: list[int] = []
    killer = threading.Thread(target=end_who_holds_the_row, args=(database_url, killed))
    killer.start()
    token = access_token(account, timezone.now())
    killer.join()
    assert len(killed) == 1
    provider.seconds = 0
    assert access_token(account, timezone.now()) == token
    assert access_token(account, timezone.now() + timedelta(minutes=59)) != token
    assert provider.asked[REFRESH] == 2


def end_who_holds_the_row(database_url: str, killed: list[int]) -> None:
    """End the connection that waits for the provider, as a restart of PostgreSQL would."""
    query = """SELECT pid FROM pg_stat_activity WHERE datname = current_database()
        AND state = 'idle in transaction' AND query LIKE '%oauth_signinclient%'"""
    with psycopg.connect(database_url, autocommit=True) as connection:
        found, deadline = [], time.monotonic() + 20
        while not found and time.monotonic() < deadline:
            found = connection.execute(query).fetchall()
        for (pid,) in found:
            connection.execute("SELECT pg_terminate_backend(%s)", [pid])
            killed.append(pid)


def test_tokens_are_sealed_for_their_account_and_column(
    account: EmailAccount, provider: Provider
) -> None:
    from postroom.accounts.seals import SecretDoesNotOpen

    grant = account.grant
    token = opened(grant, "access_token")
    assert token.encode() not in bytes(grant.access_token)
    grant.access_token = grant.refresh_token
    with pytest.raises(SecretDoesNotOpen):
        opened(grant, "access_token")
    assert settings.SEALING_KEYS
