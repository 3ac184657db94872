"""A consent is for the issuer's own mail servers, whoever entered others for the mailbox."""

import pytest
from django.utils import timezone

from oauth.consenting import client_at, signs_in
from postroom.accounts.models import Activation, EmailAccount, Security
from postroom.oauth.errors import SignInStopped
from postroom.oauth.models import Grant
from postroom.oauth.signing_in import Wish
from postroom.setup import AccountRequest, ServerAddress
from postroom.setup.preparing import prepare_account
from postroom.team.models import User
from servers.beside import beside
from servers.dovecot import Dovecot
from servers.eavesdropper import eavesdropper
from servers.openid import Provider
from servers.scripted import scripted

ALICE = "alice@example.com"

pytestmark = pytest.mark.django_db(transaction=True)


def prepared(owner: User, imap: ServerAddress, smtp: ServerAddress | None = None) -> EmailAccount:
    """A mailbox as a colleague set it up."""
    request = AccountRequest(owner=owner, address=ALICE, imap=imap, smtp=smtp)
    return prepare_account(request, None, timezone.now())


@pytest.mark.parametrize("side", ["incoming", "outgoing"])
def test_a_consent_is_never_shown_to_a_server_that_a_colleague_entered(
    side: str, provider: Provider, mailbox: Dovecot, alice: User
) -> None:
    client_at(provider, mailbox)
    own = ServerAddress("127.0.0.1", mailbox.port, Security.NONE)
    with beside(scripted(eavesdropper)) as stranger:
        there = ServerAddress("localhost", stranger.port, Security.NONE)
        servers = (there, None) if side == "incoming" else (own, there)
        account = prepared(alice, *servers)
        with pytest.raises(SignInStopped, match="localhost is no mail server of Example"):
            signs_in(alice, Wish(issuer="openid", account=account.pk), ALICE)
        assert stranger.heard.connections == 0
    assert not Grant.objects.exists()
    account.refresh_from_db()
    assert account.activation == Activation.WAITING


def test_at_the_issuers_own_servers_a_mailbox_that_was_set_up_begins(
    provider: Provider, mailbox: Dovecot, alice: User
) -> None:
    client_at(provider, mailbox)
    account = prepared(alice, ServerAddress("127.0.0.1", mailbox.port, Security.NONE))
    signs_in(alice, Wish(issuer="openid", account=account.pk), ALICE)
    account.refresh_from_db()
    assert account.activation == Activation.ACTIVE
    assert account.grant.identity == ALICE
