"""postroom up, web, engine: the processes."""

import asyncio

import click

from postroom.cli.bootstrap import read_environment, start_django, with_django


@click.command("up")
def up_command() -> None:
    """Run everything: embedded PostgreSQL, web and engine in one process tree. Ctrl-C ends it."""
    from postroom.cli.tree import run_tree

    start_django(click.get_current_context())
    settings = read_environment()
    click.echo(f"Postroom is at {settings.url}")
    click.get_current_context().exit(run_tree(settings))


@click.command("web")
@with_django
def web_command() -> None:
    """Serve the pages."""
    import uvicorn

    settings = read_environment()
    uvicorn.run(
        "postroom.config.asgi:application",
        host=settings.bind.host,
        port=settings.bind.port,
        log_level=settings.log_level.lower(),
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )


@click.command("engine")
@with_django
def engine_command() -> None:
    """Keep accounts in sync."""
    from postroom.engine.running import run_engine

    asyncio.run(run_engine(read_environment().engine_accounts))
