"""The Cleanup Policy by hand: postroom cleanup."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from postroom.cli.bootstrap import with_django
from postroom.cli.printing import json_option, print_json, print_table

if TYPE_CHECKING:
    from postroom.cleanup.dry_run import Forecast, Hit


@click.command("cleanup")
@click.option("--dry-run", is_flag=True, help="Say who would be hit, and do nothing.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="By this day; today when not given.")
@json_option
@with_django
def cleanup_command(dry_run: bool, on: datetime | None, as_json: bool) -> None:
    """Take the steps of the Cleanup Policy that are due, as the engine does every hour.

    With --dry-run nothing is done: it says who would be hit by a day if nobody did anything, and
    what would go. On a mail server nothing ever happens.
    """
    from django.utils import timezone

    from postroom.cleanup.dry_run import dry_run as look_ahead
    from postroom.cleanup.facts import counting_at
    from postroom.engine.cleaning import clean_up

    if on and not dry_run:
        raise click.UsageError("--on is for a --dry-run: steps are taken today.")
    now = timezone.now()
    if dry_run:
        show(look_ahead(on.date() if on else counting_at(now).today, now), as_json=as_json)
        return
    taken = clean_up(now)
    if as_json:
        print_json({"steps": taken})
    else:
        click.echo(f"{taken} steps taken.")


def show(forecast: "Forecast", *, as_json: bool) -> None:
    """Print who would be hit."""
    if as_json:
        print_json(
            {
                "on": forecast.on.isoformat(),
                "emails": forecast.emails,
                "octets": forecast.octets,
                "mailboxes": [record_of(hit) for hit in forecast.hits],
            }
        )
        return
    if forecast.hits:
        print_table(
            ["mailbox", "owner", "by then", "deactivated", "deleted", "emails", "bytes"],
            [tuple(record_of(hit).values()) for hit in forecast.hits],
        )
    click.echo(
        f"By {forecast.on}: {len(forecast.hits)} mailboxes; {forecast.emails} emails"
        f" ({forecast.octets} bytes) would be deleted here."
    )


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
