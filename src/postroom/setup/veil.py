"""Nobody scans a network by testing mailboxes: hosts on which no mail server speaks look alike.

Whether a name does not exist, an address is forbidden, a port closed, filtered or hung up at once:
to whoever typed the name it is the same sentence after the same time. Servers that speak, and those
of services in the catalogue, are told of precisely; so is everything to administrators.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Final

from postroom.accounts.models import Security
from postroom.providers import provider_for_host
from postroom.setup.failures import compose_failure
from postroom.setup.requests import ServerAddress
from postroom.setup.steps import Failure, Side, State, Step, StepReport
from postroom.setup.throttle import Tester

# As long as a veiled attempt may take to connect, so that a time-out takes no longer than the rest.
SECONDS: Final = 8.0
REACHING: Final = (Step.LOOKUP, Step.ADDRESS, Step.PORT)
VEILED: Final = frozenset(
    {
        "host_unknown",
        "name_server_silent",
        "address_not_allowed",
        "plaintext_not_allowed",
        "port_refused",
        "host_unreachable",
        "connect_timed_out",
        "closed_at_once",
    }
)


def is_veiled(server: ServerAddress, tester: Tester | None) -> bool:
    """Whether this tester is not to learn how far a connection to this server came."""
    may_know = tester is None or tester.may_know
    return not may_know and provider_for_host(server.host) is None


async def veiled(
    reports: AsyncGenerator[StepReport], server: ServerAddress, kind: str, seconds: float
) -> AsyncGenerator[StepReport]:
    """Hold reports back until something speaks; if nothing does, say so when `seconds` are over."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    held: list[StepReport] = []
    has_spoken = False
    async with contextlib.aclosing(reports):
        async for report in reports:
            if report.failure and report.failure.kind in VEILED and not has_spoken:
                await asyncio.sleep(until - loop.time())
                held = [*of_nobody(report.side, server, kind)]
                has_spoken = True
            else:
                held.append(report)
                has_spoken = has_spoken or speaks(report)
            if has_spoken or report == StepReport(report.side, Step.LOOKUP, State.BEGUN):
                for each in held:
                    yield each
                held = []


def speaks(report: StepReport) -> bool:
    """Whether only a server that speaks can have brought a test this far."""
    is_beyond = report.state is State.PASSED and report.step not in REACHING
    return is_beyond or report.failure is not None


def of_nobody(side: Side, server: ServerAddress, kind: str) -> tuple[StepReport, ...]:
    """What is told when no mail server speaks there."""
    return (
        StepReport(side, Step.LOOKUP, State.SKIPPED),
        StepReport(side, Step.ADDRESS, State.SKIPPED),
        StepReport(side, Step.PORT, State.FAILED, failure=nobody(side, server, kind)),
    )


def nobody(side: Side, server: ServerAddress, kind: str) -> Failure:
    """The sentence, which knows no more than what was typed."""
    cause = f"No mail server answers at {server.host[:253]} on port {server.port}."
    fix = "Check the name and the port with your provider, or ask your administrator to test it."
    if server.security == Security.NONE:
        fix = "Choose TLS or STARTTLS, check the name and the port, or ask your administrator."
    return compose_failure("nobody_answers", cause, fix, side, kind)
