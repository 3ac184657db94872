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
from postroom.engine.outgoing import send
from postroom.outbox.handing_over import send_outgoing
from postroom.sync.database import in_database
from servers.scripted import Dialogue, scripted

pytestmark = pytest.mark.usefixtures("transactional_db")
NAMES = ("Alice", "Bob")


async def in_everybodys_threads(pk: int) -> None:
    """As it was."""
    await in_database(send_outgoing, pk, timezone.now)


@pytest.mark.parametrize(
    ("sending", "is_free"), [(send.func, True), (in_everybodys_threads, False)], ids=["", "control"]
)
def test_a_silent_server_holds_no_thread_of_the_others(
    sending: Callable[[int], Awaitable[None]], is_free: bool
) -> None:
    async def play() -> bool:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(len(NAMES)))
        greeted, over = asyncio.Queue[None](), asyncio.Event()

        async def silent(dialogue: Dialogue) -> None:
            await dialogue.send(b"220 ready")
            await greeted.put(None)
            await over.wait()

        async with scripted(silent) as server:
            pks = await in_database(due_emails, server.port)
            jobs = [asyncio.ensure_future(sending(pk)) for pk in pks]
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


def due_emails(port: int) -> list[int]:
    """One email each, due to be sent by a server of this machine."""
    return [due_email(name, port) for name in NAMES]


def due_email(name: str, port: int) -> int:
    account = account_of(user(name))
    account.smtp_host, account.smtp_port = "127.0.0.1", port
    account.smtp_security = Security.NONE
    account.save()
    keep_secret(account, Direction.OUTGOING, "secret")
    return sent_by(account, timezone.now() - timedelta(minutes=1)).pk
