"""postroom exclusions: addresses and domains whose mail is shared with nobody."""

import sys
from typing import TYPE_CHECKING

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_user
from postroom.cli.printing import json_option, print_json, print_table

if TYPE_CHECKING:
    from postroom.team.models import User

owner_option = click.option("--user", help="This user's own list; without it the organisation's.")


@click.group("exclusions")
def exclusions_command() -> None:
    """Addresses and domains that are never shared."""


@exclusions_command.command("add")
@click.argument("lines", nargs=-1, required=True, metavar="ADDRESS_OR_DOMAIN...")
@owner_option
@with_django
def add(lines: tuple[str, ...], user: str | None) -> None:
    """Exclude addresses and domains; “-” reads them from standard input, a line each."""
    from django.utils import timezone

    from postroom.accounts.exclusions import exclude

    if lines == ("-",):
        lines = tuple(sys.stdin.read().splitlines())
    new = exclude(owner_of(user), lines, None, timezone.now())
    click.echo(f"{len(new)} added.")


@exclusions_command.command("remove")
@click.argument("line", metavar="ADDRESS_OR_DOMAIN")
@owner_option
@with_django
def remove(line: str, user: str | None) -> None:
    """Take one off the list."""
    from django.utils import timezone

    from postroom.accounts.exclusions import allow_again, list_of
    from postroom.accounts.models import PatternUnusable, pattern_of

    try:
        entry = list_of(owner_of(user)).filter(pattern=pattern_of(line)).first()
    except PatternUnusable:
        entry = None
    if entry is None:
        raise Failed(f"{line} is not on the list. “postroom exclusions list” shows what is.")
    allow_again(entry, None, timezone.now())
    click.echo(f"{entry} is off the list.")


@exclusions_command.command("list")
@owner_option
@json_option
@with_django
def list_exclusions(user: str | None, as_json: bool) -> None:
    """List what is excluded, and how many stored emails each entry holds back."""
    from postroom.accounts.exclusions import list_of
    from postroom.association.held_back import held_back_by

    owner = owner_of(user)
    entries = list(list_of(owner))
    numbers = held_back_by(entries, owner)
    rows = [{"excluded": each.pattern, "emails": numbers[each.pattern]} for each in entries]
    if as_json:
        print_json(rows)
    else:
        print_table(("excluded", "emails"), [list(row.values()) for row in rows])


def owner_of(user: str | None) -> "User | None":
    """Whose list it is."""
    return get_user(user) if user else None
