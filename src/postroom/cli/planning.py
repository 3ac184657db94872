"""postroom account plan and budget: what a first sync has before it, and what it may take a day."""

import asyncio
from typing import TYPE_CHECKING, Any

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_account
from postroom.cli.printing import json_option, print_json, print_table

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount
    from postroom.sync.planning import Plan

COLUMNS = ("folder", "messages", "octets")
WHAT_COMES = {
    "matched": "envelopes of all, whole emails with leads and contacts",
    "everything": "every email, whole",
    "strict": "emails with leads and contacts, of others nothing",
}


@click.command("plan")
@click.argument("address")
@json_option
@with_django
def plan_command(address: str, as_json: bool) -> None:
    """Count what lies in the mailbox ADDRESS, and say how long a sync of it takes."""
    plan = plan_now(get_account(address))
    told = summary_of(plan)
    if as_json:
        print_json(told)
        return
    print_table(COLUMNS, [[row[name] for name in COLUMNS] for row in told["folders"]])
    size = "" if plan.octets is None else f", {plan.octets / 1e6:,.0f} MB"
    click.echo(f"{plan.messages:,} emails{size}; {plan.recorded:,} of them are here.")
    if plan.older:
        click.echo(f"{plan.older:,} older ones, from before {plan.first_day}, stay on the server.")
    click.echo(f"What comes: {WHAT_COMES[plan.storage]} ({plan.people:,} people now).")
    known = "measured" if plan.is_measured else "usual"
    click.echo(f"It takes {minutes(plan.seconds)} at the {known} {plan.rate:,.0f} a second.")


def plan_now(account: "EmailAccount") -> "Plan":
    """Ask the server; every failure becomes a sentence and exit status 1."""
    from django.utils import timezone

    from postroom.sync.surveying import survey
    from postroom.sync.troubles import SyncFailed

    try:
        return asyncio.run(survey(account, timezone.now))
    except SyncFailed as failure:
        raise Failed(failure.sentence) from failure


def summary_of(plan: "Plan") -> dict[str, Any]:
    """The plan as JSON has it."""
    return {
        "folders": [
            {"folder": f.name, "messages": f.messages, "octets": f.octets} for f in plan.folders
        ],
        "messages": plan.messages,
        "octets": plan.octets,
        "older": plan.older,
        "since": plan.first_day,
        "recorded": plan.recorded,
        "storage": plan.storage.value,
        "people": plan.people,
        "rate": round(plan.rate, 1),
        "is_measured": plan.is_measured,
        "seconds": round(plan.seconds, 1),
    }


def minutes(seconds: float) -> str:
    """Time to wait, roughly."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    return f"about {round(seconds / 60)} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"


@click.command("budget")
@click.argument("address", required=False)
@click.option("--megabytes", type=click.IntRange(1, 1_000_000), help="At most so much a day.")
@click.option("--none", "is_unset", is_flag=True, help="No limit of its own any more.")
@json_option
@with_django
def budget_command(
    address: str | None, megabytes: int | None, is_unset: bool, as_json: bool
) -> None:
    """Show or set what existing mail may take a day: of ADDRESS, or without one of every mailbox.

    New mail is never held back.
    """
    from postroom.accounts.traffic import MEGABYTE
    from postroom.team.models import Organisation

    if megabytes and is_unset:
        raise click.UsageError("--megabytes and --none are two different wishes.")
    of = get_account(address) if address else Organisation.get()
    if megabytes or is_unset:
        of.octets_a_day = megabytes * MEGABYTE if megabytes else None
        of.save(update_fields=["octets_a_day"])
    own = of.octets_a_day // MEGABYTE if of.octets_a_day else None
    if as_json:
        print_json({"megabytes": own})
    else:
        click.echo(f"{own:,} MB a day" if own else "No limit of its own.")
