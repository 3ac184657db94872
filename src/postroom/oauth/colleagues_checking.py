"""Try the colleagues' provider before people rely on it, without a person's sign-in."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from postroom.accounts.sealing import SealBroken
from postroom.oauth.checking import CREDENTIALS, Check, check_credentials
from postroom.oauth.colleagues import as_client, redirect_url
from postroom.oauth.discovery import discover
from postroom.oauth.errors import SignInStopped
from postroom.oauth.models import ColleagueProvider


def check_provider(provider: ColleagueProvider, now: datetime) -> Iterator[Check]:
    """Try everything, one after the other."""
    yield check_redirect(provider)
    yield check_discovery(provider)
    yield check_secret(provider, now)


def check_redirect(provider: ColleagueProvider) -> Check:
    """The redirect address is one that providers accept."""
    what, url = "Redirect address", redirect_url()
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        sentence = f"{url} is not on https. Serve Postroom by https and set POSTROOM_URL."
        return Check(what, False, sentence)
    return Check(what, True, f"{url} has to be registered at {provider}, letter by letter.")


def check_discovery(provider: ColleagueProvider) -> Check:
    """The provider still tells what it told when it was entered."""
    try:
        told = discover(provider.discovery_url)
    except SignInStopped as failure:
        return Check("Provider", False, failure.sentence)
    columns = ("issued_by", "authorization_endpoint", "token_endpoint", "names_itself")
    if any(getattr(provider, column) != told[column] for column in columns):
        moved = f"{provider} has other addresses now. Save the form once more."
        return Check("Provider", False, moved)
    return Check("Provider", True, f"{provider.issued_by} answers and tells its addresses.")


def check_secret(provider: ColleagueProvider, now: datetime) -> Check:
    """The provider takes id and secret."""
    try:
        client = as_client(provider)
    except SealBroken:
        sentence = "The secret cannot be read with this key file. Enter it again."
        return Check(CREDENTIALS, False, sentence)
    return check_credentials(client, redirect_url(), now)
