"""postroom account member: who sees and handles a team mailbox's mail."""

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_account, get_user
from postroom.cli.printing import json_option, print_json, print_table


@click.group("member")
def member_command() -> None:
    """Team mailboxes: members see and handle all of its mail, as the owner does."""


@member_command.command("add")
@click.argument("address")
@click.argument("user")
@with_django
def add(address: str, user: str) -> None:
    """Let USER see and handle the mail of ADDRESS."""
    from django.utils import timezone

    from postroom.accounts.members import add_member
    from postroom.archive.announce import announce_account

    account, member = get_account(address), get_user(user)
    if not member.is_active:
        raise Failed(f"{member.email} cannot sign in. “postroom user activate” lets them.")
    if not add_member(account, member, None, timezone.now()):
        click.echo(f"The mail of {account.address} is {member.email}'s already.")
        return
    announce_account(account.pk)
    click.echo(f"{member.email} sees and handles the mail of {account.address} now.")


@member_command.command("remove")
@click.argument("address")
@click.argument("user")
@with_django
def remove(address: str, user: str) -> None:
    """Take USER out of the team of ADDRESS; they see nothing more of it at once."""
    from django.utils import timezone

    from postroom.accounts.members import remove_member
    from postroom.archive.announce import announce_account

    account, member = get_account(address), get_user(user)
    if not remove_member(account, member, None, timezone.now()):
        raise Failed(f"{member.email} is no member of {account.address}.")
    announce_account(account.pk)
    click.echo(f"{member.email} is no member of {account.address} any more.")


@member_command.command("list")
@click.argument("address")
@json_option
@with_django
def list_members(address: str, as_json: bool) -> None:
    """List the members of ADDRESS, its owner first."""
    account = get_account(address)
    members = [membership.user for membership in account.memberships.select_related("user")]
    rows = [
        {"user": user.email, "owner": user == account.owner, "active": user.is_active}
        for user in (account.owner, *members)
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(("user", "owner", "active"), [list(row.values()) for row in rows])
