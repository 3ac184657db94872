"""The Cleanup Policy by hand: postroom cleanup."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from postroom.cli.bootstrap import with_django
from postroom.cli.printing import json_option, print_json, print_table
from postroom.team.counted import counted

if TYPE_CHECKING:
    from postroom.cleanup.dry_run import Forecast, Hit


@click.command("cleanup")
@click.option("--dry-run", is_flag=True, help="Say who would be hit, and do nothing.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="By this day; today when not given.")
@click.option("--write-anew", is_flag=True, help="Leave no byte of deleted mail in the tables.")
@json_option
@with_django
def cleanup_command(dry_run: bool, on: datetime | None, write_anew: bool, as_json: bool) -> None:
    """Take the steps of the Cleanup Policy that are due, as the engine does every hour.

    With --dry-run nothing is done: it says who would be hit by a day if nobody did anything, and
    what would go. On a mail server nothing ever happens.

    With --write-anew the tables of mail are written anew, without what was deleted; pages that read
    them wait meanwhile, so do it at night.
    """
    from django.utils import timezone

    from postroom.cleanup.dry_run import dry_run as look_ahead
    from postroom.cleanup.facts import counting_at
    from postroom.engine.cleaning import clean_up

    if on and not dry_run:
        raise click.UsageError("--on is for a --dry-run: steps are taken today.")
    if write_anew:
        write_tables_anew(is_quiet=as_json)
        return
    now = timezone.now()
    if dry_run:
        show(look_ahead(on.date() if on else counting_at(now).today, now), as_json=as_json)
        return
    taken = clean_up(now)
    if as_json:
        print_json({"steps": taken})
    else:
        click.echo(f"{counted(taken, 'step')} taken.")


def write_tables_anew(*, is_quiet: bool) -> None:
    """Table by table, each told when it is done."""
    from postroom.cleanup import space

    done = list(space.write_anew())
    if is_quiet:
        print_json({"written_anew": done})
    else:
        click.echo(
            f"{len(done)} tables were written anew. PostgreSQL’s write-ahead log keeps what was"
            " deleted until it is written over: see docs/cleanup-policy.md."
        )


def show(forecast: "Forecast", *, as_json: bool) -> None:
    """Print who would be hit."""
    if as_json:
        print_json(
            {
                "on": forecast.on.isoformat(),
                "emails": forecast.emails,
                "octets": forecast.octets,
                "mailboxes": [record_of(hit) for hit in forecast.hits],
                "held": [account.address for account in forecast.held],
            }
        )
        return
    if forecast.hits:
        print_table(
            ["mailbox", "owner", "by then", "deactivated", "deleted", "emails", "bytes"],
            [tuple(record_of(hit).values()) for hit in forecast.hits],
        )
    hits = counted(len(forecast.hits), "mailbox", "mailboxes")
    click.echo(
        f"By {forecast.on}: {hits}; {counted(forecast.emails, 'email')} ({forecast.octets:,} bytes)"
        " would be deleted here."
    )
    if forecast.held:
        kept = ", ".join(account.address for account in forecast.held)
        click.echo(f"A legal hold keeps, although the policy would have come to it: {kept}")


def record_of(hit: "Hit") -> dict[str, object]:
    """One mailbox."""
    return {
        "address": hit.account.address,
        "owner": hit.account.owner.email,
        "stage": hit.done,
        "deactivated_on": str(hit.plan.hides_on or "") or None,
        "deleted_on": str(hit.plan.deletes_on),
        "emails": hit.emails,
        "octets": hit.octets,
    }
