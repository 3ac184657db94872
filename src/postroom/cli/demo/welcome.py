"""Waits until the pages answer, then says where they are and what to try first."""

import threading
import time
import urllib.request
from collections.abc import Callable
from urllib.error import URLError

import click

from postroom.cli.demo.folder import DemoState
from postroom.cli.demo.mailbox import PASSWORD
from postroom.cli.demo.steps import Steps

LONGEST_WAIT_SECONDS = 60.0
_PAUSE_SECONDS = 0.1


def welcome_when_ready(
    url: str, state: DemoState, steps: Steps, then: Callable[[bool], None]
) -> threading.Thread:
    """Watch from a thread beside the process tree; `then` learns whether the pages answered."""

    def watch() -> None:
        with steps.step("Opening the pages"):
            is_ready = _wait_until_ready(f"{url}/readyz")
        welcome = compose_welcome(url, state, steps.seconds)
        click.echo(welcome if is_ready else _SILENT.format(url=url))
        then(is_ready)

    thread = threading.Thread(target=watch, name="welcome", daemon=True)
    thread.start()
    return thread


def compose_welcome(url: str, state: DemoState, seconds: float) -> str:
    """The panel at the end."""
    rule = "─" * 72
    return _WELCOME.format(rule=rule, url=url, state=state, seconds=seconds, password=PASSWORD)


def _wait_until_ready(url: str) -> bool:
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own URL
                return bool(answer.status == 200)
        except (URLError, OSError):
            time.sleep(_PAUSE_SECONDS)
    return False


_SILENT = "  The pages at {url} do not answer. What the web server says is above."

_WELCOME = """
{rule}

  Petrel & Daughters, makers of barometers, are at  {url}
  (ready after {seconds:.1f} s)

  Maya, who owns the mailbox      maya@petrel.example
  Tom, who sees what she shares   tom@petrel.example
  Ruth, the administrator         ruth@petrel.example
  Password of all three           {password}

  Try this first
  1. Sign in as Maya and open Aoi Nakamura under Contacts. Keep the page open:
     Aoi writes within a minute, and others after her for a quarter of an hour.
  2. Answer her. She writes back within half a minute.
  3. Look at Deals and the Inbox, which is sorted by them.
  4. Open Γιώργος Παπαδάκης: his mail from an older address is there too.
  5. Sign in as Tom in another browser. Customers' mail is there.
     Maya's dentist, her sister and the herring are not.
  6. As Tom, connect his own mailbox: Setup, Other Mail, IMAP. The server is
     127.0.0.1, port {state.imap_port}, outgoing {state.smtp_port}, security None; his
     address, the same password.

  Ctrl-C ends all of it. The next start goes on from here.
{rule}
"""
