"""Whoever an attack would report to: a server that writes down who asked it for what.

It serves the control pages too. Every attack has a host name of its own below `localhost`, which
browsers lead to this machine by themselves; which names a browser looked up stands in its own log.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, Playwright

from web.browser import CHROMIUM

Document = tuple[str, Mapping[str, str]]


@dataclass(slots=True)
class Recorder:
    """What is served at which path, and what was asked of any other host: name, verb, path."""

    port: int
    documents: dict[str, Document] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the control pages are."""
        return f"http://127.0.0.1:{self.port}"

    def host(self, name: str) -> str:
        """A host of an attack's own."""
        return f"{name}.localhost:{self.port}"

    @property
    def hosts(self) -> set[str]:
        """Which attacks' hosts were asked for anything."""
        return {host for host, _, _ in self.asked}


@contextmanager
def recording() -> Iterator[Recorder]:
    """Listen until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers.get("Host", "").partition(":")[0]
            if host.endswith(".localhost"):
                recorder.asked.append((host.partition(".")[0], self.command, self.path))
            body, headers = recorder.documents.get(self.path, ("", {}))
            self.send_response(200 if self.path in recorder.documents else 404)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - the standard library's names

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    recorder = Recorder(server.server_port)
    Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    try:
        yield recorder
    finally:
        server.shutdown()
        server.server_close()


def launched(playwright: Playwright, log: Path) -> Browser:
    """A Chromium that writes down every name it looks up."""
    return playwright.chromium.launch(
        executable_path=CHROMIUM, args=["--no-sandbox", f"--log-net-log={log}"]
    )


def names_looked_up(log: Path) -> set[str]:
    """The attacks' hosts whose names a browser that was closed had looked up, or dialled."""
    text = log.read_text(errors="replace").rstrip().rstrip(",")
    events = json.loads(text if text.endswith("}") and '"polledData"' in text else text + "]}")
    hosts = {
        str(event.get("params", {}).get("host", "")).rpartition("/")[2].partition(":")[0]
        for event in events["events"]
        if isinstance(event.get("params"), dict)
    }
    return {host.partition(".")[0] for host in hosts if host.endswith(".localhost")}
