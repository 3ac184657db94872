"""postroom notes: what is noted about a lead or contact."""

from typing import TYPE_CHECKING

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_person, get_user
from postroom.cli.printing import json_option, print_json, print_table

if TYPE_CHECKING:
    pass


@click.group("notes")
def notes_command() -> None:
    """What is noted about a lead or contact."""


@notes_command.command("list")
@click.argument("person_address")
@json_option
@with_django
def list_notes(person_address: str, as_json: bool) -> None:
    """List the notes about the person with PERSON_ADDRESS and their deals, newest first."""
    from postroom.crm.notes import notes_around
    from postroom.crm.written_down import note_fact

    rows = [note_fact(note) for note in notes_around(get_person(person_address))]
    if as_json:
        print_json(rows)
    else:
        lines = [(str(r["written_at"])[:16], str(r["author"] or ""), r["text"]) for r in rows]
        print_table(("written", "by", "note"), lines)


@notes_command.command("add")
@click.argument("person_address")
@click.argument("text")
@click.option("--as", "user", required=True, help="The user whose note it is.")
@with_django
def add_note(person_address: str, text: str, user: str) -> None:
    """Note TEXT about the person with PERSON_ADDRESS."""
    from django.utils import timezone

    from postroom.crm.note import LONGEST_NOTE
    from postroom.crm.notes import write_note

    person, text = get_person(person_address), text.strip()
    if not text or len(text) > LONGEST_NOTE:
        raise Failed(f"A note has between 1 and {LONGEST_NOTE:,} characters.")
    write_note(person, text, get_user(user), timezone.now())
    click.echo(f"The note about {person} is kept.")
