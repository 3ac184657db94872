"""A real Chromium in front of a real server on the test database.

`site` is uvicorn with Postroom's own ASGI application in a process of its own; whatever a test
commits, it sees. `browser` lives as long as a module: Playwright keeps an event loop running in
the thread, which tests with loops of their own must not meet.
"""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from socket import socket
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client, override_settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from postroom.config.secrets import django_secret_key, ensure_key_file, read_keys

if TYPE_CHECKING:
    from postroom.team.models import User

# Chromium without a window of its own, in three quarters of the processor time.
CHROMIUM = "/usr/bin/chromium-headless-shell"
SIGN_IN = "postroom.web.door.known.KnownUsers"
WIDTHS = {360: 760, 768: 1024, 1440: 900}
Scheme = Literal["light", "dark"]
AXE = Axe().axe_script + ";0"  # Or else what it made comes back.
VIOLATIONS = """
axe.run({iframes: false, resultTypes: ["violations"]}).then((found) => found.violations)
"""
SCHEMES: tuple[Scheme, Scheme] = ("light", "dark")

# Playwright's loop runs in this thread; the database is asked between its calls, not in them.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# How long a page may take on a machine with other work; what judges a time measures it itself.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True, slots=True)
class Site:
    """A running web server."""

    url: str
    secret_key: str
    log: Path

    def cookie_of(self, user: "User") -> str:
        """A session for the user, as signing in gives one."""
        client = Client()
        with override_settings(SECRET_KEY=self.secret_key):
            client.force_login(user, backend=SIGN_IN)
        return client.cookies["sessionid"].value


UVICORN = ("uvicorn", "postroom.config.asgi:application", "--log-level", "warning")
UVICORN += ("--timeout-graceful-shutdown", "1", "--port")


@contextmanager
def serving(
    database_url: str,
    place: Path,
    program: Sequence[str] = UVICORN,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Site]:
    """Run the web server on a free port until the block ends."""
    keys = place / "secret.key"
    ensure_key_file(keys)
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", *program, str(port)]
    settings = {
        "DATABASE_URL": database_url,
        "POSTROOM_URL": url,
        "POSTROOM_SECRET_KEY_FILE": str(keys),
        **more,
    }
    log = place / "web.log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, env=os.environ | settings, stdout=output, stderr=output)
        try:
            wait_for(lambda: answers(f"{url}/healthz"), 150)
            yield Site(url, django_secret_key(read_keys(keys)), log)
        finally:
            server.terminate()
            server.wait(60)


@pytest.fixture(scope="session")
def site(
    django_db_setup: None, postgres_server: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Yield the web server of this run, on the test database."""
    with serving(database_of_tests(), tmp_path_factory.mktemp("site")) as site:
        yield site


def database_of_tests() -> str:
    """The address of the test database, as another process reaches it."""
    return os.environ["DATABASE_URL"].replace("/postroom?", "/test_postroom?")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield Chromium."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


Visit = Callable[..., Page]
Touch = Callable[..., None]

# Playwright acts as soon as an element is there; a person, when the page has loaded and listens.
TOUCHES = ("check", "click", "fill", "press", "press_sequentially", "select_option", "uncheck")


def page_of(locator: Locator, *_: object) -> Page:
    """The page on which something is touched."""
    return locator.page


def once_loaded(find_page: Callable[..., Page], touch: Touch) -> Touch:
    """The same, when the scripts that stand in the page's head have run."""

    @wraps(touch)
    def wait_then_touch(*args: object, **options: object) -> object:
        find_page(*args).wait_for_load_state("domcontentloaded")
        return touch(*args, **options)

    return wait_then_touch


for name in TOUCHES:
    setattr(Locator, name, once_loaded(page_of, getattr(Locator, name)))


def with_patient_keys(page: Page) -> Page:
    """The page, whose keys wait for it as well."""
    for name in ("press", "type"):
        setattr(page.keyboard, name, once_loaded(lambda *_: page, getattr(page.keyboard, name)))
    return page


@pytest.fixture
def visit(site: Site, browser: Browser, transactional_db: None) -> Iterator[Visit]:
    """Open pages as a user: `visit(alice, "/leads/", width=360, scheme="dark")`."""
    contexts: list[BrowserContext] = []

    def open_page(
        user: "User | None", path: str, *, width: int = 1440, scheme: Scheme = "light"
    ) -> Page:
        context = browser.new_context(
            base_url=site.url,
            viewport={"width": width, "height": WIDTHS.get(width, 900)},
            color_scheme=scheme,
            timezone_id="Europe/Berlin",
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        # Known as from an earlier visit: a first one asks for its page twice, for the times on it.
        zone = {"name": "time_zone", "value": "Europe/Berlin", "url": site.url}
        context.add_cookies([zone])  # type: ignore[list-item]
        if user:
            cookie = {"name": "sessionid", "value": site.cookie_of(user), "url": site.url}
            context.add_cookies([cookie])
        page = with_patient_keys(context.new_page())
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def axe_violations(page: Page) -> list[str]:
    """What axe finds wrong with the page, one line each.

    Only that leaves the browser: all that is right takes longer to hand over than to find.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(VIOLATIONS)
    return [f"{v['id']}: {node['html'][:200]}" for v in found for node in v["nodes"]]


def free_port() -> int:
    """A port nobody listens on."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Whether the URL answers at all."""
    try:
        urllib.request.urlopen(url, timeout=2)
    except OSError:
        return False
    return True


def wait_for(is_done: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until it is so; fails when it is not so in time."""
    end = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
