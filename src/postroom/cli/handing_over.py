"""postroom account hand-over: give a leaver's mailbox to a colleague, alone or with a team."""

import click

from postroom.cli.bootstrap import with_django
from postroom.cli.finding import get_account, get_user
from postroom.cli.leaving import yes_option


@click.command("hand-over")
@click.argument("address")
@click.option("--to", "to", required=True, metavar="EMAIL", help="The user who is to have it.")
@click.option("--member", "members", multiple=True, metavar="EMAIL", help="Who else handles it.")
@click.option("--keep-sharing", is_flag=True, help="Colleagues see what they see now.")
@click.option("--with-tasks", is_flag=True, help="The new owner has the open tasks to do, too.")
@yes_option
@with_django
def hand_over_command(
    address: str,
    to: str,
    members: tuple[str, ...],
    keep_sharing: bool,
    with_tasks: bool,
    yes: bool,
) -> None:
    """Give the mailbox ADDRESS of a user without access to another one.

    The new owner sees all of its emails. The mailbox's password is not needed.
    """
    from django.utils import timezone

    from postroom.accounts.handing_over import HandingOver
    from postroom.engine.handing_over import hand_mailbox_over

    account, owner = get_account(address), get_user(to)
    wish = HandingOver(owner, [get_user(m) for m in members], keep_sharing, with_tasks)
    if not yes:
        question = f"Let {owner.email} see all emails of {account.address}?"
        click.confirm(question, abort=True, err=True)
    hand_mailbox_over(account, wish, None, timezone.now())
    click.echo(f"{account.address} is the mailbox of {owner.email} now.")
