"""A database that several tests share, used by Django here and by Postroom's own processes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
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
    """Close this thread's connection and the pool: both remember the database they were for."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def run_sql(statement: str, *names: str) -> None:
    """Run a statement about databases."""
    quoted = [sql.Identifier(name) for name in names]
    with psycopg.connect(address_of("postgres"), autocommit=True) as server:
        server.execute(sql.SQL(statement).format(*quoted))


def address_of(database: str) -> str:
    """The address of a database of this run's PostgreSQL."""
    return os.environ["DATABASE_URL"].replace("@/postroom", f"@/{database}")
