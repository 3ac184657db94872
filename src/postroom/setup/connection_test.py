"""Try a mailbox's servers step by step, and tell of each step as it happens.

Nothing is saved and nothing is sent. The password is tried once at each server: whoever saves the
account afterwards does not sign in again.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Final

from postroom.imap.limits import Limits
from postroom.setup import veil
from postroom.setup.requests import AccountRequest
from postroom.setup.steps import Failure, Side, State, Step, StepReport
from postroom.setup.throttle import Tester, TriedTooOften, take_turn
from postroom.setup.walking import Walk

# Somebody waits; a server that answers at all answers within these.
PATIENCE: Final = Limits(connect_seconds=30, greeting_seconds=16, command_seconds=60)


async def try_connection(
    request: AccountRequest, tester: Tester | None = None
) -> AsyncGenerator[StepReport]:
    """Read as the sync will, then sign in as a sender would; yields what happens when it does.

    Stops at the first incoming step that fails. An outgoing one that fails stands in nobody's way.
    `tester` is who asks on a page; without one it is whoever works at this machine.
    """
    try:
        await take_turn("test", tester)
    except TriedTooOften as error:
        failure = Failure(error.kind, error.sentence, error.cause, error.fix)
        yield StepReport("incoming", Step.LOOKUP, State.FAILED, failure=failure)
        return
    for side in sides_of(request):
        async with contextlib.aclosing(reports_of(side, request, tester)) as reports:
            async for report in reports:
                yield report
                if report.failure and side == "incoming":
                    return


def sides_of(request: AccountRequest) -> tuple[Side, ...]:
    """What is tried, in this order: a mistyped password is tried once."""
    return ("incoming", "outgoing") if request.smtp else ("incoming",)


def reports_of(
    side: Side, request: AccountRequest, tester: Tester | None
) -> AsyncGenerator[StepReport]:
    """The steps of one side, in the words that are for this tester."""
    server = request.server(side)
    if not veil.is_veiled(server, tester):
        return walked(Walk(side, request, PATIENCE))
    seconds = veil.SECONDS
    hasty = replace(PATIENCE, connect_seconds=seconds)
    reports = walked(Walk(side, request, hasty))
    return veil.veiled(reports, server, request.speaks(side), seconds)


async def walked(walk: Walk) -> AsyncGenerator[StepReport]:
    """Walk in a task of its own, so that every step is told while the next one runs."""
    task = asyncio.create_task(walk.run())
    try:
        while (report := await walk.reports.get()) is not None:
            yield report
        await task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
