"""postroom account recognise: which servers an address has, and who said so."""

import asyncio
from typing import TYPE_CHECKING, Any

import click

from postroom.cli.bootstrap import with_django
from postroom.cli.printing import json_option, plain, print_json, print_table

if TYPE_CHECKING:
    from postroom.providers import ServerChoice
    from postroom.setup import Recognition


@click.command("recognise")
@click.argument("address")
@json_option
@with_django
def recognise_command(address: str, as_json: bool) -> None:
    """Find the servers of ADDRESS: by its domain, its MX, autoconfig, SRV, or a guess.

    Nobody signs in. Exit status 1 if nobody knew.
    """
    from postroom.setup import Source, recognise

    known = asyncio.run(recognise(address))
    if as_json:
        print_json(row_of(known))
    else:
        print_recognition(known)
    if known.source is Source.NOTHING:
        click.get_current_context().exit(1)


def row_of(known: "Recognition") -> dict[str, Any]:
    """Everything that is known, as JSON has it."""
    return {
        "address": known.address,
        "source": known.source,
        "told_by": known.told_by,
        "provider": known.provider.id if known.provider else "",
        "imap": [server_row(each) for each in known.imap],
        "pop": [server_row(each) for each in known.pop],
        "smtp": [server_row(each) for each in known.smtp],
        "user_name": known.user_name,
        "methods": list(known.methods),
        "foreign_hosts": list(known.foreign_hosts),
        "trail": [
            {"source": each.source, "where": each.where, "outcome": each.outcome}
            for each in known.trail
        ],
    }


def server_row(choice: "ServerChoice") -> dict[str, Any]:
    """One server."""
    return {"host": choice.host, "port": choice.port, "security": choice.security}


def print_recognition(known: "Recognition") -> None:
    """Who was asked, then what came of it."""
    asked = [(each.source, each.where, each.outcome) for each in known.trail]
    print_table(("asked", "where", "outcome"), asked)
    if not (known.imap or known.pop):
        notes = known.provider.notes if known.provider else ()
        click.echo(" ".join(notes) or "Nobody knew its servers. Name them with --imap-host.")
        return
    kinds = {"imap": known.imap, "pop": known.pop, "smtp": known.smtp}
    servers = [
        (kind, choice.host, choice.port, choice.security)
        for kind, choices in kinds.items()
        for choice in choices
    ]
    print_table(("", "server", "port", "security"), servers)
    click.echo(f"User name: {plain(known.user_name)}. Sign in by: {', '.join(known.methods)}.")
    if known.must_be_confirmed:
        hosts = ", ".join(known.foreign_hosts)
        click.echo(f"Confirm before you enter a password: {hosts} belong to others.")
