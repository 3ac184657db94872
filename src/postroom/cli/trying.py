"""postroom account test: try a mailbox's servers step by step, and save nothing."""

import asyncio
from typing import TYPE_CHECKING, Any, Final

import click

from postroom.cli.bootstrap import with_django
from postroom.cli.printing import json_option, plain, print_json
from postroom.cli.secret_input import password_option, read_password
from postroom.cli.server_options import server_options

if TYPE_CHECKING:
    from postroom.setup import AccountRequest, StepReport

MARKS: Final = {"passed": "ok", "failed": "FAILED", "skipped": "-"}


@click.command("test")
@click.argument("address")
@server_options
@password_option
@json_option
@with_django
def test_command(address: str, password_stdin: bool, as_json: bool, **choices: Any) -> None:
    """Try the servers of ADDRESS step by step; nothing is saved, nothing is sent.

    They are found as by “account add”. Exit status 1 if a step fails.
    """
    from postroom.cli.connecting import compose_request
    from postroom.team.models import User

    password = read_password(f"Password of {address}", from_stdin=password_stdin)
    request = compose_request(address, User(email=address), password, choices)
    reports = asyncio.run(tried(request, is_quiet=as_json))
    if as_json:
        print_json([row_of(report) for report in reports])
    if any(report.failure for report in reports):
        click.get_current_context().exit(1)


async def tried(request: "AccountRequest", *, is_quiet: bool) -> "list[StepReport]":
    """Every step that is over, printed when it is."""
    from postroom.setup import State, try_connection

    over = []
    async for report in try_connection(request):
        if report.state is State.BEGUN:
            continue
        over.append(report)
        if not is_quiet:
            click.echo(line_of(report))
    return over


def line_of(report: "StepReport") -> str:
    """One step; a failure with its cause and its fix."""
    told = report.failure.sentence if report.failure else report.detail
    step = report.step.replace("_", " ")
    return plain(f"{MARKS[report.state]:<6} {report.side} {step:<12} {told}".rstrip())


def row_of(report: "StepReport") -> dict[str, Any]:
    """One step, as JSON has it."""
    row: dict[str, Any] = {
        "side": report.side,
        "step": report.step,
        "state": report.state,
        "detail": report.detail,
    }
    if report.failure:
        failure = report.failure
        row |= {"kind": failure.kind, "cause": failure.cause, "fix": failure.fix}
    return row
