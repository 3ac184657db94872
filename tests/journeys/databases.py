"""A database that several tests share, used by Django here and by Postroom's own processes."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import sleep
from uuid import uuid4

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict


@contextmanager
def database_like(template: str) -> Iterator[str]:
    """Yield the address of a copy of a database, dropped at the end."""
    name = f"own_{uuid4().hex[:12]}"
    run_sql("CREATE DATABASE {} TEMPLATE {}", name, template)
    yield address_of(name)
    drop_database(name)


def drop_database(name: str) -> None:
    """Drop it whoever is in it; an autovacuum is the superuser's, and is waited for."""
    for _ in range(50):
        with suppress(psycopg.errors.InsufficientPrivilege):
            return run_sql("DROP DATABASE {} WITH (FORCE)", name)
        sleep(0.2)
    run_sql("DROP DATABASE {} WITH (FORCE)", name)


@contextmanager
def django_using(database_url: str) -> Iterator[None]:
    """Have Django's models in this process read and write that database."""
    settings = connection.settings_dict
    before = settings["NAME"]
    settings["NAME"] = conninfo_to_dict(database_url)["dbname"]
    forget_connections()
    try:
        yield
    finally:
        forget_connections()
        settings["NAME"] = before


def forget_connections() -> None:
    """Close this thread's connections and the pool: all remember the database they were for.

    Django keeps one for code beside a running event loop, such as Playwright leaves marked as
    running, and one for all other code; one that stayed would be cut with its database.
    """
    running = asyncio._get_running_loop()
    aside = asyncio.new_event_loop()
    for loop in (None, running or aside):
        asyncio._set_running_loop(loop)
        with allowed_beside_a_loop():
            connection.close()
    asyncio._set_running_loop(running)
    aside.close()
    connection.close_pool()  # type: ignore[attr-defined]


@contextmanager
def allowed_beside_a_loop() -> Iterator[None]:
    """Let Django touch a connection although a loop is running; nothing of the loop's waits."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def run_sql(statement: str, *names: str) -> None:
    """Run a statement about databases."""
    quoted = [sql.Identifier(name) for name in names]
    with psycopg.connect(address_of("postgres"), autocommit=True) as server:
        server.execute(sql.SQL(statement).format(*quoted))


def address_of(database: str) -> str:
    """The address of a database of this run's PostgreSQL."""
    return os.environ["DATABASE_URL"].replace("@/postroom", f"@/{database}")
