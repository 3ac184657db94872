"""One run of the demo: set it up where that is not done, then run everything until told to stop."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from datetime import datetime

import click

from postroom.cli import leash
from postroom.cli.bootstrap import Failed, start_django
from postroom.cli.demo.folder import DemoFolder, DemoState
from postroom.cli.demo.ports import find_free_port, is_free
from postroom.cli.demo.steps import Steps
from postroom.cli.demo.welcome import welcome_when_ready
from postroom.cli.servers import PROGRAMS
from postroom.cli.tree import Program, run_tree

WEB_PORT, IMAP_PORT, SMTP_PORT = 8025, 8143, 8587
# What a demo must not take from the shell it is started in: it could be a real Postroom's.
NOT_OURS = ("DATABASE_URL", "POSTROOM_SECRET_KEY_FILE", "POSTROOM_URL", "POSTROOM_HOSTS")


def run(folder: DemoFolder, port: int | None, *, is_live: bool, once: bool) -> int:
    """Run the demo of that folder; return the exit status. With `once`, end when pages answer."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    steps = Steps()
    click.echo(f"The demo is in {folder.path}")
    state = recall(folder)
    web_port = port or find_free_port(WEB_PORT)
    set_environment(os.environ, folder, web_port, state)
    program = (sys.executable, "-m", "postroom.cli.demo.mailserver")
    mail = (*program, str(folder.path), str(state.imap_port), str(state.smtp_port))
    if not state.is_staged:
        set_up(folder, state, mail, steps)
    live = ("--live",) if is_live and not once else ()
    answered: list[bool] = []

    def end(is_ready: bool) -> None:
        answered.append(is_ready)
        if once or not is_ready:
            os.kill(os.getpid(), signal.SIGTERM)

    welcome_when_ready(f"http://127.0.0.1:{web_port}", state, steps, then=end)
    status = run_tree(os.environ, (Program("mail", (*mail, *live)), *PROGRAMS))
    return 1 if answered == [False] else status


def recall(folder: DemoFolder) -> DemoState:
    """What is remembered, or the beginning. Where the mail server must move, it is set up again."""
    state = folder.find_state()
    if state is None:
        born = datetime.now().astimezone().isoformat()
        state = DemoState(born, find_free_port(IMAP_PORT), find_free_port(SMTP_PORT))
    elif not (state.smtp_port and is_free(state.imap_port) and is_free(state.smtp_port)):
        state.imap_port, state.smtp_port = find_free_port(IMAP_PORT), find_free_port(SMTP_PORT)
        state.is_staged = False
    folder.remember(state)
    return state


def set_environment(
    environ: MutableMapping[str, str], folder: DemoFolder, web_port: int, state: DemoState
) -> None:
    """The settings under which every program of the demo runs."""
    for name in NOT_OURS:
        environ.pop(name, None)
    environ["POSTROOM_DATA_DIR"] = str(folder.path)
    environ["POSTROOM_BIND"] = f"127.0.0.1:{web_port}"
    environ["POSTROOM_ALLOWED_MAIL_NETWORKS"] = "127.0.0.0/8"
    environ["POSTROOM_ALLOWED_MAIL_PORTS"] = f"{state.imap_port},{state.smtp_port}"
    environ["POSTROOM_LOG_LEVEL"] = "WARNING"
    environ["PYTHONUTF8"] = "1"


def set_up(folder: DemoFolder, state: DemoState, mail: tuple[str, ...], steps: Steps) -> None:
    """Start what setting up needs, do it, and remember that it is done."""
    with mail_server_running(mail) as server:
        with steps.step("Starting PostgreSQL and making its tables"):
            start_django(click.get_current_context(), is_quiet=True)
        with steps.step("Writing Maya's mail of fourteen months"):
            wait_until_open(server)
        from postroom.cli.demo.staging import stage

        stage(state, steps)
    state.is_staged = True
    folder.remember(state)
    # The tree finds the embedded server itself, and watches over it.
    os.environ.pop("DATABASE_URL", None)


@contextmanager
def mail_server_running(command: tuple[str, ...]) -> Iterator[subprocess.Popen[str]]:
    """The mail server for as long as setting up takes; it dies with this process."""
    leashed = (sys.executable, "-I", leash.__file__, str(os.getpid()), *command)
    with subprocess.Popen(leashed, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            yield server
        finally:
            server.terminate()


def wait_until_open(server: subprocess.Popen[str]) -> None:
    """Wait until the mail server has written the mailbox and says that it listens."""
    if server.stdout is None or not server.stdout.readline():
        raise Failed("The demo's mail server did not start; what it said is above.")
