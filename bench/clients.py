"""The clients that bring a whole mailbox: Postroom in two modes, mbsync, and the wire alone."""

import compileall
import itertools
import json
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from bench.mailbox import SECRET, USER, Mailbox, folder_names
from bench.people_pages import PeoplePages
from journeys.installation import POSTROOM, Installation
from journeys.people_in_mail import write_csv
from postroom.config import postgres
from postroom.config.postgres_conf import ROLE, SUPERUSER
from postroom.mime import HEADER_FIELDS
from servers.dovecot import Dovecot

MBSYNC = """
FSync {fsync}

IMAPAccount bench
Host {host}
Port {port}
User {user}
Pass {secret}
SSLType None
AuthMechs PLAIN

IMAPStore remote
Account bench

MaildirStore local
Path {folder}/
Inbox {folder}/INBOX
SubFolders Verbatim

Channel all
Far :remote:
Near :local:
Patterns *
Create Near
Sync Pull
SyncState *
"""
HERE = Path(__file__).parents[1]
NOTMUCH = "mbsync, then notmuch new"
LOOKED_EVERY, WEIGHED_EVERY = 0.005, 50  # Seconds; and looks: to weigh costs 5 ms of a processor.
NOT_SEARCHABLE = """
SELECT count(*), (SELECT count(*) FROM archive_searchdue) FROM archive_email
 WHERE id NOT IN (SELECT email_id FROM archive_searchentry)
"""
SYNC = [*POSTROOM, "sync", USER, "--once", "--json"]
INDEX = [sys.executable, "-m", "bench.due"]


@dataclass(frozen=True, slots=True)
class Run:
    """What bringing a mailbox once took. `inside` is the program's own measure, if it gives one.

    `begun` is a moment, `pages` the seconds until every known person's page was complete, and
    `searchable` those until all of it was in the index of words, if there is one.
    `database_seconds` are PostgreSQL's of the processor, for bringing it.
    """

    seconds: float
    inside: float | None
    cpu_seconds: float
    mebibytes: float
    messages: int
    bodies: int
    begun: float = 0.0
    pages: float | None = None
    searchable: float | None = None
    database_seconds: float | None = None


def measure(command: list[str], environment: Mapping[str, str], output: Path) -> Run:
    """Run a program to its end; its children count, servers do not."""
    peak = 0.0
    with output.open("w") as target:
        begun = time.perf_counter()
        process = psutil.Popen(command, env=dict(environment), stdout=target)
        for look in itertools.count():
            if (ended := os.wait4(process.pid, os.WNOHANG))[0]:
                break
            if look % WEIGHED_EVERY == 0:
                peak = max(peak, mebibytes(process))
            time.sleep(LOOKED_EVERY)
        seconds = time.perf_counter() - begun
    _, status, usage = ended
    assert os.waitstatus_to_exitcode(status) == 0, command
    return Run(seconds, None, usage.ru_utime + usage.ru_stime, peak, 0, 0, begun)


def mebibytes(process: psutil.Process) -> float:
    """What a program and its children hold; the kernel's own peak counts whoever forked them."""
    held = 0
    with suppress(psutil.NoSuchProcess):
        for one in [process, *process.children(recursive=True)]:
            held += one.memory_info().rss
    return held / 2**20


def as_installed() -> dict[str, str]:
    """What lets Python load Postroom as `pip` leaves it: compiled, and without what tests add."""
    compileall.compile_dir(HERE / "src", quiet=2)
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPATH": f"{HERE / 'src'}{os.pathsep}{HERE}"}


class PostroomClient:
    """`postroom sync --once` into an embedded PostgreSQL that runs already."""

    def __init__(self, place: Path, server: Dovecot, mailbox: Mailbox) -> None:
        self._place = place
        self._url = postgres.ensure_running(place / "data")
        self._settings = {
            "POSTROOM_DATA_DIR": str(place / "data"),
            "POSTROOM_ALLOWED_MAIL_NETWORKS": "127.0.0.0/8",
            "POSTROOM_ALLOWED_MAIL_PORTS": "1024-65535",
            **as_installed(),
        }
        self._prepare(server, mailbox)

    def _prepare(self, server: Dovecot, mailbox: Mailbox) -> None:
        people = self._place / "people.csv"
        write_csv(people, mailbox.people)
        self._copy("postgres", "template0", "prepared")
        prepared = Installation(self._address("prepared"), self._settings)
        prepared.run("user", "add", USER, "--password-stdin", stdin="correct horse battery")
        prepared.run("people", "import", str(people))
        where = ("--imap-host", server.host, "--imap-port", str(server.port))
        words = (*where, "--imap-security", "none", "--owner", USER, "--password-stdin")
        prepared.run("account", "add", USER, *words, stdin=SECRET)

    def run(self, storage: str) -> Run:
        """Bring everything into a database that knows the people and no mail."""
        output = self._place / "output.json"
        with self.prepared(storage) as target, closing(self._watched()) as people:
            before = self._database_seconds()
            with people:
                run = measure(SYNC, target.environment, output)
            database_seconds = self._database_seconds() - before
            pages = people.complete_at() - run.begun
            result = json.loads(output.read_text())
            searchable = run.seconds
            if not self._is_searchable(target):
                searchable += measure(INDEX, target.environment, output).seconds
                assert self._is_searchable(target)
        assert not any(folder["missing"] for folder in result["folders"])
        messages, bodies = result["messages"], result["bodies"]
        inside = result["seconds"]
        return replace(
            run,
            inside=inside,
            messages=messages,
            bodies=bodies,
            pages=pages,
            searchable=searchable,
            database_seconds=database_seconds,
        )

    @staticmethod
    def _is_searchable(target: Installation) -> bool:
        """Whether the words of every email are in the index, and nothing is on the list."""
        with psycopg.connect(target.database_url) as asked:
            return asked.execute(NOT_SEARCHABLE).fetchone() == (0, 0)

    def _database_seconds(self) -> float:
        """What PostgreSQL took of the processor so far; of who ended, its parent knows."""
        pid = (self._place / "data" / "postgres" / "cluster" / "postmaster.pid").read_text()
        postmaster = psutil.Process(int(pid.split()[0]))
        taken = sum(postmaster.cpu_times()[:4])
        for one in postmaster.children():
            with suppress(psutil.NoSuchProcess):
                taken += sum(one.cpu_times()[:2])
        return taken

    def _watched(self) -> PeoplePages:
        return PeoplePages(make_conninfo(self._address("measured"), user=SUPERUSER))

    @contextmanager
    def prepared(self, storage: str) -> Iterator[Installation]:
        """A database that knows the people and no mail, for as long as the block lasts."""
        self._copy("postgres", "prepared", "measured")
        self._say("measured", "UPDATE accounts_emailaccount SET storage = {}", storage)
        self._say("postgres", "CHECKPOINT")
        yield Installation(self._address("measured"), self._settings)
        self._say("postgres", "DROP DATABASE measured WITH (FORCE)")

    def _copy(self, through: str, template: str, name: str) -> None:
        self._say(through, f"CREATE DATABASE {name} TEMPLATE {template} OWNER {ROLE}")

    def _say(self, database: str, statement: str, *literals: str) -> None:
        address = make_conninfo(self._address(database), user=SUPERUSER)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Literal, literals)))

    def _address(self, database: str) -> str:
        return self._url.replace("@/postroom", f"@/{database}")


class MbsyncClient:
    """`mbsync` pulling all folders into an empty Maildir."""

    def __init__(self, place: Path, server: Dovecot) -> None:
        self._place = place
        self._server = server

    def run(self, fsync: str) -> Run:
        """Bring everything into a Maildir that is not there yet."""
        folder, configuration = self._place / "maildir", self._place / "mbsyncrc"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        configuration.write_text(
            MBSYNC.format(
                host=self._server.host,
                port=self._server.port,
                user=USER,
                secret=SECRET,
                folder=folder,
                fsync=fsync,
            )
        )
        command = ["mbsync", "--quiet", "--config", str(configuration), "all"]
        run = measure(command, os.environ, self._place / "output")
        brought = sum(1 for path in folder.rglob("*") if path.parent.name in {"cur", "new"})
        return replace(run, messages=brought, bodies=brought)


class NotmuchClient:
    """`mbsync` as it comes and then `notmuch new`, which makes its mail searchable."""

    def __init__(self, mbsync: MbsyncClient, place: Path) -> None:
        self._mbsync = mbsync
        self._place = place

    def run(self) -> Run:
        """Bring everything, then index it."""
        brought = self._mbsync.run("yes")
        folder, configuration = self._place / "maildir", self._place / "notmuch-config"
        configuration.write_text(f"[database]\npath={folder}\n[new]\ntags=new\n")
        environment = {**os.environ, "NOTMUCH_CONFIG": str(configuration)}
        indexed = measure(["notmuch", "new", "--quiet"], environment, self._place / "output")
        return replace(
            brought,
            seconds=brought.seconds + indexed.seconds,
            searchable=brought.seconds + indexed.seconds,
            cpu_seconds=brought.cpu_seconds + indexed.cpu_seconds,
            mebibytes=max(brought.mebibytes, indexed.mebibytes),
        )


class RawSocket:
    """A socket that asks for everything at once and throws it away, folder by folder."""

    def __init__(self, server: Dovecot, mailbox: Mailbox) -> None:
        self._server = server
        self._mailbox = mailbox

    def run(self, items: str) -> Run:
        """Drain all folders; the wire's own limit."""
        before, begun = time.process_time(), time.perf_counter()
        with socket.create_connection((self._server.host, self._server.port)) as connection:
            connection.recv(4096)
            self._ask(connection, f"LOGIN {USER} {SECRET}")
            for folder in folder_names(self._server):
                self._ask(connection, f'EXAMINE "{folder}"')
                self._ask(connection, f"UID FETCH 1:* ({items})")
        seconds = time.perf_counter() - begun
        bodies = self._mailbox.messages if "BODY.PEEK[]" in items else 0
        cpu = time.process_time() - before
        return Run(seconds, None, cpu, 0, self._mailbox.messages, bodies)

    @staticmethod
    def _ask(connection: socket.socket, command: str) -> None:
        connection.sendall(f"t {command}\r\n".encode())
        tail = b"\n"
        buffer = bytearray(256 * 1024)
        while b"\nt OK" not in tail:
            got = connection.recv_into(buffer)
            assert got, "the server hung up"
            tail = tail[-16:] + buffer[max(0, got - 4096) : got]


ENVELOPES = (
    f"UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS ({' '.join(HEADER_FIELDS)})]"
)
WHOLE = "UID FLAGS INTERNALDATE BODY.PEEK[]"


def clients(place: Path, server: Dovecot, mailbox: Mailbox) -> dict[str, Callable[[], Run]]:
    """Every client, ready to run; mbsync as it comes first, for the others are held to it."""
    postroom, mbsync = PostroomClient(place, server, mailbox), MbsyncClient(place, server)
    notmuch, raw = NotmuchClient(mbsync, place), RawSocket(server, mailbox)
    found: dict[str, Callable[[], Run]] = {
        "mbsync, FSync yes (as it comes)": lambda: mbsync.run("yes"),
        "mbsync, FSync no": lambda: mbsync.run("no"),
        NOTMUCH: notmuch.run,
        "Postroom, matched (a tenth known)": lambda: postroom.run("matched"),
        "Postroom, everything": lambda: postroom.run("everything"),
        "raw socket, envelopes": lambda: raw.run(ENVELOPES),
        "raw socket, whole messages": lambda: raw.run(WHOLE),
    }
    if not shutil.which("notmuch"):
        print("notmuch is not here (Debian: apt-get install notmuch); its row is left out")
        del found[NOTMUCH]
    return found
