"""postroom account check: prove that nothing is missing, and bring what is."""

import asyncio
from typing import TYPE_CHECKING, Any

import click

from postroom.cli.bars import bars
from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_account
from postroom.cli.printing import json_option, print_json, print_table
from postroom.team.counted import counted

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount
    from postroom.sync.comparing import ComparedFolder

COLUMNS = ("folder", "server", "recorded", "quarantined", "left_out", "older", "missing", "healed")


@click.command("check")
@click.argument("address")
@json_option
@with_django
def check_command(address: str, as_json: bool) -> None:
    """Compare every folder with its server, UID by UID, and bring what is missing.

    Exit status 1 if something is missing even then, or a folder could not be compared.
    """
    rows = [row_of(folder) for folder in compare_now(get_account(address), is_quiet=as_json)]
    if as_json:
        print_json(rows)
    else:
        print_table(COLUMNS, [[row[name] for name in COLUMNS] for row in rows])
        click.echo(verdict(rows))
    if any(row["missing"] or row["refusal"] for row in rows):
        click.get_current_context().exit(1)


def compare_now(account: "EmailAccount", *, is_quiet: bool) -> "list[ComparedFolder]":
    """Compare and heal; every failure becomes a sentence and exit status 1."""
    from django.utils import timezone

    from postroom.cli.syncing import told_to
    from postroom.sync.comparing import compare
    from postroom.sync.troubles import SyncFailed

    with bars("messages", "bodies", is_quiet=is_quiet) as show:
        try:
            return asyncio.run(compare(account, timezone.now, told_to(show)))
        except SyncFailed as failure:
            raise Failed(failure.sentence) from failure


def row_of(folder: "ComparedFolder") -> dict[str, Any]:
    """What is printed of a folder."""
    from postroom.cli.proofs import proof_row

    return {
        **proof_row(folder.proof),
        "left_out": folder.proof.left_out,
        "older": folder.proof.older,
        "healed": folder.healed,
        "missing_uids": list(folder.proof.missing_uids),
        "refusal": folder.proof.refusal,
    }


def verdict(rows: list[dict[str, Any]]) -> str:
    """The table in a sentence."""
    healed, missing = (sum(row[name] for row in rows) for name in ("healed", "missing"))
    refused = [row for row in rows if row["refusal"]]
    if refused:
        return "\n".join(f"“{row['folder']}” was not compared: {row['refusal']}" for row in refused)
    if missing:
        return f"{counted(missing, 'email is', 'emails are')} missing. “--json” names them."
    if healed:
        was = counted(healed, "email was missing and has", "emails were missing and have")
        return f"{was} been fetched. Nothing is missing now."
    return "Nothing is missing."
