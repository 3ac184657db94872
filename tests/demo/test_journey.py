"""`postroom demo` from the first start to the last trace of it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import psutil
import pytest

from postroom.cli.demo.folder import MARKER
from postroom.cli.demo.mailbox import PASSWORD
from postroom.cli.demo.ports import find_free_port

DEMO = (sys.executable, "-m", "postroom.cli", "demo")
WEB_PORT = 18025


@dataclass
class Running:
    """A demo that has said its welcome."""

    process: psutil.Popen
    url: str
    said: str

    @property
    def seconds(self) -> float:
        """How long it said it took."""
        return float(re.findall(r"ready after ([\d.]+) s", self.said)[0])

    def programs(self) -> list[psutil.Process]:
        """Mail server, web and engine, which must not outlive it."""
        children = self.process.children(recursive=True)
        return [child for child in children if "postroom.cli" in " ".join(child.cmdline())]


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[Running]:
    port = find_free_port(WEB_PORT)
    words = [*DEMO, "--dir", str(folder), "--port", str(port), *options]
    with psutil.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield Running(process, f"http://127.0.0.1:{port}", read_welcome(process))
        finally:
            with suppress(psutil.NoSuchProcess):
                process.kill()


def read_welcome(process: psutil.Popen) -> str:
    said = ""
    for line in process.stdout:
        said += str(line)
        if "Ctrl-C ends all of it" in line:
            return said
    pytest.fail(f"no welcome:\n{said}")


def visit_as(who: str, url: str, path: str) -> str:
    """A page as that user sees it; the sign-in has a token against forged requests."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    page = browser.open(f"{url}/accounts/login/?next={path}").read().decode()
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]
    form = {"login": who, "password": PASSWORD, "csrfmiddlewaretoken": token, "next": path}
    request = Request(f"{url}/accounts/login/", urlencode(form).encode(), {"Referer": url})
    return str(browser.open(request).read().decode())


def all_gone(programs: list[psutil.Process], seconds: float) -> bool:
    _, alive = psutil.wait_procs(programs, timeout=seconds)
    return not alive


@pytest.mark.early
@pytest.mark.timeout(240)
def test_a_newcomer_sees_it_ends_it_and_comes_back(data_dir: Path) -> None:
    with demo(data_dir, "--no-live") as first:
        print(f"first start: pages after {first.seconds} s")
        contacts = visit_as("tom@petrel.example", first.url, "/contacts/")
        assert "Aoi Nakamura" in contacts
        people = re.findall(r'href="(/people/\d+/)"', contacts)
        assert len(set(people)) == 10
        page = visit_as("tom@petrel.example", first.url, people[0])
        assert "Our label on the dial" in page
        programs = first.programs()
        assert len(programs) == 3
        first.process.send_signal(signal.SIGINT)
        assert first.process.wait(40) == 0
        assert all_gone(programs, 0)
        assert not (data_dir / "postgres" / "cluster" / "postmaster.pid").exists()

    with demo(data_dir, "--no-live") as second:
        print(f"second start: pages after {second.seconds} s")
        assert "Syncing" not in second.said
        assert "Aoi Nakamura" in visit_as("tom@petrel.example", second.url, "/contacts/")
        programs = second.programs()
        assert len(programs) == 3
        second.process.kill()
        assert all_gone(programs, 5), "a killed demo left programs behind"

    assert (data_dir / MARKER).exists()
    forgotten = run("--reset", "--dir", str(data_dir))
    assert forgotten.stdout == f"{data_dir} is forgotten.\n"
    assert not data_dir.exists()
    # The promise is about Postroom, not about what else a machine has to do.
    assert first.seconds < 60 or os.getloadavg()[0] > 2 * (os.cpu_count() or 1)
    assert second.seconds < 30


def test_it_never_starts_in_a_folder_that_is_not_a_demo(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "secret.key").write_text("the only copy")
    for option in ("--once", "--reset"):
        refused = run(option, "--dir", str(data_dir))
        assert refused.returncode == 1
        assert "is not a demo folder" in refused.stderr
    assert [path.name for path in data_dir.iterdir()] == ["secret.key"]


def run(*options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*DEMO, *options], capture_output=True, text=True, timeout=120)
