"""What a page weighs on the wire, and when its first row is there over slow 3G, in Chromium.

    python -m bench.weight [--place FOLDER]

Of the crowd of `bench.search`, at 100,000 emails (made there unless FOLDER has it). Writes its
section of docs/benchmarks.md.
"""

import argparse
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, sync_playwright

from bench.ending import end_tidily
from bench.machine import conditions
from bench.page import table, write_section
from bench.search import fill, kept_at, set_up
from postroom.config import postgres
from web.browser import CHROMIUM, Site, serving

SIZE = 100_000
SLOW_3G = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 50_000,
    "uploadThroughput": 50_000,
}
A_WHILE = 65  # Seconds.
# Frames are drawn once the style sheets are there.
WHEN_DRAWN = """
const look = () => document.querySelector('.email-row')
  ? (window.drawnAt = performance.now()) : requestAnimationFrame(look);
requestAnimationFrame(look);
"""
SECTION = """## What a page weighs

Written by `python -m bench.weight`. Chromium over what it calls slow 3G (50 kB/s each way, 400 ms
to and fro), on a page of fifty emails: octets and requests on the wire, and seconds until the first
row is drawn; when somebody comes for the first time, and when they come again a while later.

{table}
{conditions}"""


def main() -> None:
    """Measure, print and write."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--place", type=Path)
    arguments = parser.parse_args()
    with kept_at(arguments.place) as place, site_of(place / str(SIZE)) as (site, cookie, pages):
        weights = weighed(site, cookie, pages)
    headings = ("page", "kB", "requests", "seconds", "again, kB", "requests", "seconds")
    rows = [(name, *first.figures, *again.figures) for name, (first, again) in weights.items()]
    text = SECTION.format(table=table(headings, rows), conditions=table(("", ""), conditions()))
    print(text)
    write_section("weight", text)


@dataclass
class Weight:
    """What went over the wire for a page, and when its first row was drawn."""

    octets: float = 0
    requests: int = 0
    seconds: float = 0
    _cached: set[str] = field(default_factory=set)

    @property
    def figures(self) -> tuple[str, str, str]:
        """As they are printed."""
        return f"{self.octets / 1000:.0f}", f"{self.requests}", f"{self.seconds:.1f}"

    def answered(self, event: dict[str, Any]) -> None:
        """Something came from the server, or lay in the browser."""
        if event["response"].get("fromDiskCache"):
            self._cached.add(event["requestId"])

    def finished(self, event: dict[str, Any]) -> None:
        """It is there."""
        if event["requestId"] not in self._cached:
            self.requests += 1
            self.octets += event["encodedDataLength"]


def weighed(site: Site, cookie: str, pages: dict[str, str]) -> dict[str, tuple[Weight, Weight]]:
    """Each page in a browser that knows nothing, and once more later."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        session = {"name": "sessionid", "value": cookie, "url": site.url}
        contexts = {name: browser.new_context(base_url=site.url) for name in pages}
        for context in contexts.values():
            context.add_cookies([session])  # type: ignore[list-item]
            context.add_init_script(WHEN_DRAWN)
        first = {name: visit(contexts[name], path) for name, path in pages.items()}
        time.sleep(A_WHILE)
        again = {name: visit(contexts[name], path) for name, path in pages.items()}
        browser.close()
    return {name: (first[name], again[name]) for name in pages}


def visit(context: BrowserContext, path: str) -> Weight:
    """One visit over slow 3G."""
    page, weight = context.new_page(), Weight()
    wire = context.new_cdp_session(page)
    wire.on("Network.responseReceived", weight.answered)
    wire.on("Network.loadingFinished", weight.finished)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", SLOW_3G)
    page.goto(path, wait_until="load", timeout=120_000)
    page.wait_for_function("window.drawnAt", timeout=60_000)
    weight.seconds = page.evaluate("window.drawnAt") / 1000
    page.wait_for_timeout(3_000)
    page.close()
    return weight


@contextmanager
def site_of(home: Path) -> Iterator[tuple[Site, str, dict[str, str]]]:
    """The pages of somebody who sees much, served as `postroom web` serves them."""
    with postgres.running(home) as url:
        set_up(home, url)
        if not (home / "filled").exists():
            fill(url, SIZE)
            (home / "filled").touch()
        from bench.crowd_pages import one_of_much_mail, viewers, vocabulary
        from postroom.team.models import User

        User.objects.update(salesinbox_on=True)
        pages = {
            "related list": f"/people/{one_of_much_mail().pk}/",
            "inbox": "/inbox/?column=people",
            "search": f"/search/?q={vocabulary()[0]}",
        }
        with serving(url, home) as site:
            yield site, site.cookie_of(viewers()["one mailbox"]), pages


if __name__ == "__main__":
    main()
