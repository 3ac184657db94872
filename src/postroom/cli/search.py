"""postroom search and postroom reindex: find emails as one user may, and read them anew for it."""

from typing import TYPE_CHECKING

import click

from postroom.cli.bars import bars
from postroom.cli.bootstrap import start_django, with_django
from postroom.cli.finding import get_account, get_user
from postroom.cli.printing import json_option, plain, print_json, print_table
from postroom.cli.syncing import begin_to_parse
from postroom.team.counted import counted

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount
    from postroom.association import RelatedEmail
    from postroom.sync.parsing import LimitedParser


@click.command("search")
@click.argument("query")
@click.option("--as", "viewer", required=True, help="The user whose view it is (their address).")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@json_option
@with_django
def search_command(query: str, viewer: str, limit: int, as_json: bool) -> None:
    """Find emails by QUERY, newest first: words, "phrases", from: to: subject: has:attachment …"""
    from postroom.archive.search_query import parse_query
    from postroom.association import search

    tell_misread(query)
    found = search(get_user(viewer), parse_query(query), limit=limit)
    rows = [row_of(row) for row in found.rows]
    if as_json:
        print_json(rows)
        return
    shown = ("date", "direction", "subject", "shared_by")
    print_table(shown, [[row[name] for name in shown] for row in rows])
    if found.next:
        click.echo("There are older ones: --limit shows more, before:YYYY-MM-DD looks back.")


def tell_misread(words: str) -> None:
    """Say what of a search was not understood, beside the answer."""
    from postroom.archive.search_misread import misread

    for sentence in misread(words):
        click.echo(plain(sentence), err=True)


def row_of(row: "RelatedEmail") -> dict[str, object]:
    """One email, as `postroom emails` tells it."""
    return {
        "message_id": row.email.message_id,
        "subject": row.email.subject,
        "direction": row.email.direction,
        "date": row.email.sent_at.isoformat(),
        "shared_by": row.shared_by[0].email,
        "read": row.email.is_read,
    }


@click.command("reindex")
@click.option("--account", "address", help="Only the mail of this account.")
@click.option("--all", "everything", is_flag=True, help="The mail of all accounts.")
@json_option
@click.pass_context
def reindex_command(
    context: click.Context, address: str | None, everything: bool, as_json: bool
) -> None:
    """Read all mail again for search, after an upgrade that reads it better.

    What is there is found meanwhile. Safe to stop and to repeat: the engine goes on with the rest.
    """
    if bool(address) == everything:
        raise click.UsageError("Say whose mail: --account ADDRESS, or --all.")
    parser = begin_to_parse(context)
    start_django(context)
    read = reindex(get_account(address) if address else None, parser, is_quiet=as_json)
    if as_json:
        print_json({"read": read})
    else:
        click.echo(f"{counted(read, 'email')} read for search.")


def reindex(account: "EmailAccount | None", parser: "LimitedParser", *, is_quiet: bool) -> int:
    """To the end, account by account."""
    from postroom.accounts.models import EmailAccount
    from postroom.archive.search import accounts_due, index_due, read_all_again
    from postroom.sync.indexing import index_all

    read_all_again(account)
    due = EmailAccount.objects.filter(pk__in=[account.pk] if account else accounts_due())
    found, read = sum(map(index_due, due)), 0
    with bars("emails", is_quiet=is_quiet) as show:
        for one in due:
            for count in index_all(one.pk, parser):
                read += count
                show("emails", max(found, read), read)
    return read
