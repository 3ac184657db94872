"""Sign in from a terminal: a code is shown, typed at the issuer, and waited for (RFC 8628)."""

import time
from typing import TYPE_CHECKING

import click

from postroom.cli.bootstrap import Failed
from postroom.cli.printing import plain

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount
    from postroom.oauth.device import DeviceSignIn
    from postroom.oauth.signing_in import Consent, Wish
    from postroom.team.models import User


def connect_with_code(owner: "User", wish: "Wish") -> "EmailAccount":
    """Have somebody sign in, and connect (or reconnect) the mailbox."""
    from postroom.oauth.errors import IssuerFailure
    from postroom.setup.finishing import connect

    try:
        consent = consent_by_code(wish)
        return connect(owner, wish, consent, is_from_command_line=True)
    except IssuerFailure as failure:
        raise Failed(failure.sentence) from failure


def consent_by_code(wish: "Wish") -> "Consent":
    """Show the code and wait until it was typed. Raises IssuerFailure."""
    from django.utils import timezone

    from postroom.oauth.clients import get_client
    from postroom.oauth.device import DeviceSignIn, ask_device, begin_device

    client = get_client(wish.issuer)
    waiting = begin_device(client, wish, timezone.now())
    click.echo(f"Open  {plain(waiting.page)}")
    click.echo(f"and type  {plain(waiting.user_code)}")
    while True:
        show(waiting)
        time.sleep(waiting.interval)
        outcome = ask_device(client, waiting, timezone.now())
        if not isinstance(outcome, DeviceSignIn):
            click.echo("", err=True)
            return outcome
        waiting = outcome


def show(waiting: "DeviceSignIn") -> None:
    """How long the code is still good, on one line of stderr."""
    from django.utils import timezone

    left = waiting.seconds_left(timezone.now())
    minutes, seconds = divmod(left, 60)
    click.echo(f"\rWaiting for the sign-in, {minutes}:{seconds:02} left ", nl=False, err=True)
