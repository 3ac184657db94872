"""What an idle account costs an engine, and how soon its mail is here.

    python -m bench.idle [--accounts 2000] [--deliveries 60] [--print]

Writes its section of docs/benchmarks.md. Each account holds one TLS connection to one Dovecot. Its
processes need more inotify instances than Linux gives one user: root raises them, for others the
figures of more than a hundred accounts are the server's.
"""

import argparse
import imaplib
import select
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil
import psycopg

from bench.ending import end_tidily
from bench.machine import conditions
from bench.page import table, write_section
from bench.sync import a_place
from journeys.installation import POSTROOM, Installation, stop
from postroom.config import postgres
from servers.dovecot import Dovecot, dovecot

SECRET = "correct horse battery"
LIMIT = 3600.0
# Dovecot tells half a second after a mailbox's files changed, and what any connection has it write
# there changes them: on one mailbox two clients hear up to half a second apart. So the bare one
# listens to a mailbox of its own, to which the same mail is delivered.
PAUSE = 1.5
BARE = "bare@example.com"
SECTION = """## Idle accounts

Written by `python -m bench.idle`. {accounts:,} accounts on one Dovecot over TLS, all kept by one
engine: what each adds to the engine's resident memory, and how long a delivered message takes until
the open pages are told of it (NOTIFY of PostgreSQL), beside a client that does nothing but IDLE in
a mailbox of its own, to which the same is delivered at the same moment. Dovecot holds every notice
back for half a second, and deliveries are further apart than that.

{table}
{conditions}"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Seconds from the end of APPEND until the bare client heard of it, and our pages."""

    bare: float
    ours: float


def main() -> None:
    """Measure, print and write."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--deliveries", type=int, default=60)
    parser.add_argument("--print", action="store_true", help="Write nothing.")
    arguments = parser.parse_args()
    measured = conditions()
    raise_inotify(4 * arguments.accounts)
    users = {address(number): SECRET for number in range(arguments.accounts)}
    with dovecot(users | {BARE: SECRET}) as server, a_place() as place:
        postroom = prepared(place, server, arguments.accounts)
        activate(postroom, "paused")
        with engine(postroom) as process:
            wait_until_kept(postroom, 1)
            first = process.memory_info().rss
            activate(postroom, "active")
            wait_until_kept(postroom, len(users))
            time.sleep(min(10, len(users) / 10))
            each = (process.memory_info().rss - first) / max(1, len(users) - 1)
            deliveries = delivered(postroom, server, arguments.deliveries)
    section = SECTION.format(
        accounts=arguments.accounts,
        table=table(("", ""), list(rows(each, deliveries))),
        conditions=table(("", ""), measured),
    )
    print(section)
    if not arguments.print:
        write_section("idle", section)


def raise_inotify(instances: int) -> None:
    """Let Dovecot hear of every mailbox's changes; else it looks every half minute."""
    limit = Path("/proc/sys/fs/inotify/max_user_instances")
    with suppress(OSError):
        if int(limit.read_text()) < instances:
            limit.write_text(str(instances))


def rows(each: float, deliveries: list[Delivery]) -> Iterator[tuple[str, str]]:
    """What was found, in words."""
    bare = sorted(delivery.bare for delivery in deliveries)
    ours = sorted(delivery.ours for delivery in deliveries)
    late = int(len(ours) * 0.95)
    yield "kB of memory an account", f"{each / 1000:.0f}"
    after = sorted(delivery.ours - delivery.bare for delivery in deliveries)
    told = (
        ("the bare client hears", bare),
        ("pages are told", ours),
        ("pages are told after the bare client", after),
    )
    for who, times in told:
        median, slow = 1000 * statistics.median(times), 1000 * times[late]
        yield f"{who}, median and 95 %", f"{median:.0f}, {slow:.0f} ms"


def address(number: int) -> str:
    """The mailbox of the account with this number."""
    return f"user{number}@example.com"


def prepared(place: Path, server: Dovecot, count: int) -> Installation:
    """One owner with so many accounts."""
    settings = {
        "POSTROOM_DATA_DIR": str(place / "data"),
        "POSTROOM_ALLOWED_MAIL_NETWORKS": "127.0.0.0/8, ::1/128",
        "POSTROOM_ALLOWED_MAIL_PORTS": "1024-65535",
        "POSTROOM_ENGINE_ACCOUNTS": str(count),
        "SSL_CERT_FILE": str(server.certificate.authority),
    }
    postroom = Installation(postgres.ensure_running(place / "data"), settings)
    postroom.run("user", "add", "owner@example.com", "--password-stdin", stdin=SECRET)
    program = [
        sys.executable,
        "-m",
        "bench.many_accounts",
        str(count),
        str(server.tls_port),
        SECRET,
    ]
    subprocess.run(program, env=postroom.environment, check=True)
    return postroom


@contextmanager
def engine(postroom: Installation) -> Iterator[psutil.Process]:
    """An engine, until we leave."""
    process = subprocess.Popen(
        [*POSTROOM, "engine"],
        env=postroom.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        stop(process)


def activate(postroom: Installation, activation: str) -> None:
    """Let all accounts but the first be kept, or not: what an engine takes by itself is no cost."""
    with psycopg.connect(postroom.database_url, autocommit=True) as database:
        database.execute(
            "UPDATE accounts_emailaccount SET activation = %s"
            " WHERE id > (SELECT min(id) FROM accounts_emailaccount)",
            [activation],
        )


def wait_until_kept(postroom: Installation, count: int) -> None:
    """Wait for so many accounts to be complete."""
    ends_at = time.monotonic() + LIMIT
    with psycopg.connect(postroom.database_url, autocommit=True) as database:
        while kept(database) < count:
            assert time.monotonic() < ends_at, f"{kept(database)} of {count} accounts are kept"
            time.sleep(0.2)


def kept(database: "psycopg.Connection[tuple[int]]") -> int:
    """How many accounts came to the end of a pass."""
    row = database.execute(
        "SELECT count(*) FROM accounts_emailaccount WHERE last_complete_at IS NOT NULL"
    ).fetchone()
    return row[0] if row else 0


def delivered(postroom: Installation, server: Dovecot, count: int) -> list[Delivery]:
    """Deliver to the first account, again and again, and clock both who hear of it."""
    found = []
    with (
        psycopg.connect(postroom.database_url, autocommit=True) as pages,
        imaplib.IMAP4(server.host, server.port) as sender,
        imaplib.IMAP4(server.host, server.port) as beside,
        Bare(server) as bare,
    ):
        pages.execute("LISTEN postroom_emails")
        sender.login(address(0), SECRET)
        beside.login(BARE, SECRET)
        for number in range(count):
            text = f"Message-ID: <{number}@x.example>\r\nSubject: {number}\r\n\r\nHello\r\n"
            begun = []
            for client in (sender, beside) if number % 2 else (beside, sender):
                client.append("INBOX", "", "", text.encode())
                begun.append((client, time.perf_counter()))
            moments = dict(begun)
            found.append(clocked(bare, moments[beside], pages, moments[sender]))
            time.sleep(PAUSE)
    return found


def clocked(
    bare: "Bare",
    bare_begun: float,
    pages: "psycopg.Connection[tuple[object, ...]]",
    ours_begun: float,
) -> Delivery:
    """Wait for both, in the order in which they hear, each from the end of its APPEND."""
    heard: dict[str, float] = {}
    while len(heard) < 2:
        ready, _, _ = select.select([bare.socket, pages.fileno()], [], [], 30)
        assert ready, f"only {list(heard)} heard of it"
        now = time.perf_counter()
        if bare.socket in ready and bare.hears():
            heard.setdefault("bare", now - bare_begun)
        if pages.fileno() in ready and list(pages.notifies(timeout=0)):
            heard.setdefault("ours", now - ours_begun)
    return Delivery(heard["bare"], heard["ours"])


class Bare:
    """A client that does nothing but IDLE."""

    def __init__(self, server: Dovecot) -> None:
        self.socket = socket.create_connection((server.host, server.port))

    def __enter__(self) -> Self:
        login = f'a LOGIN {BARE} "{SECRET}"\r\nb SELECT INBOX\r\nc IDLE\r\n'
        self.socket.sendall(login.encode())
        answer = b""
        while b"+ idling" not in answer:
            answer += self.socket.recv(4096)
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def hears(self) -> bool:
        """Whether what comes tells of a message."""
        return b"EXISTS" in self.socket.recv(4096)


if __name__ == "__main__":
    main()
