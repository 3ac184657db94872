"""Who kills Postroom's processes at random moments while a mailbox is synced."""

import random
import time
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from engine.killing import Cluster, Nursery
from journeys.waiting import seconds_until
from servers.dovecot import Dovecot

LONGEST_PEACE = 0.6
VICTIMS = ("engine", "engine", "web", "postgresql")


@dataclass(slots=True)
class Killer:
    """What is killed, and how often it was."""

    url: str
    cluster: Cluster
    server: Dovecot
    programs: Nursery
    dice: random.Random
    kills: int
    ends_at: float
    patience: float
    killed: list[str] = field(default_factory=list)
    sign_ins_before: int = 0

    def kill_until_complete(self) -> None:
        """Disturb a sync until it is complete all the same."""
        self.sign_ins_before = self.sign_ins()
        while not self.is_complete() and self.may_go_on():
            seconds_until(self.is_at_work, 60, every=0.05)
            time.sleep(self.dice.uniform(0, LONGEST_PEACE))
            self.kill(self.dice.choice(VICTIMS))
        seconds_until(lambda: self.is_at_work() and self.is_complete(), self.patience, every=0.2)
        self.programs.kill_all()

    def may_go_on(self) -> bool:
        """Whether there is time for one more."""
        return len(self.killed) < self.kills and time.monotonic() < self.ends_at

    def is_at_work(self) -> bool:
        """Whether the engine came to the mail server since it was disturbed, or is done."""
        self.cluster.start()
        self.programs.start("engine")
        self.programs.start("web")
        return self.sign_ins() > self.sign_ins_before or self.is_complete()

    def sign_ins(self) -> int:
        """How often anybody came to the mail server."""
        return self.server.log().count("imap-login: Info: Login:")

    def kill(self, victim: str) -> None:
        """Kill one of the three."""
        self.killed.append(victim)
        if victim == "postgresql":
            self.cluster.kill()
        else:
            self.programs.kill(victim)
        if victim != "web":
            self.sign_ins_before = self.sign_ins()

    def is_complete(self) -> bool:
        """Whether a pass came to its end."""
        with suppress(psycopg.OperationalError), psycopg.connect(self.url) as found:
            row = found.execute("SELECT last_complete_at FROM accounts_emailaccount").fetchone()
            return row is not None and row[0] is not None
        return False
