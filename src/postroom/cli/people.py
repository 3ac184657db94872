"""postroom people: leads and contacts from a file."""

from io import TextIOWrapper
from pathlib import Path

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.erasing import (
    allow_command,
    disclose_command,
    erase_command,
    erased_command,
)
from postroom.cli.printing import json_option, plain, print_json


@click.group("people")
def people_command() -> None:
    """Leads and contacts: import; what is known of one, handed out or erased."""


for command in (disclose_command, erase_command, erased_command, allow_command):
    people_command.add_command(command)


@people_command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@json_option
@with_django
def import_file(file: str, as_json: bool) -> None:
    """Import leads and contacts from a CSV FILE; “-” reads it from standard input.

    Its first line names the columns: last_name and email, and, where there are such, stage (lead
    or contact), first_name, company, secondary_email, lead_source. Good rows are kept, bad rows
    are listed with line and reason (exit status 1); twice changes nothing.
    """
    from postroom.crm.imports import NotAPeopleFile, import_people

    try:
        with click.open_file(file, "rb") as octets:
            result = import_people(TextIOWrapper(octets, encoding="utf-8", newline=""))
    except (NotAPeopleFile, UnicodeDecodeError) as error:
        reason = "Save it as CSV in UTF-8." if isinstance(error, UnicodeDecodeError) else str(error)
        raise Failed(f"{Path(file).name} cannot be read. {reason}") from error
    if as_json:
        print_json(
            {
                "created": result.created,
                "changed": result.changed,
                "unchanged": result.unchanged,
                "bad": [{"line": bad.line, "reason": bad.reason} for bad in result.bad],
            }
        )
    else:
        click.echo(
            f"{result.created} created, {result.changed} changed, {result.unchanged} unchanged,"
            f" {len(result.bad)} not imported"
        )
        for bad in result.bad:
            click.echo(f"  line {bad.line}: {plain(bad.reason)}", err=True)
    if result.bad:
        click.get_current_context().exit(1)
