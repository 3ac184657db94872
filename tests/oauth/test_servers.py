"""Tokens at the servers: sessions that end with them, refused ones, sending, and the notice."""

import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone

from cast import message
from oauth.consenting import client_at, connected_by_consent
from postroom.accounts.models import Direction, EmailAccount
from postroom.archive.models import Email
from postroom.net.credentials import AccessToken
from postroom.oauth import tokens
from postroom.oauth.credentials import find_credential, get_credential
from postroom.oauth.models import Grant
from postroom.oauth.tokens import session_seconds
from postroom.outbox.incidents import write_incidents
from postroom.outbox.models import Notice, NoticeState
from postroom.outbox.queue import Letter, write
from postroom.outbox.sending import send_notice
from postroom.outbox.wording import Words
from postroom.sync.bell import Bell
from postroom.sync.keeping import keep_in_sync
from postroom.sync.once import sync_once
from postroom.sync.troubles import SyncFailed
from postroom.team.models import User
from servers.dovecot import Dovecot
from servers.openid import Provider
from servers.submission_thread import submission_beside

ALICE = "alice@example.com"
REFRESH = "refresh_token"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(provider: Provider, mailbox: Dovecot, alice: User) -> EmailAccount:
    client_at(provider, mailbox)
    return connected_by_consent(alice, ALICE)


def test_a_session_is_ended_when_its_next_token_is_due(
    account: EmailAccount, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = Grant.objects.get()
    assert session_seconds(account, grant.issued_at) == 55 * 60
    assert session_seconds(account, grant.issued_at + timedelta(minutes=57)) == 3 * 60
    assert session_seconds(account, grant.expires_at) == 60
    monkeypatch.setattr(tokens, "SESSION_MIN", 1.0)
    now = timezone.now()
    Grant.objects.update(
        issued_at=now - timedelta(minutes=54), expires_at=now + timedelta(minutes=5, seconds=4)
    )
    before = find_credential(account, Direction.INCOMING, now)
    asyncio.run(keep_for_an_hour(account))
    assert timezone.now() - now < timedelta(minutes=2)
    account.refresh_from_db()
    assert account.trouble == ""
    after = get_credential(account, Direction.INCOMING, timezone.now())
    assert isinstance(after, AccessToken)
    assert after != before
    assert provider.asked[REFRESH] == 1


async def keep_for_an_hour(account: EmailAccount) -> None:
    await keep_in_sync(account, timezone.now, Bell(), 3600)


def test_a_token_that_a_server_refuses_early_is_exchanged_and_nobody_notices(
    account: EmailAccount, provider: Provider, mailbox: Dovecot
) -> None:
    mailbox.add(ALICE, "INBOX", [message("Still here", to=ALICE)])
    provider.tokens[-1].ends_at = 0
    asyncio.run(sync_once(account, timezone.now))
    assert Email.objects.get(account=account).subject == "Still here"
    assert provider.asked[REFRESH] == 1


def test_a_server_that_refuses_fresh_tokens_needs_its_owner_and_is_not_asked_for_ever(
    account: EmailAccount, provider: Provider, mailbox: Dovecot
) -> None:
    provider.lifetime = 0
    provider.tokens[-1].ends_at = 0
    with pytest.raises(SyncFailed, match="IMAP is switched on"):
        asyncio.run(sync_once(account, timezone.now))
    account.refresh_from_db()
    assert account.trouble == "token_not_taken"
    assert account.incident_at is not None
    assert provider.asked[REFRESH] == 1


def test_a_failing_issuer_is_no_incident(account: EmailAccount, provider: Provider) -> None:
    provider.failing = 503
    Grant.objects.update(expires_at=timezone.now())
    with pytest.raises(SyncFailed):
        asyncio.run(sync_once(account, timezone.now))
    account.refresh_from_db()
    assert (account.trouble, account.incident_at) == ("issuer_unavailable", None)
    assert write_incidents(timezone.now()) == 0


def test_a_notice_goes_out_by_token(provider: Provider, mailbox: Dovecot, alice: User) -> None:
    def is_right(user: str, token: str) -> bool:
        found = provider.find_valid(token)
        return found is not None and found.user == user

    with submission_beside({}, tokens=is_right) as smtp:
        client_at(provider, mailbox, smtp_port=smtp.port)
        account = connected_by_consent(alice, ALICE)
        assert account.smtp_trouble_sentence == ""
        now = timezone.now()
        write(Letter(key="x", account=account, subject="Word", parts=[Words("Hello.")]), now)
        send_notice(Notice.objects.get().pk, timezone.now)
        notice = Notice.objects.get()
        assert notice.state == NoticeState.SENT, notice.reason
        assert len(smtp.taken) == 1
