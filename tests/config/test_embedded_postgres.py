"""A life of the embedded PostgreSQL: made, found again, killed, recovered, stopped."""

import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from postroom.config import postgres

HOLD = """
import sys, time
from pathlib import Path
from postroom.config import postgres
with postgres.running(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


def postmaster(data_dir: Path) -> psutil.Process:
    pid_file = data_dir / "postgres" / "cluster" / "postmaster.pid"
    return psutil.Process(int(pid_file.read_text().splitlines()[0]))


def serves(process: psutil.Process, data_dir: Path) -> bool:
    """Whether this is the PostgreSQL of the folder; processes of others come and go meanwhile."""
    with suppress(psutil.Error):
        is_postgres = process.name() == "postgres" and "-D" in process.cmdline()
        return is_postgres and str(data_dir) in (process.cwd() or "")
    return False


def kill(*processes: psutil.Process) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    wait_until_gone(*processes)


def wait_until_gone(*processes: psutil.Process) -> None:
    """PostgreSQL takes its file of the process away a moment before the process ends."""
    while not all(is_gone(process) for process in processes):
        time.sleep(0.01)


def is_gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def count(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def write(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (x int)")
        connection.execute("INSERT INTO kept VALUES (1)")


@contextmanager
def holder(data_dir: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Another process that uses the server of the data directory until its input ends."""
    command = [sys.executable, "-c", HOLD, str(data_dir)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
        process.kill()


@pytest.fixture
def url(data_dir: Path, finished_database: None) -> str:
    return postgres.ensure_running(data_dir)


def test_it_makes_the_database_and_lends_no_power(data_dir: Path) -> None:
    url = postgres.ensure_running(data_dir)
    assert postgres.is_running(data_dir)
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT current_database(), rolname, rolsuper OR rolcreatedb OR rolcreaterole,"
            " current_setting('fsync'), current_setting('jit'), current_setting('max_connections'),"
            " current_setting('listen_addresses'), current_setting('unix_socket_permissions')"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == ("postroom", "postroom", False, "on", "off", "200", "", "0700")


def test_the_app_may_create_its_extensions_and_search_in_any_script(url: str) -> None:
    with psycopg.connect(url) as connection:
        for extension in ("pg_trgm", "unaccent", "citext"):
            connection.execute(f"CREATE EXTENSION {extension}")
        row = connection.execute(
            "SELECT lower('ПРИВЕТ Ünal'), unaccent('Ünal'), 'Alice'::citext = 'aLICE',"
            " cardinality(show_trgm('Привет')), to_tsvector('simple', 'Привет') @@ 'привет'"
        ).fetchone()
    assert row == ("привет ünal", "Unal", True, 7, True)


def test_only_tests_may_forgo_safety(data_dir: Path) -> None:
    url = postgres.ensure_running(data_dir, throwaway=True)
    with psycopg.connect(url, autocommit=True) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("off",)
        connection.execute("CREATE DATABASE another")


def test_it_is_found_again_and_kept_over_a_stop(data_dir: Path, url: str) -> None:
    first = postmaster(data_dir)
    write(url)
    assert postgres.ensure_running(data_dir) == url
    assert postmaster(data_dir) == first
    postgres.stop(data_dir)
    postgres.stop(data_dir)
    assert not postgres.is_running(data_dir)
    wait_until_gone(first)
    assert postgres.ensure_running(data_dir) == url
    assert count(url) == 1


def test_processes_that_start_at_once_share_one_server(data_dir: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        urls = pool.map(postgres.ensure_running, [data_dir] * 4)
    assert len(set(urls)) == 1
    servers = [each for each in psutil.process_iter() if serves(each, data_dir)]
    assert servers == [postmaster(data_dir)]


@pytest.mark.usefixtures("finished_database")
def test_it_survives_the_kill_of_the_app(data_dir: Path) -> None:
    with holder(data_dir) as (app, url):
        write(url)
        server = postmaster(data_dir)
        app.kill()
        app.wait()
    assert postgres.ensure_running(data_dir) == url
    assert postmaster(data_dir) == server
    assert count(url) == 1


def test_it_recovers_from_the_kill_of_the_server_amid_work(data_dir: Path, url: str) -> None:
    write(url)
    unfinished = psycopg.connect(url)
    unfinished.execute("INSERT INTO kept VALUES (2)")
    # A backend that does not notice: it keeps the shared memory, beside which none can start.
    busy = subprocess.Popen(
        [postgres.binaries() / "psql", url, "-c", "DO $$ BEGIN LOOP END LOOP; END $$"],
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 10
    while not any("DO" in " ".join(p.cmdline()) for p in postmaster(data_dir).children()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    orphans = postmaster(data_dir).children()
    kill(postmaster(data_dir))
    assert not postgres.is_running(data_dir)
    assert not all(is_gone(orphan) for orphan in orphans)
    assert postgres.ensure_running(data_dir) == url
    assert count(url) == 1
    assert all(is_gone(orphan) for orphan in orphans)
    unfinished.close()
    busy.wait(timeout=10)


def test_it_survives_twenty_kills_at_any_moment(data_dir: Path) -> None:
    """Killed with all its processes after 0 to 1.9 s, so also while it is made and recovers."""
    written = 0
    for turn in range(20):
        app = subprocess.Popen([sys.executable, "-c", HOLD, data_dir], stdin=subprocess.PIPE)
        time.sleep(turn * 0.1 if turn < 10 else turn * 0.02)
        app.kill()
        app.wait()
        # One that was just forked still has its parent's name, and its own a moment later.
        while left := [p for p in psutil.process_iter() if is_of(data_dir, p)]:
            kill(*left)
        if turn % 4 == 3:
            write(postgres.ensure_running(data_dir))
            written += 1
    assert count(postgres.ensure_running(data_dir)) == written == 5
    print("20 kills, 5 of 5 committed rows kept")


def is_of(data_dir: Path, process: psutil.Process) -> bool:
    try:
        if str(data_dir) in " ".join(process.cmdline()):
            return True
        is_server = process.name() in ("postgres", "initdb", "pg_ctl")
        return is_server and process.cwd().startswith(str(data_dir))
    except psutil.Error:
        return False


def test_a_number_that_is_now_a_strangers_does_not_stop_the_start(data_dir: Path, url: str) -> None:
    owner = (data_dir / "postgres" / "cluster").stat()
    pid_file = data_dir / "postgres" / "cluster" / "postmaster.pid"
    left_behind = pid_file.read_text()
    postgres.stop(data_dir)
    as_owner = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
    stranger = subprocess.Popen(["sleep", "60"], **as_owner)
    try:
        for file in (pid_file, data_dir / "postgres" / "run" / ".s.PGSQL.5432.lock"):
            file.write_text("\n".join([str(stranger.pid), *left_behind.splitlines()[1:]]) + "\n")
            os.chown(file, owner.st_uid, owner.st_gid)
        # The control: PostgreSQL alone would not start.
        alone = subprocess.run(
            [postgres.binaries() / "postgres", "-D", pid_file.parent, "-k", "", "-h", ""],
            cwd="/",
            capture_output=True,
            text=True,
            timeout=30,
            **as_owner,
        )
        assert 'lock file "postmaster.pid" already exists' in alone.stderr
        assert not postgres.is_running(data_dir)
        assert postgres.ensure_running(data_dir) == url
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_path_too_long_for_a_socket_gets_a_short_folder(data_dir: Path) -> None:
    deep = data_dir.parent / ("long " * 20) / ("er" * 40)
    deep.parent.mkdir(mode=0o711)
    try:
        url = postgres.ensure_running(deep)
        link = deep / "postgres" / "run"
        short = link.readlink()
        assert len(str(short / ".s.PGSQL.5432")) <= 107 < len(str(link / ".s.PGSQL.5432"))
        assert short.stat().st_mode & 0o777 == 0o700
        write(url)
        kill(postmaster(deep))
        assert postgres.ensure_running(deep) == url
        assert count(url) == 1
        postgres.stop(deep)
        assert not short.exists()
    finally:
        postgres.stop(deep)


def test_a_short_folder_that_was_swept_away_is_made_anew(data_dir: Path) -> None:
    deep = data_dir.parent / ("x" * 120)
    try:
        postgres.ensure_running(deep)
        kill(postmaster(deep))
        link = deep / "postgres" / "run"
        shutil.rmtree(link.readlink())
        # Somebody else took the name and opened the folder for themselves.
        link.readlink().mkdir(mode=0o755)
        squatted = link.readlink()
        write(postgres.ensure_running(deep))
        assert link.readlink() != squatted
        squatted.rmdir()
    finally:
        postgres.stop(deep)


def test_a_folder_may_have_a_human_name(data_dir: Path) -> None:
    odd = data_dir.parent / "Zoë's mail (50% & more); #1"
    try:
        write(postgres.ensure_running(odd))
        kill(postmaster(odd))
        assert count(postgres.ensure_running(odd)) == 1
    finally:
        postgres.stop(odd)


@pytest.mark.parametrize("name", ["comma,", 'double"', "$(touch x)", "`touch x`", "back\\", "a\nb"])
def test_a_name_that_a_shell_would_read_is_refused(data_dir: Path, name: str) -> None:
    with pytest.raises(postgres.EmbeddedDatabaseRefused, match="has a character"):
        postgres.ensure_running(data_dir.parent / name)
    assert list(data_dir.parent.iterdir()) == []


def test_a_database_of_another_major_version_is_refused_untouched(data_dir: Path, url: str) -> None:
    postgres.stop(data_dir)
    mark = data_dir / "postgres" / "cluster" / "PG_VERSION"
    mark.write_text("17\n")
    with pytest.raises(postgres.EmbeddedDatabaseRefused, match="written by PostgreSQL 17"):
        postgres.ensure_running(data_dir)
    assert not postgres.is_running(data_dir)
    mark.write_text("18\n")
    assert postgres.ensure_running(data_dir) == url


def test_a_server_that_cannot_start_says_why(data_dir: Path, url: str) -> None:
    postgres.stop(data_dir)
    control = data_dir / "postgres" / "cluster" / "global" / "pg_control"
    whole = control.read_bytes()
    control.write_bytes(b"\0" * len(whole))
    with pytest.raises(postgres.EmbeddedDatabaseRefused, match=r"did not start[^\0]*FATAL|PANIC"):
        postgres.ensure_running(data_dir)
    control.write_bytes(whole)
    assert postgres.ensure_running(data_dir) == url


@pytest.mark.usefixtures("finished_database")
def test_the_last_user_stops_the_server(data_dir: Path) -> None:
    with postgres.running(data_dir):
        with holder(data_dir) as (other, _):
            assert other.stdin is not None
            other.stdin.close()
            other.wait()
        assert postgres.is_running(data_dir)
    assert not postgres.is_running(data_dir)


@pytest.mark.usefixtures("finished_database")
def test_the_first_to_leave_stops_nothing_and_the_killed_do_not_count(data_dir: Path) -> None:
    with holder(data_dir) as (other, url):
        with postgres.running(data_dir) as same:
            assert same == url
        assert postgres.is_running(data_dir)
        other.kill()
        other.wait()
        with postgres.running(data_dir):
            pass
        assert not postgres.is_running(data_dir)


@pytest.mark.usefixtures("finished_database")
def test_an_error_inside_still_stops_the_server(data_dir: Path) -> None:
    with pytest.raises(KeyboardInterrupt), postgres.running(data_dir):
        raise KeyboardInterrupt
    assert not postgres.is_running(data_dir)


def test_the_log_keeps_no_mail(data_dir: Path, url: str) -> None:
    def provoke(secret: str, setting: str) -> None:
        superuser = url.replace("postroom@/postroom", "postgres@/postgres")
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute(setting)
            connection.execute("CREATE TEMP TABLE t (x text PRIMARY KEY)")
            connection.execute(f"INSERT INTO t VALUES ('{secret}')")
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute(f"INSERT INTO t VALUES ('{secret}')")

    def log_with(complaints: int) -> str:
        """The log is written by another process, a moment later."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            logs = (data_dir / "postgres" / "log").glob("postgresql-*.log")
            text = "".join(log.read_text() for log in logs)
            if text.count("duplicate key") == complaints and text.endswith("\n"):
                return text
            time.sleep(0.05)
        raise AssertionError(text)

    provoke("kept-silent", "SELECT 1")
    log_with(complaints=1)
    # The control: as PostgreSQL comes, the same error tells, in lines after the complaint.
    provoke("told", "SET log_error_verbosity = default; SET log_min_error_statement = error")
    provoke("last", "SELECT 1")
    log = log_with(complaints=3)
    assert "told" in log
    assert "kept-silent" not in log
    assert "last" not in log
