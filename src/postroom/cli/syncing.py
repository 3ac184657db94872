"""postroom sync: bring an account up to date, with a progress bar."""

import asyncio
from typing import TYPE_CHECKING

import click

from postroom.cli.bars import bars
from postroom.cli.bootstrap import Failed, start_django
from postroom.cli.finding import get_account
from postroom.cli.printing import json_option, print_json

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount
    from postroom.archive.models import SyncRun
    from postroom.cli.bars import Show
    from postroom.sync.once import SyncResult
    from postroom.sync.parsing import LimitedParser
    from postroom.sync.progress import Watcher


@click.command("sync")
@click.argument("address")
@click.option("--once", is_flag=True, help="Run until complete, then end.")
@json_option
@click.pass_context
def sync_command(context: click.Context, address: str, once: bool, as_json: bool) -> None:
    """Sync the account ADDRESS. The engine does this all the time; this does it now."""
    if not once:
        raise click.UsageError("Use --once. “postroom engine” keeps accounts in sync for ever.")
    parser = begin_to_parse(context)
    start_django(context)
    from postroom.cli.proofs import print_proofs, proof_rows

    result = sync_to_the_end(get_account(address), parser, is_quiet=as_json)
    if as_json:
        print_json(
            {
                "folders": proof_rows(result.folders),
                "messages": result.messages,
                "bodies": result.bodies,
                "seconds": round(result.seconds, 3),
                "is_held_back": result.is_held_back,
            }
        )
        return
    print_proofs(result.folders, as_json=False)
    click.echo(f"{result.messages} messages, {result.bodies} bodies, {result.seconds:.1f} s")
    if result.is_held_back:
        click.echo("What existing mail may take of a day is used up; the rest comes tomorrow.")


def begin_to_parse(context: click.Context) -> "LimitedParser":
    """Start the parser's process: it loads its modules while we load ours."""
    from postroom.sync.parsing import LimitedParser

    parser = LimitedParser()
    context.call_on_close(parser.close)
    parser.begin()
    return parser


def sync_to_the_end(
    account: "EmailAccount", parser: "LimitedParser | None" = None, *, is_quiet: bool
) -> "SyncResult":
    """Sync once; every failure becomes a sentence and exit status 1."""
    from django.utils import timezone

    from postroom.sync.once import sync_once
    from postroom.sync.troubles import SyncFailed

    with bars("messages", "bodies", is_quiet=is_quiet) as show:
        try:
            return asyncio.run(sync_once(account, timezone.now, told_to(show), parser))
        except SyncFailed as failure:
            raise Failed(failure.sentence) from failure


def told_to(show: "Show") -> "Watcher":
    """Who watches a run and shows it as bars."""

    def watch(run: "SyncRun") -> None:
        show("messages", run.messages_in_all, run.messages_here)
        show("bodies", run.bodies_found, run.bodies_done)

    return watch
