"""Try a client before people rely on it: each thing that can be told without a person's sign-in."""

import asyncio
import ipaddress
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from postroom.net.errors import NetError
from postroom.net.imap_client import ImapClient
from postroom.net.server import Security, Server
from postroom.oauth.asking import exchange
from postroom.oauth.discovery import discover
from postroom.oauth.errors import IssuerFailure, SignInStopped, TokenRefused
from postroom.oauth.models import SignInClient
from postroom.oauth.refusals import Mender, refusal_of
from postroom.oauth.signing_in import redirect_url, sentence_of

CREDENTIALS = "Client id and secret"
MECHANISMS = frozenset({"AUTH=XOAUTH2", "AUTH=OAUTHBEARER"})


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried, whether it is well, and what there is to say of it."""

    what: str
    is_well: bool
    sentence: str


def check_client(client: SignInClient, now: datetime) -> Iterator[Check]:
    """Try everything, one after the other."""
    yield check_redirect(client)
    if client.known.is_discovered:
        yield check_discovery(client)
    yield check_credentials(client, redirect_url(), now)
    if client.known.is_discovered:
        yield check_mail_server(client)


def check_redirect(client: SignInClient) -> Check:
    """The redirect address is one that issuers accept."""
    what, url = "Redirect address", redirect_url()
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and host not in ("localhost", "127.0.0.1", "::1"):
        return Check(
            what, False, f"{url} is not on https. Serve Postroom by https and set POSTROOM_URL."
        )
    if client.issuer == "google" and is_number(host) and host != "127.0.0.1":
        return Check(what, False, f"{url} is a bare IP address. Set POSTROOM_URL to a name.")
    return Check(what, True, f"{url} has to be registered at {client}, letter by letter.")


def is_number(host: str) -> bool:
    """Whether a host is an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def check_discovery(client: SignInClient) -> Check:
    """The provider still tells what it told when it was entered."""
    what = "Provider"
    try:
        told = discover(client.discovery_url)
    except SignInStopped as failure:
        return Check(what, False, failure.sentence)
    if any(getattr(client, column) != value for column, value in told.items()):
        return Check(what, False, f"{client} has other addresses now. Save the form once more.")
    return Check(what, True, f"{client.issued_by} answers and tells its addresses.")


def check_credentials(client: SignInClient, redirect_uri: str, now: datetime) -> Check:
    """The issuer takes id and secret: a code that we made up is all it refuses then."""
    what, made_up = CREDENTIALS, secrets.token_urlsafe(32)
    try:
        exchange(client, made_up, made_up * 2, redirect_uri, now)
    except TokenRefused as told:
        refusal = refusal_of(told.error, told.words)
        if refusal.mender in (Mender.ADMINISTRATOR, Mender.NOBODY):
            return Check(what, False, sentence_of(refusal, client, told.error, told.words))
    except IssuerFailure as failure:
        return Check(what, False, failure.sentence)
    return Check(what, True, f"{client} takes them, as far as can be told without a sign-in.")


def check_mail_server(client: SignInClient) -> Check:
    """The mail server is there and takes tokens."""
    what = "Mail server"
    server = Server(client.imap_host, client.imap_port, Security(client.imap_security))
    try:
        offered = asyncio.run(offered_by(server))
    except NetError as failure:
        return Check(what, False, failure.sentence)
    if not MECHANISMS & offered:
        return Check(
            what,
            False,
            f"{server.host} offers neither XOAUTH2 nor OAUTHBEARER, so it takes no tokens. Switch"
            " one of them on there.",
        )
    return Check(what, True, f"{server.host} answers and takes tokens.")


async def offered_by(server: Server) -> frozenset[str]:
    """What the server offers before the sign-in."""
    imap = await ImapClient.connect(server, settings.MAIL_NETWORKS)
    try:
        return imap.capabilities
    finally:
        await imap.close()
