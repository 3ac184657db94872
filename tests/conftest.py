"""What every test may ask for: a real PostgreSQL, and places to keep things in.

One embedded PostgreSQL serves a whole run. It starts when the first test asks for it, so the many
tests that need none wait for none, and it ends with the run, also after Ctrl-C; what a killed run
left behind is ended by the next one.

- `db` (pytest-django): the test is a transaction that is rolled back. The usual choice.
- `transactional_db`: what the test writes is committed, and all tables are emptied afterwards.
  Needed wherever another connection must see it: LISTEN/NOTIFY, threads, another process.
- `database_url` is the address of that test database, for the environment of such a process.
- `own_database`: the address of a migrated database for this one test, for journeys that start
  Postroom's own processes and care for nothing else; Django in the test's process does not use it.
- `data_dir`: a data directory whose path is short and open enough for the embedded PostgreSQL.
- `finished_database`: puts a database into it, for tests that are not about its making.
- `alice`, `bob`, `charlie`: the cast. The functions of `cast` give them mailboxes and mail.
"""

import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import uuid4

import django
import psutil
import psycopg
import pytest
from django import conf
from django.apps import apps
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings
from psycopg import sql

import emptied
import migrated
import proved
import wire_words
from postroom.config import postgres
from postroom.config.secrets import ensure_key_file

if TYPE_CHECKING:
    from postroom.team.models import User

# Not pytest's own tmp_path: its parents are closed to others and its names too long for a socket.
PLACE = Path("/tmp").resolve()
PREFIX = "postroom-test"
# These rooms know nothing of Django, so their tests run without it.
WITHOUT_DJANGO = {"config", "confinement", "imap", "mime", "net", "providers"}
MADE_BETWEEN_LOOKS = 10_000
SESSION_DIR = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Say where the database will be, before pytest-django loads the settings."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # Also where the shell had Ctrl-C ignored, as it does for what runs in the background.
        signal.signal(number, signal.default_int_handler)
    _keep_compiled()
    _clear_remains()
    proved.prove_all()
    # How long an example takes is the machine's affair, which others use as well.
    patient = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
    settings.register_profile("same every time", derandomize=True, database=None, **patient)
    if os.environ.get("TEST_LONG") != "1":
        settings.load_profile("same every time")
    session_dir = config.stash[SESSION_DIR] = _make_short_dir()
    for name in [name for name in os.environ if name.startswith("POSTROOM_")]:
        del os.environ[name]
    os.environ |= {
        "POSTROOM_DATA_DIR": str(session_dir),
        # Databases of many tests share the folder; those about the register say where theirs is.
        "POSTROOM_ERASURES_FILE": "none",
        "POSTROOM_ALLOWED_MAIL_NETWORKS": "127.0.0.0/8, ::1/128",
        "POSTROOM_ALLOWED_MAIL_PORTS": "1024-65535",
        "DATABASE_URL": _address(session_dir, "postroom"),
    }
    ensure_key_file(session_dir / "secret.key")
    _listen_to_our_clients(session_dir)


def _keep_compiled() -> None:
    """Compile each file once, whatever the shell says: images for containers say never to keep it.

    Otherwise every worker rewrites all tests, and every process of ours compiles all it imports.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def _listen_to_our_clients(session_dir: Path) -> None:
    """Note what they say to mail servers, here and in every process of this run."""
    if wire_words.PLACE not in os.environ:  # Otherwise this is a worker of the run.
        (session_dir / "wire-words").mkdir()
        (session_dir / "wire-words").chmod(0o777)
        os.environ[wire_words.PLACE] = str(session_dir / "wire-words")
    paths = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    wire_words.listen()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Nothing is ever deleted on a mail server, or the run has failed."""
    if wire_words.DELETING & set(wire_words.said()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was said to mail servers, and which of it deletes."""
    said = wire_words.said()
    if deleting := wire_words.DELETING & set(said):
        terminalreporter.section("said to a mail server, and that deletes")
        terminalreporter.write_line(", ".join(f"{word}: {said[word]:,}" for word in deleting))
    if said:
        count, words = sum(said.values()), len(said)
        terminalreporter.write_line(
            f"Our clients said {count:,} commands to mail servers, of {words} kinds,"
            f" {sum(said[word] for word in deleting)} of which delete or expunge."
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: workers take each other's tests, but no half of one."""
    items.sort(key=lambda item: item.get_closest_marker("early") is None)


def pytest_collection_finish() -> None:
    """Look for garbage in what the tests make alone, and not among the seven thousand tests.

    A twelfth of what a worker computed was that look.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(MADE_BETWEEN_LOOKS, 10, 10)


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Set Django up before the first test module that may import it."""
    is_module = isinstance(collector, pytest.Module)
    if is_module and collector.path.parent.name not in WITHOUT_DJANGO and not apps.ready:
        os.environ["DJANGO_SETTINGS_MODULE"] = "postroom.config.settings"
        django.setup()
        # The real hash costs a third of a second a user. It is one for those of real processes.
        quick = "django.contrib.auth.hashers.MD5PasswordHasher"
        conf.settings.PASSWORD_HASHERS = [quick, *conf.settings.PASSWORD_HASHERS]


def pytest_runtest_setup() -> None:
    """Begin with nothing proved."""
    proved.known.forget()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind, whatever ended the run."""
    _remove(config.stash[SESSION_DIR])


@pytest.fixture
def alice(db: None) -> "User":
    """Alice owns the account."""
    return one_of_the_cast("Alice")


@pytest.fixture
def bob(db: None) -> "User":
    """Bob is shared with."""
    return one_of_the_cast("Bob")


@pytest.fixture
def charlie(db: None) -> "User":
    """Charlie must see nothing."""
    return one_of_the_cast("Charlie")


def one_of_the_cast(name: str) -> "User":
    """A user; models cannot be imported before Django is set up."""
    from cast import user

    return user(name)


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Path:
    """Return the data directory of the run's PostgreSQL, which runs."""
    session_dir = request.config.stash[SESSION_DIR]
    migrated.copy_to(session_dir, make_migrated)
    assert postgres.ensure_running(session_dir, throwaway=True) == os.environ["DATABASE_URL"]
    return session_dir


@pytest.fixture(scope="session")
def django_db_modify_db_settings(migrated_template: str) -> None:
    """Have PostgreSQL run before pytest-django makes its test database, which it copies."""
    connections["default"].settings_dict["TEST"]["TEMPLATE"] = migrated_template


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix() -> None:
    """Keep the name of the test database: each worker has a PostgreSQL of its own."""


@pytest.fixture(scope="session", autouse=True)
def emptied_after_all() -> None:
    """Have what a test committed taken away by a way that costs less than the test."""
    TransactionTestCase._fixture_teardown = lambda case: emptied.empty_all()  # type: ignore[attr-defined]


@pytest.fixture
def database_url(postgres_server: Path, transactional_db: None) -> str:
    """Return the address of the test database, for another process to use."""
    return _address(postgres_server, "test_postroom")


@pytest.fixture(scope="session")
def migrated_template(postgres_server: Path) -> str:
    """Return the name of a database with all tables and nothing in them."""
    return migrated.NAME


@pytest.fixture
def own_database(postgres_server: Path, migrated_template: str) -> Iterator[str]:
    """Yield the address of a migrated, empty database that is dropped after the test."""
    name = f"own_{uuid4().hex[:12]}"
    _run_sql(postgres_server, "CREATE DATABASE {} TEMPLATE {}", name, migrated_template)
    yield _address(postgres_server, name)
    _run_sql(postgres_server, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Yield an empty data directory; a PostgreSQL started in it is stopped afterwards."""
    folder = _make_short_dir()
    yield folder / "data"
    _remove(folder / "data")
    # A server that was killed a moment ago may still be taking its own files away.
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def finished_data_dir() -> Iterator[Path]:
    """Yield a data directory with a finished database in it that does not run."""
    folder = _make_short_dir()
    postgres.ensure_running(folder / "data")
    postgres.stop(folder / "data")
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture
def finished_database(data_dir: Path, finished_data_dir: Path) -> None:
    """Have a finished database in the data directory: a copy is there sooner than a new one."""
    subprocess.run(["cp", "-a", finished_data_dir, data_dir], check=True)


def _make_short_dir() -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}-{os.getpid()}-", dir=PLACE))
    folder.chmod(0o711)
    return folder


def _remove(data_dir: Path) -> None:
    if data_dir.is_dir():
        postgres.stop(data_dir)
        shutil.rmtree(data_dir, ignore_errors=True)


def _clear_remains() -> None:
    for folder in PLACE.glob(f"{PREFIX}-*-*"):
        pid = folder.name.split("-")[2]
        # Another run may clear the same remains at the same time.
        with suppress(FileNotFoundError):
            if folder.stat().st_uid == os.geteuid() and not psutil.pid_exists(int(pid)):
                _remove(folder / "data")
                _remove(folder)


def _address(data_dir: Path, database: str) -> str:
    folder = quote(str(data_dir / "postgres" / "run"), safe="")
    return f"postgresql://postroom@/{database}?host={folder}&port=5432"


def make_migrated() -> Path:
    """Leave a PostgreSQL with a migrated database in a data directory of its own."""
    folder = _make_short_dir()
    postgres.ensure_running(folder, throwaway=True)
    _run_sql(folder, "CREATE DATABASE {}", migrated.NAME)
    command = [sys.executable, "-m", "django", "migrate", "--verbosity=0"]
    environment = {"DATABASE_URL": _address(folder, migrated.NAME)}
    subprocess.run(command, check=True, env=os.environ | environment)
    postgres.stop(folder)
    return folder


def _run_sql(data_dir: Path, statement: str, *names: str) -> None:
    quoted = [sql.Identifier(name) for name in names]
    with psycopg.connect(_address(data_dir, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*quoted))
