"""A Postroom under test: its commands and processes, as an administrator would run them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from servers.dovecot import Dovecot

POSTROOM = (sys.executable, "-m", "postroom.cli")
SECRET = "correct horse battery"
PATIENCE = 1_200 if os.environ.get("TEST_LONG") == "1" else 120
ALICE, BOB, CHARLIE = "alice@example.com", "bob@example.com", "charlie@example.com"


@dataclass(frozen=True, slots=True)
class Installation:
    """One database with the settings its processes share."""

    database_url: str
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What its processes find in their environment."""
        return {**os.environ, "DATABASE_URL": self.database_url, **self.settings}

    def run(
        self, *words: str, stdin: str = "", status: int = 0
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end, which must have this exit status."""
        done = subprocess.run(
            [*POSTROOM, *words],
            input=stdin,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=PATIENCE,
        )
        assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def ask(self, *words: str) -> Any:
        """What a command prints as JSON."""
        return json.loads(self.run(*words, "--json").stdout)

    def add_users(self, *addresses: str) -> None:
        """Add users; everybody's password is the same."""
        for address in addresses:
            self.run("user", "add", address, "--password-stdin", stdin=SECRET)

    def add_account(self, server: Dovecot, address: str = ALICE, *choices: str) -> None:
        """Connect a mailbox on a server of this machine, in the clear."""
        self.run("account", "add", address, *account_words(server, address), *choices, stdin=SECRET)

    @contextmanager
    def running(self, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Run a program as long as we are inside; a killed one is no error."""
        process = self.start(*words)
        try:
            yield process
        finally:
            stop(process)

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start a program; whoever asked for it ends it."""
        return subprocess.Popen(
            [*POSTROOM, *words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )


def account_words(server: Dovecot, owner: str) -> tuple[str, ...]:
    """The options of `account add` for a server in the clear."""
    where = ("--imap-host", server.host, "--imap-port", str(server.port))
    return ("--owner", owner, *where, "--imap-security", "none", "--password-stdin")


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a program and its children as gently as they allow."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End a program at once, and with it whatever it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()
