"""Hear announcements from PostgreSQL (LISTEN), for as long as anyone wants to.

Comes back by itself after the database was away, and says so: what was announced meanwhile
is lost, so whoever listens must look again.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import psycopg
from django.db import connection

RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Announcement:
    """One NOTIFY; an empty channel means: the connection is new, look at everything again."""

    channel: str
    payload: str


LOOK_AGAIN = Announcement("", "")


async def announcements(channels: Sequence[str]) -> AsyncIterator[Announcement]:
    """Everything announced on these channels from now on, LOOK_AGAIN after each (re)connect."""
    while True:
        try:
            async with await connect() as listener:
                for channel in channels:
                    await listener.execute(
                        psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel))
                    )
                yield LOOK_AGAIN
                async for notify in listener.notifies():
                    yield Announcement(notify.channel, notify.payload)
        except psycopg.OperationalError:
            await asyncio.sleep(RETRY_SECONDS)


async def connect() -> psycopg.AsyncConnection[tuple[object, ...]]:
    """A connection of its own, to the database that Django uses."""
    parameters = connection.get_connection_params()
    for not_libpq in ("cursor_factory", "context", "prepare_threshold", "pool"):
        parameters.pop(not_libpq, None)
    return await psycopg.AsyncConnection.connect(**parameters, autocommit=True)
