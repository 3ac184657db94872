"""postroom account move: the mailbox is on another mail server now."""

import click

from postroom.cli.bootstrap import with_django
from postroom.cli.finding import get_account
from postroom.cli.secret_input import password_option, read_password


@click.command("move")
@click.argument("address")
@click.option("--host", required=True, help="The incoming server from now on.")
@click.option("--port", type=int, required=True)
@click.option("--security", type=click.Choice(["tls", "starttls", "none"]), default="tls")
@click.option("--address", "called", default="", help="Its address there, if it is another.")
@password_option
@with_django
def move_command(
    address: str, host: str, port: int, security: str, called: str, password_stdin: bool
) -> None:
    """Read the account ADDRESS from another mail server. Emails, people, sharing stay.

    The connection is tried before anything is changed. With another address there, that of before
    stays one of its From addresses.
    """
    from django.utils import timezone

    from postroom.accounts.models import Security
    from postroom.engine.starting import start_keeping
    from postroom.setup import ServerAddress
    from postroom.setup.moving import move_account

    account = get_account(address)
    password = read_password(
        f"Password of {called or address} at {host}", from_stdin=password_stdin
    )
    server = ServerAddress(host, port, Security(security))
    move_account(account, server, password, timezone.now(), called)
    start_keeping(account)
    click.echo(f"{account.address} is read from {host} from now on.")
