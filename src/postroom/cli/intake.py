"""postroom import: old mail from files into the history of people."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from postroom.cli.bars import bars
from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_person, get_user
from postroom.cli.printing import json_option, plain, print_json
from postroom.team.counted import counted

if TYPE_CHECKING:
    from postroom.intake.taking_in import Taken


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "owner", required=True, help="Whose mail it is (a user's address).")
@click.option("--person", help="Take only emails with the person with this address.")
@json_option
@with_django
def import_command(file: Path, owner: str, person: str | None, as_json: bool) -> None:
    """Read old mail from FILE: mbox, .eml, or a zip of them.

    It lies in a mailbox of the user's own that is synced with nothing, private until they share
    it. What is here already is not taken again, so the same file twice brings nothing new.
    """
    from django.utils import timezone

    from postroom.intake.taking_in import take_in

    user = get_user(owner)
    only = get_person(person) if person else None
    try:
        with file.open("rb") as content, bars("emails", is_quiet=as_json) as show:
            taken = take_in(
                content,
                user,
                only,
                timezone.now(),
                lambda so_far: show("emails", left(file, content.tell(), so_far), so_far.found),
            )
    except OSError as error:
        raise Failed(f"{file} cannot be read: {error.strerror}.") from error
    if as_json:
        print_json(asdict(taken))
        return
    for line in in_words(taken):
        click.echo(plain(line))


def left(file: Path, read: int, so_far: "Taken") -> int:
    """About how many messages the whole file has, by how much of it was read."""
    return max(so_far.found, so_far.found * file.stat().st_size // max(1, read))


def in_words(taken: "Taken") -> list[str]:
    """What became of them."""
    lines = [
        f"{counted(taken.new, 'new email')} of {taken.found:,}; {taken.here_already:,} were here."
    ]
    if taken.of_others:
        lines.append(f"{taken.of_others:,} are not with this person and were left out.")
    if taken.erased:
        lines.append(f"{taken.erased:,} are with somebody who was erased and were left out.")
    if taken.unreadable:
        lines.append(f"{taken.unreadable:,} could not be read:")
    return lines + taken.reasons
