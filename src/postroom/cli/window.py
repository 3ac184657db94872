"""postroom account window: how far back a mailbox's existing mail is brought."""

from typing import TYPE_CHECKING, Any

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_account
from postroom.cli.printing import json_option, print_json

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount

POP_BRINGS_ALL = (
    "A POP3 server does not tell when its mail came, so such a mailbox is always brought whole."
)


@click.command("window")
@click.argument("address", required=False)
@click.option("--since", metavar="DAY", help="A day (2025-01-31), a time (“12 months”), or all.")
@click.option("--default", "is_unset", is_flag=True, help="No choice of its own any more.")
@json_option
@with_django
def window_command(address: str | None, since: str | None, is_unset: bool, as_json: bool) -> None:
    """Show or set since when existing mail is brought: of ADDRESS, without one of every mailbox.

    What comes later is always brought. An earlier day brings more, a later one removes nothing.
    """
    if since and is_unset:
        raise click.UsageError("--since and --default are two different wishes.")
    window = parsed(since) if since else ""
    is_set = bool(since) or is_unset
    told = window_of_account(address, window, is_set) if address else default_window(window, is_set)
    if as_json:
        print_json(told)
    else:
        click.echo(in_words(told["window"], told["since"]))


def parsed(since: str) -> str:
    """What was typed, as it is kept; what is no window is a failure with a sentence."""
    from postroom.accounts.window import parse_window

    return parse_window(since)


def window_of_account(address: str, window: str, is_set: bool) -> dict[str, Any]:
    """Change the mailbox's window if that is wished; then what holds."""
    from postroom.accounts.window import first_day_of
    from postroom.archive.older import choose_window

    account = get_account(address)
    refuse_pop(account, window)
    if is_set:
        choose_window(account, standing_still(window))
    return {"window": account.window, "since": first_day_of(account)}


def refuse_pop(account: "EmailAccount", window: str) -> None:
    """A window that could not be kept is none."""
    from postroom.accounts.models import Protocol

    if account.protocol == Protocol.POP and window not in ("", "all"):
        raise Failed(POP_BRINGS_ALL)


def standing_still(window: str) -> str:
    """Months of a mailbox are counted back from today, once."""
    from django.utils import timezone

    from postroom.accounts.window import from_today

    return from_today(window, timezone.localdate())


def default_window(window: str, is_set: bool) -> dict[str, Any]:
    """The same for all mailboxes that have no window of their own."""
    from postroom.archive.older import choose_default_window
    from postroom.team.models import Organisation

    if is_set:
        choose_default_window(window)
    return {"window": Organisation.get().window or "all", "since": None}


def in_words(window: str, since: Any) -> str:
    """A window as a sentence."""
    if since:
        return (
            f"Existing mail since {since} is brought{'' if window else ', as for all mailboxes'}."
        )
    if window.endswith("m"):
        return f"Existing mail of the last {window[:-1]} months before a mailbox was connected."
    return "All existing mail is brought." if window in ("", "all") else f"Since {window}."
