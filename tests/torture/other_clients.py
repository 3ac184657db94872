"""Mail programs in a hurry: together they change a mailbox at an even pace, each on a connection.

Dovecot may refuse what another client made impossible, and sends a client away whose open folder
changed too much under it.
"""

import imaplib
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

from servers.dovecot import Dovecot
from torture.letters import write_letter
from torture.visiting import SECRET

FOLDERS = ("INBOX", "Archive", "Projects", "Projects/2026", "Sent")
KINDS = ("append", "append", "append", "flag", "flag", "move", "copy", "remove", "rename")


@dataclass(slots=True)
class OtherClients:
    """Several clients of one user; `done` counts what the server took."""

    server: Dovecot
    user: str
    seed: int
    ends_at: float
    operations_a_second: int
    done: Counter[str] = field(default_factory=Counter)
    names: list[str] = field(default_factory=lambda: list(FOLDERS))
    _slots: Iterator[int] = field(default_factory=count)
    _begun: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def at_work(self, clients: int) -> Iterator[None]:
        """Have so many work until their time is over; it is when we leave."""
        with self.signed_in() as client:
            for folder in FOLDERS[1:]:
                client.create(f'"{folder}"')
        seeds = range(self.seed, self.seed + clients)
        threads = [threading.Thread(target=self.work, args=[seed]) for seed in seeds]
        for thread in threads:
            thread.start()
        yield
        for thread in threads:
            thread.join()

    @contextmanager
    def signed_in(self) -> Iterator[imaplib.IMAP4]:
        """One connection."""
        with imaplib.IMAP4(self.server.host, self.server.port) as client:
            client.login(self.user, SECRET)
            yield client

    def work(self, seed: int) -> None:
        """Be one of the clients, who comes again when it is sent away."""
        dice = random.Random(seed)
        while time.monotonic() < self.ends_at:
            with suppress(imaplib.IMAP4.abort, OSError), self.signed_in() as client:
                self.work_signed_in(client, dice)

    def work_signed_in(self, client: imaplib.IMAP4, dice: random.Random) -> None:
        """Do something in each of one's slots; what finds nothing to do is no operation."""
        while time.monotonic() < self.ends_at:
            due = self._begun + next(self._slots) / self.operations_a_second
            time.sleep(max(0.0, due - time.monotonic()))
            while not self.is_done(client, dice.choice(KINDS), dice):
                pass

    def is_done(self, client: imaplib.IMAP4, kind: str, dice: random.Random) -> bool:
        """Try one operation; False if nothing was there, or another client was first."""
        try:
            is_done = self.change(client, kind, dice)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            return False
        with self._lock:
            self.done[kind] += is_done
        return is_done

    def change(self, client: imaplib.IMAP4, kind: str, dice: random.Random) -> bool:
        """One operation; whether the server took it."""
        if kind == "rename":
            return dice.random() < 0.05 and self.rename(client, dice)
        folder = f'"{dice.choice(self.names)}"'
        if kind == "append":
            letter = write_letter(lines=dice.choice((0, 3, 50)), has_id=dice.random() < 0.9)
            return is_ok(client.append(folder, "", "", letter.raw))
        answer, found = client.select(folder)
        if answer != "OK" or not (messages := int(found[0] or 0)):
            return False
        number = str(dice.randint(1, messages))
        if kind == "flag":
            sign, flag = dice.choice("+-"), dice.choice(("\\Seen", "\\Flagged"))
            return is_ok(client.store(number, f"{sign}FLAGS", flag))
        if kind in ("move", "copy") and not is_ok(
            client.copy(number, f'"{dice.choice(self.names)}"')
        ):
            return False
        return kind == "copy" or (
            is_ok(client.store(number, "+FLAGS", "\\Deleted")) and is_ok(client.expunge())
        )

    def rename(self, client: imaplib.IMAP4, dice: random.Random) -> bool:
        """Give a folder another name."""
        client.select("INBOX")
        with self._lock:
            old = "Projects/2026" if "Projects/2026" in self.names else self.names[-1]
            new = f"Projects/{dice.randrange(10**6)}"
            if not is_ok(client.rename(f'"{old}"', f'"{new}"')):
                return False
            self.names = [*(name for name in self.names if name != old), new]
            return True


def is_ok(answer: tuple[str, object]) -> bool:
    """Whether the server took it."""
    return answer[0] == "OK"
