"""postroom demo: a made-up company with a lively mailbox, to look at Postroom with."""

import os
from importlib.util import find_spec
from pathlib import Path

import click

from postroom.cli.bootstrap import Failed
from postroom.cli.demo.folder import DemoFolder
from postroom.cli.demo.running import run
from postroom.config.places import default_data_dir


@click.command("demo")
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="POSTROOM_DATA_DIR",
    help="Where the demo keeps everything.  [default: the data directory, with -demo]",
)
@click.option("--port", type=click.IntRange(1, 65535), help="Of the pages; 8025 or the next free.")
@click.option("--reset", is_flag=True, help="Forget everything the demo has stored, and end.")
@click.option("--no-live", is_flag=True, help="No mail arrives while you look.")
@click.option("--once", is_flag=True, help="End as soon as the pages have answered.")
def demo_command(
    directory: Path | None, port: int | None, reset: bool, no_live: bool, once: bool
) -> None:
    """Show Postroom with a made-up company, its mailbox, people and users.

    Starts PostgreSQL, a mail server, the web server and the engine, all on this machine alone, and
    prints the address and the sign-in. Ctrl-C ends all of it; a second start keeps what was there.
    """
    folder = DemoFolder((directory or Path(f"{default_data_dir(os.environ)}-demo")).absolute())
    if reset:
        click.echo(f"{folder.path} is " + ("forgotten." if folder.forget() else "not there."))
        return
    if find_spec("pymap") is None:
        raise Failed("The demo's mail server is missing: pip install 'postroom[demo]'")
    folder.make()
    with folder.claimed():
        status = run(folder, port, is_live=not no_live, once=once)
    click.get_current_context().exit(status)
