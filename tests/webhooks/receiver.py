"""A program that hears of events: it keeps every post and answers as it is told to."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """Its address, what it heard, and with which status it answers (the last one for ever)."""

    url: str = ""
    statuses: list[int] = field(default_factory=lambda: [200])
    heard: list[tuple[Message, bytes]] = field(default_factory=list)


@contextlib.contextmanager
def receiver() -> Iterator[Receiver]:
    """Listen on loopback."""
    place = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            place.heard.append((self.headers, body))
            status = place.statuses.pop(0) if len(place.statuses) > 1 else place.statuses[0]
            self.send_response(status)
            self.send_header("Location", f"{place.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    place.url = f"http://127.0.0.1:{server.server_port}/postroom?key=canary-in-url"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield place
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
