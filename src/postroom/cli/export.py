"""postroom export: emails as files, as one user may read them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from postroom.cli.bars import bars
from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_account, get_person, get_user
from postroom.cli.printing import json_option, print_json
from postroom.team.counted import counted

if TYPE_CHECKING:
    from postroom.export.selections import Selection
    from postroom.team.models import User


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "viewer", required=True, help="The user whose view it is (their address).")
@click.option("--person", help="Emails with the person with this address.")
@click.option("--account", help="Emails of the mailbox with this address.")
@click.option("--thread", help="The conversation of the email with this Message-ID.")
@click.option(
    "--kind", type=click.Choice(["mbox", "eml", "ndjson"]), default="mbox", show_default=True
)
@json_option
@with_django
def export_command(  # noqa: PLR0913 - each is an option
    file: Path,
    viewer: str,
    person: str | None,
    account: str | None,
    thread: str | None,
    kind: str,
    as_json: bool,
) -> None:
    """Write emails into FILE, a zip: those that the user may read whole, and no others.

    The manifest in it says what is not there: emails of which only the envelope is here, and
    those shared with the user only in part.
    """
    user = get_user(viewer)
    chosen = [find for find in (person, account, thread) if find]
    if len(chosen) != 1:
        raise click.UsageError("Say one of --person, --account, --thread.")
    selection = selected(user, person, account, thread)
    emails, not_here = write(file, selection, user, kind, is_quiet=as_json)
    if as_json:
        print_json({"file": str(file), "emails": emails, "not_here": not_here})
        return
    click.echo(f"{file}: {counted(emails, 'email')}.")
    if not_here:
        click.echo(f"{not_here:,} more are listed only: their text is on the mail server.")


def selected(
    user: "User", person: str | None, account: str | None, thread: str | None
) -> "Selection":
    """What was named. Raises Failed where the user sees none of it."""
    from postroom.association import visible_to
    from postroom.export.selections import of_account, of_person, of_thread

    if account:
        return of_account(get_account(account))
    if person:
        return of_person(get_person(person))
    email = visible_to(user).select_related("account").filter(message_id=thread).first()
    if email is None:
        raise Failed(f"{user.email} sees no email with the Message-ID {thread}.")
    return of_thread(email)


def write(
    file: Path, selection: "Selection", user: "User", kind: str, *, is_quiet: bool
) -> tuple[int, int]:
    """Write it, with a bar; returns how many are in it, and how many only listed."""
    from django.utils import timezone

    from postroom.config.new_file import new_file
    from postroom.export.kinds import Kind
    from postroom.export.running import Export
    from postroom.team.audit import note
    from postroom.team.models import Act

    now = timezone.now()
    note(Act.MAIL_EXPORTED, None, selection.logged, now, f"{kind} as {user.email}")
    export = Export(selection, user, Kind(kind), now)
    found = selection.readable(user).count()
    try:
        with new_file(file) as target, bars("emails", is_quiet=is_quiet) as show:
            while content := export.step():
                target.write(content)
                show("emails", found, export.emails + export.not_here)
    except OSError as error:
        raise Failed(f"{file} cannot be written: {error.strerror}.") from error
    return export.emails, export.not_here
