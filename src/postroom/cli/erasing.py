"""postroom people disclose, erase, erased, allow: what is known of a person, and its end."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_person
from postroom.cli.printing import json_option, print_json, print_table
from postroom.team.counted import counted

if TYPE_CHECKING:
    from postroom.crm.models import Person
    from postroom.erasure.erasing import Extent

MANY_NAMED = (
    "More than 100 texts of colleagues have “{}” in them, and would go too. If that is no name of"
    " a person, change it first on their page."
)


@click.command("disclose")
@click.argument("address")
@click.argument("file", type=click.Path(path_type=Path))
@with_django
def disclose_command(address: str, file: Path) -> None:
    """Write everything that is known of the person with ADDRESS into FILE, a zip for them.

    It has who wrote when and in whose mailbox, and no content of emails: the manifest names the
    owners of the mailboxes, who export those.
    """
    from django.utils import timezone

    from postroom.config.new_file import new_file
    from postroom.erasure.known import known_of

    content = known_of(get_person(address), None, timezone.now())
    try:
        with new_file(file) as target:
            target.write(content)
    except OSError as error:
        raise Failed(f"{file} cannot be written: {error.strerror}.") from error
    click.echo(f"{file}: {len(content):,} bytes. Its manifest says whom to ask for the emails.")


@click.command("erase")
@click.argument("address")
@click.option("--dry-run", is_flag=True, help="Say what would go; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@with_django
def erase_command(address: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Erase the person with ADDRESS: their emails in all mailboxes here, and all that names them.

    Nothing happens on any mail server. Mail with their addresses is not kept here again, until
    “postroom people allow” says so. A legal hold stops it.
    """
    from django.utils import timezone

    from postroom.erasure.erasing import erase, extent_of
    from postroom.erasure.left import left_of
    from postroom.erasure.traces import traces_of

    person = get_person(address)
    extent, words = extent_of(person), traces_of(person).words
    if not as_json:
        show(person, extent)
    if dry_run:
        click.echo(extent.held or "Nothing was erased.")
        return
    if extent.held:
        raise Failed(extent.held)
    if not yes:
        click.confirm("Erase all of this here, for good?", abort=True, err=True)
    erasure = erase(person, None, timezone.now())
    left = left_of(words)
    if as_json:
        told = {"erasure": erasure.pk, "emails": erasure.emails, "others": erasure.others}
        print_json(told | {"left": [one._asdict() for one in left]})
        return
    click.echo(f"Erased: {counted(erasure.emails, 'email')}. It is number {erasure.pk} on record.")
    for one in left:
        click.echo(f"Still named in {one.rows} rows of {one.table}.{one.column}.")


def show(person: "Person", extent: "Extent") -> None:
    """How much would go."""
    print_table(["", ""], [("emails", extent.emails), *extent.others.items()])
    if extent.are_many_named:
        click.echo(MANY_NAMED.format(person.name))


@click.command("erased")
@json_option
@with_django
def erased_command(as_json: bool) -> None:
    """List the erasures on record: when, by whom, how much. It has no names."""
    from postroom.crm.models import Erasure

    rows = [
        {
            "number": one.pk,
            "at": one.at.isoformat(timespec="seconds"),
            "by": str(one.by or "the command line"),
            "emails": one.emails,
            "addresses_kept_out": one.addresses.count(),
        }
        for one in Erasure.objects.select_related("by")
    ]
    if as_json:
        print_json(rows)
    else:
        columns = ("number", "at", "by", "emails", "addresses_kept_out")
        print_table(columns, [[row[name] for name in columns] for row in rows])


@click.command("allow")
@click.argument("number", type=int)
@with_django
def allow_command(number: int) -> None:
    """Let mail with whom erasure NUMBER was about be kept again: they came back themselves."""
    from django.utils import timezone

    from postroom.crm.models import Erasure
    from postroom.erasure.erasing import allow_again

    erasure = Erasure.objects.filter(pk=number).first()
    if erasure is None:
        raise Failed(f"There is no erasure {number}. “postroom people erased” lists them.")
    allow_again(erasure, None, timezone.now())
    click.echo("Mail with them is kept again from now on. What was erased stays erased.")
