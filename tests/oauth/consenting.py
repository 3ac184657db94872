"""A client at the local provider, and mailboxes whose owners consented there."""

import urllib.error
import urllib.request
from datetime import datetime
from email.message import Message
from urllib.parse import parse_qs, urlencode, urlsplit

from django.utils import timezone

from postroom.accounts.models import EmailAccount, Security
from postroom.oauth.clients import ClientEntry, MailServer, get_client, keep_client
from postroom.oauth.models import SignInClient
from postroom.oauth.signing_in import Attempt, Wish, authorisation_url, redirect_url
from postroom.setup.finishing import finish
from postroom.team.models import User
from servers.dovecot import Dovecot
from servers.openid import Provider


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """The answer is what counts."""


_BROWSER = urllib.request.build_opener(_NoRedirect)


def client_at(
    provider: Provider, mailbox: Dovecot | None = None, *, smtp_port: int = 0
) -> SignInClient:
    """Register Postroom at the provider and enter it here."""
    provider.client.redirects.add(redirect_url())
    entry = ClientEntry(
        issuer="openid",
        client_id=provider.client.client_id,
        secret=provider.client.secret,
        name="Example",
        discovery_url=provider.url,
        imap=MailServer("127.0.0.1", mailbox.port if mailbox else 993, Security.NONE),
        smtp=MailServer("127.0.0.1", smtp_port, Security.NONE) if smtp_port else None,
    )
    return keep_client(entry, timezone.now())


def answer_of(url: str, person: str) -> dict[str, str]:
    """What comes back after the person chose an account at the provider ("" cancels)."""
    try:
        _BROWSER.open(url, urlencode({"person": person} if person else {}).encode())
    except urllib.error.HTTPError as redirect:
        headers: Message = redirect.headers
        query = urlsplit(headers["Location"]).query
        return {name: values[0] for name, values in parse_qs(query).items()}
    raise AssertionError("the provider did not send back")


def signs_in(owner: User, wish: Wish, person: str, now: datetime | None = None) -> EmailAccount:
    """The whole way, as a browser goes it."""
    now = now or timezone.now()
    attempt = Attempt.begin(wish, now)
    answer = answer_of(authorisation_url(get_client(wish.issuer), attempt), person)
    assert answer.pop("state") == attempt.state
    return finish(owner, attempt, answer, now)


def connected_by_consent(owner: User, address: str) -> EmailAccount:
    """A mailbox whose owner signed in as themselves."""
    return signs_in(owner, Wish(issuer="openid", address=address), address)
