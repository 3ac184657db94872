"""postroom up, web, engine: the processes."""

import asyncio
import os
import sys

import click

from postroom.cli import open_files
from postroom.cli.bootstrap import Failed, make_files, read_environment, with_django
from postroom.cli.tree import Program, run_tree

THIS_PROGRAM = (sys.executable, "-m", "postroom.cli")
PROGRAMS = (Program("web", (*THIS_PROGRAM, "web")), Program("engine", (*THIS_PROGRAM, "engine")))


@click.command("up")
def up_command() -> None:
    """Run everything: embedded PostgreSQL, web and engine in one process tree. Ctrl-C ends it."""
    settings = read_environment()
    make_files(settings)
    click.echo(f"Postroom is at {settings.url}")
    click.get_current_context().exit(run_tree(os.environ, PROGRAMS))


@click.command("web")
@with_django
def web_command() -> None:
    """Serve the pages."""
    import uvicorn

    from postroom.archive import wall

    if not wall.exists():
        raise Failed(wall.MISSING)
    wall.stand_behind_it()
    open_files.ask_for_all()
    settings = read_environment()
    uvicorn.run(
        "postroom.config.asgi:application",
        host=settings.bind.host,
        port=settings.bind.port,
        log_level=settings.log_level.lower(),
        access_log=False,
        server_header=False,
        lifespan="off",  # Django has none, and a server that looks for one says so.
        timeout_graceful_shutdown=2,
    )


@click.command("engine")
@with_django
def engine_command() -> None:
    """Keep accounts in sync."""
    from postroom.engine.running import run_engine

    open_files.ask_for_all()
    asyncio.run(run_engine(read_environment().engine_accounts))
