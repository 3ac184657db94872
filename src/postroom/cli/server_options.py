"""The options that name a mailbox's servers, for every command that connects to them."""

from collections.abc import Callable
from typing import Any, Final

import click

SECURITY: Final = click.Choice(["tls", "starttls", "none"])
_OPTIONS: Final = (
    click.option("--provider", default="", help="A mail service, such as gmail; fills in servers."),
    click.option("--imap-host"),
    click.option("--imap-port", type=int),
    click.option("--imap-security", type=SECURITY),
    click.option("--protocol", type=click.Choice(["imap", "pop"]), help="pop: leaves mail there."),
    click.option("--pop-host"),
    click.option("--pop-port", type=int),
    click.option("--pop-security", type=SECURITY),
    click.option("--smtp-host"),
    click.option("--smtp-port", type=int),
    click.option("--smtp-security", type=SECURITY),
    click.option("--username", default="", help="If it is not the address."),
)


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a command that takes servers."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
