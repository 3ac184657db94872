"""A mailbox's servers are tried step by step, and each step is told while the next one runs."""

import asyncio
from dataclasses import replace

import pytest

from journeys.installation import SECRET
from postroom.accounts.models import EmailAccount, Security
from postroom.setup import (
    AccountRequest,
    ServerAddress,
    State,
    StepReport,
    save_account,
    steps_of,
    try_connection,
)
from servers.dovecot import Dovecot
from servers.submission import Submission

pytestmark = pytest.mark.django_db


def reports(request: AccountRequest) -> list[StepReport]:
    """Everything that is told of a test."""

    async def collect() -> list[StepReport]:
        return [report async for report in try_connection(request)]

    return asyncio.run(collect())


@pytest.mark.parametrize("protocol", ["imap", "pop"])
def test_every_step_of_both_sides_is_told_in_order(
    protocol: str, request_: AccountRequest, server: Dovecot, outgoing: Submission
) -> None:
    if protocol == "pop":
        pop = ServerAddress(server.host, server.pop3_port, Security.NONE)
        request_ = replace(request_, imap=None, pop=pop)
    told = reports(request_)
    over = [(each.side, each.step) for each in told if each.state is not State.BEGUN]
    assert over == [
        *(("incoming", step) for step in steps_of("incoming", Security.NONE)),
        *(("outgoing", step) for step in steps_of("outgoing", Security.NONE)),
    ]
    assert {each.state for each in told} == {State.BEGUN, State.PASSED, State.SKIPPED}
    assert SECRET not in repr(told)
    assert outgoing.taken == []
    account = save_account(request_, "")
    assert EmailAccount.objects.get() == account


def test_the_first_incoming_step_that_fails_is_the_last(
    request_: AccountRequest, server: Dovecot
) -> None:
    *_, last = reports(replace(request_, password="canary-wrong"))
    assert (last.side, last.step, last.state) == ("incoming", "sign_in", "failed")
    assert last.failure
    assert last.failure.field == "password"
    assert "canary" not in repr(last)
    assert server.log().count("canary") == 0


def test_an_outgoing_failure_is_told_and_stands_in_nobodys_way(request_: AccountRequest) -> None:
    told = reports(replace(request_, smtp_password="canary-wrong"))
    (failed,) = [each for each in told if each.failure]
    assert (failed.side, failed.step) == ("outgoing", "sign_in")
    assert failed.failure
    assert failed.failure.field == "smtp_password"
    assert ("incoming", "folders", "passed") in [(e.side, e.step, e.state) for e in told]


def test_who_leaves_in_the_middle_leaves_no_connection_behind(request_: AccountRequest) -> None:
    async def leave() -> int:
        walk = try_connection(request_)
        async for report in walk:
            if report.step == "sign_in":
                break
        await walk.aclose()
        return len(asyncio.all_tasks())

    assert asyncio.run(leave()) == 1


@pytest.mark.parametrize(
    ("port", "security", "protocol", "kind"),
    [
        ("pop3_port", "none", "imap", "pop3_at_this_port"),
        ("port", "none", "pop", "imap_at_this_port"),
        ("port", "tls", "imap", "plain_text_at_this_port"),
        ("pop3_port", "tls", "pop", "plain_text_at_this_port"),
        ("tls_port", "tls", "imap", "certificate_untrusted"),
        ("port", "starttls", "imap", "certificate_untrusted"),
        ("pop3_port", "starttls", "pop", "certificate_untrusted"),
    ],
)
def test_real_servers_at_the_wrong_port_or_without_a_name(
    port: str, security: str, protocol: str, kind: str, request_: AccountRequest, server: Dovecot
) -> None:
    address = ServerAddress(server.host, getattr(server, port), Security(security))
    imap, pop = (address, None) if protocol == "imap" else (None, address)
    *_, last = reports(replace(request_, imap=imap, pop=pop))
    assert last.failure
    assert last.failure.kind == kind
