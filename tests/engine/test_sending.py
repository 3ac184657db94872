"""Mail servers that never answer keep no mailbox and no other job waiting."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.utils import timezone

from cast import account_of, user
from outbox.outgoing import sent_by
from postroom.accounts.models import Direction, Security
from postroom.accounts.seals import keep_secret
from postroom.engine import sending as sending_room
from postroom.engine.outgoing import send
from postroom.outbox.handing_over import send_outgoing
from postroom.outbox.models import OutgoingEmail
from postroom.sync.database import in_database
from servers.scripted import Dialogue, scripted

pytestmark = pytest.mark.usefixtures("transactional_db")
NAMES = ("Alice", "Bob")
PLACES = 5


async def in_everybodys_threads(pk: int, account_id: int) -> None:
    """As it was."""
    await in_database(send_outgoing, pk, timezone.now)


@pytest.mark.parametrize(
    ("sending", "is_free"), [(send.func, True), (in_everybodys_threads, False)], ids=["", "control"]
)
def test_a_silent_server_holds_no_thread_of_the_others(
    sending: Callable[..., Awaitable[None]], is_free: bool
) -> None:
    async def play() -> bool:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(len(NAMES)))
        greeted, over = asyncio.Queue[None](), asyncio.Event()

        async def silent(dialogue: Dialogue) -> None:
            await dialogue.send(b"220 ready")
            await greeted.put(None)
            await over.wait()

        async with scripted(silent) as server:
            due = await in_database(due_emails, server.port)
            jobs = [asyncio.ensure_future(sending(*one)) for one in due]
            for _ in NAMES:
                await greeted.get()
            try:
                await asyncio.wait_for(in_database(int), 20 if is_free else 2)
            except TimeoutError:
                return False
            else:
                return True
            finally:
                over.set()
                await asyncio.gather(*jobs)

    assert asyncio.run(play()) is is_free


@pytest.mark.parametrize("is_shared", [True, False], ids=["", "control"])
def test_a_silent_server_holds_no_more_places_than_its_share(
    is_shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More mailboxes than there are places are at a service that takes mail and falls silent."""
    share = 2 if is_shared else PLACES
    monkeypatch.setattr(sending_room, "SHARE", share)
    monkeypatch.setattr(sending_room, "THREADS", ThreadPoolExecutor(PLACES))

    async def play() -> tuple[bool, int]:
        waiting, came, over = list[None](), asyncio.Event(), asyncio.Event()

        async def silent(dialogue: Dialogue) -> None:
            waiting.append(await dialogue.send(b"220 ready"))
            await over.wait()

        async def other(dialogue: Dialogue) -> None:
            came.set()

        async with scripted(silent) as silence, scripted(other) as another:
            due = await in_database(many_due, silence.port)
            jobs = [asyncio.ensure_future(send.func(*one)) for one in due]
            async with asyncio.timeout(60):
                while len(waiting) < share:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            one = await in_database(due_email, "Alice", another.port, "localhost")
            jobs.append(asyncio.ensure_future(send.func(one.pk, one.account_id)))
            try:
                await asyncio.wait_for(came.wait(), 20 if is_shared else 2)
            except TimeoutError:
                return False, len(waiting)
            else:
                return True, len(waiting)
            finally:
                over.set()
                await asyncio.gather(*jobs)

    assert asyncio.run(play()) == (is_shared, share)


def many_due(port: int) -> list[tuple[int, int | None]]:
    """More than there are places, each of another user."""
    emails = [due_email(f"User{number}", port) for number in range(PLACES + 2)]
    return [(one.pk, one.account_id) for one in emails]


def due_emails(port: int) -> list[tuple[int, int | None]]:
    """One email each, due to be sent by a server of this machine."""
    emails = [due_email(name, port) for name in NAMES]
    return [(one.pk, one.account_id) for one in emails]


def due_email(name: str, port: int, host: str = "127.0.0.1") -> OutgoingEmail:
    account = account_of(user(name))
    account.smtp_host, account.smtp_port = host, port
    account.smtp_security = Security.NONE
    account.save()
    keep_secret(account, Direction.OUTGOING, "secret")
    return sent_by(account, timezone.now() - timedelta(minutes=1))
