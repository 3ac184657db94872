"""An engine that starts with many accounts comes to a server's door a few at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from cast import account_of, user
from postroom.accounts.models import Direction, EmailAccount, Security
from postroom.accounts.seals import keep_secret
from postroom.net.budget import AT_A_DOOR, ConnectionBudget
from postroom.sync import connecting
from servers.scripted import Dialogue, scripted

ACCOUNTS = 40


@dataclass
class Door:
    """A server that takes its time with every sign-in, and counts who stands before it."""

    now: int = 0
    most: int = 0

    async def serve(self, client: Dialogue) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await client.send(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready")
        while True:
            tag, word, _ = await client.command()
            if word in (b"LOGIN", b"AUTHENTICATE"):
                await asyncio.sleep(0.02)
                self.now -= 1
            await client.send(tag + b" OK [CAPABILITY IMAP4rev1] done")


@pytest.mark.django_db(transaction=True)
def test_accounts_come_to_a_door_a_few_at_a_time() -> None:
    assert async_to_sync(most_at_a_door)(accounts(ACCOUNTS)) == AT_A_DOOR


@pytest.mark.django_db(transaction=True)
def test_the_control_without_a_door_they_come_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "BUDGET", ConnectionBudget(at_a_door=ACCOUNTS))
    assert async_to_sync(most_at_a_door)(accounts(ACCOUNTS)) > AT_A_DOOR * 2


def accounts(number: int) -> list[EmailAccount]:
    owner = user("Alice")
    made = [account_of(owner, address=f"alice{n}@example.com") for n in range(number)]
    for account in made:
        keep_secret(account, Direction.INCOMING, "a password")
    return made


async def most_at_a_door(comers: list[EmailAccount]) -> int:
    """How many stood before the server at the busiest moment; all are in at the end."""
    door, inside = Door(), asyncio.Barrier(len(comers) + 1)
    async with scripted(door.serve) as server, guests(comers, server.port, inside):
        await asyncio.wait_for(inside.wait(), 30)
    assert door.now == 0
    return door.most


@asynccontextmanager
async def guests(
    comers: list[EmailAccount], port: int, inside: asyncio.Barrier
) -> AsyncIterator[None]:
    """Every account signs in and stays until all are in."""

    async def come(account: EmailAccount) -> None:
        account.imap_host, account.imap_port = "127.0.0.1", port
        account.imap_security = Security.NONE
        async with connecting.signed_in(account, timezone.now):
            await inside.wait()

    async with asyncio.TaskGroup() as all_of_them:
        for account in comers:
            all_of_them.create_task(come(account))
        yield
