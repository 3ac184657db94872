"""postroom backup and postroom restore: everything as one file, and back into an empty place."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from postroom.cli.bars import bars
from postroom.cli.bootstrap import (
    Failed,
    alone_with_the_tables,
    migrate_if_needed,
    read_environment,
    see_to_erasures,
    start_django_in_an_empty_place,
    with_django,
)
from postroom.cli.printing import json_option, print_json
from postroom.cli.secret_input import read_password

if TYPE_CHECKING:
    from postroom.backup.contents import Beginning, End

stdin_option = click.option(
    "--passphrase-stdin", is_flag=True, help="Read the passphrase from stdin (its first line)."
)
file_option = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the passphrase from the first line of a file.",
)


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@stdin_option
@file_option
@json_option
@with_django
def backup_command(
    file: Path, passphrase_stdin: bool, passphrase_file: Path | None, as_json: bool
) -> None:
    """Write everything into FILE while Postroom runs: mail, people, settings, users.

    With a passphrase, FILE opens with that alone. The key file is never in it; keep a copy of it
    elsewhere, for without it no stored mailbox password opens.
    """
    from django.utils import timezone

    from postroom.backup.writing import back_up
    from postroom.team.audit import note
    from postroom.team.models import Act

    is_sealed = passphrase_stdin or passphrase_file is not None
    passphrase = get_passphrase(passphrase_stdin, passphrase_file) if is_sealed else ""
    now = timezone.now()
    with bars("rows", "messages", is_quiet=as_json) as show:
        beginning, end = back_up(file, passphrase, now, show)
    note(Act.BACKED_UP, None, file, now)
    if as_json:
        print_json(
            {"file": str(file), "sealed": is_sealed, "octets": file.stat().st_size}
            | facts_of(beginning, end)
        )
        return
    click.echo(f"{file}: {in_words(end)}, {file.stat().st_size:,} bytes.")
    tell_of_lost(end)
    click.echo(
        f"The key file is not in it. Keep a copy of {read_environment().secret_key_file} in another"
        " place: without it, stored mailbox passwords cannot be read."
    )


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@stdin_option
@file_option
@click.option("--check", "only_checks", is_flag=True, help="Read all of FILE; change nothing.")
@click.option("--without-key", is_flag=True, help="Go on without the key file that belongs to it.")
@click.option(
    "--erasures",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A copy of the register of erasures, if it is not where the settings say.",
)
@json_option
def restore_command(  # noqa: PLR0913 - each is an option
    file: Path,
    passphrase_stdin: bool,
    passphrase_file: Path | None,
    only_checks: bool,
    without_key: bool,
    erasures: Path | None,
    as_json: bool,
) -> None:
    """Put a backup back into an empty place, and compare everything with what was backed up.

    Stopped half-way, nothing of it is there, and the same command begins anew. A backup is trusted:
    restore none that somebody else may have written. Whoever was erased since it was made is erased
    again: the register of erasures says whom.
    """
    start_django_in_an_empty_place(click.get_current_context())
    with opened(file) as content:
        passphrase = passphrase_for(content, passphrase_stdin, passphrase_file)
        with bars("rows", "compared", is_quiet=as_json) as show:
            run = checked if only_checks else restored
            beginning, end = run(file, content, passphrase, show, without_key)
    again = (0, 0) if only_checks else erased_again(erasures)
    if as_json:
        print_json({"file": str(file), "restored": not only_checks} | facts_of(beginning, end))
        return
    made = datetime.fromisoformat(beginning.made_at).astimezone(UTC)
    click.echo(f"{file}: {in_words(end)}, made {made:%-d %B %Y, %H:%M} UTC.")
    tell_of_lost(end)
    if only_checks:
        click.echo("All of it can be read and is as it was written. Nothing was changed here.")
        return
    click.echo("It is restored, and all of it is as it was. Go on with: postroom up")
    tell_of_rights()
    tell_of_erasures(*again)


Outcome = tuple["Beginning", "End"]


def checked(file: Path, content: IO[bytes], passphrase: str, show: Any, _: bool) -> Outcome:
    """Only read it."""
    from postroom.backup.restoring import check

    return check(content, passphrase, show)


def restored(
    file: Path, content: IO[bytes], passphrase: str, show: Any, without_key: bool
) -> Outcome:
    """Restore it, and write that down."""
    from django.utils import timezone

    from postroom.backup.restoring import restore
    from postroom.team.audit import note
    from postroom.team.models import Act

    with alone_with_the_tables():
        beginning, end = restore(content, passphrase, show, is_key_needed=not without_key)
    note(Act.RESTORED, None, f"of {beginning.made_at}", timezone.now())
    return beginning, end


def erased_again(copy: Path | None) -> tuple[int, int]:
    """Erase whom the backup brought back. How many addresses were, and how many a hold keeps."""
    from postroom.erasure.register import add_to_register, pending, read_register

    try:
        add_to_register(read_register(copy) if copy else set())
        is_old = bool(read_register())
    except ValueError as error:
        raise Failed(f"The register of erasures cannot be read: {error}. {AS_IT_WAS}") from error
    if not is_old:
        return 0, 0
    migrate_if_needed()
    count = len(pending())
    held = see_to_erasures()
    return count - held, held


AS_IT_WAS = "The backup is restored; name a whole copy in POSTROOM_ERASURES_FILE before you start."


@contextmanager
def opened(file: Path) -> Iterator[IO[bytes]]:
    """The file, for reading."""
    try:
        with file.open("rb") as content:
            yield content
    except OSError as error:
        raise Failed(f"{file} cannot be read: {error.strerror}.") from error


def passphrase_for(content: IO[bytes], from_stdin: bool, file: Path | None) -> str:
    """What opens this file; nothing for one that is open."""
    from postroom.backup.parcel import is_sealed

    return get_passphrase(from_stdin, file) if is_sealed(content) else ""


def get_passphrase(from_stdin: bool, file: Path | None) -> str:
    """From where it was said to be, or from whoever sits at the terminal."""
    if file is None:
        return read_password("Passphrase", from_stdin=from_stdin)
    with file.open(encoding="utf-8") as lines:
        passphrase = lines.readline().rstrip("\r\n")
    if not passphrase:
        raise Failed(f"The first line of {file} is empty.")
    return passphrase


def facts_of(beginning: "Beginning", end: "End") -> dict[str, Any]:
    """What a program is told."""
    return {
        "made_at": beginning.made_at,
        "postroom": beginning.postroom,
        "postgresql": beginning.postgresql,
        "rows": {table: tally.count for table, tally in end.tables.items()},
        "messages_beside": end.beside.count,
        "lost": end.lost,
    }


def in_words(end: "End") -> str:
    """How much it is."""
    rows = sum(tally.count for tally in end.tables.values())
    beside = f" and {end.beside.count:,} messages beside them" if end.beside.count else ""
    emails = end.tables["archive_email"].count
    return f"{emails:,} emails, {rows:,} rows of {len(end.tables)} tables{beside}"


def tell_of_lost(end: "End") -> None:
    """Say what could not be read."""
    if end.lost:
        click.echo(
            f"{len(end.lost)} messages were not in the raw storage; the mail server is asked for"
            " them when somebody opens them."
        )


def tell_of_rights() -> None:
    """Say what the database's administrator has to do."""
    from postroom.archive import wall

    if not wall.exists():
        click.echo(wall.MISSING)


def tell_of_erasures(erased: int, held: int) -> None:
    """Say who did not come back, and who did."""
    if erased:
        click.echo(f"{erased:,} addresses and labels erased since are erased here again.")
    if held:
        click.echo(
            f"{held:,} addresses that were erased since are here again, because a legal hold of"
            " before forbids to erase them. Lift it under Cleanup Policy › Legal holds; the next"
            " start erases them."
        )
