"""An OpenID provider on loopback, as a person meets it: choose an account, consent, come back.

Its rules are Authlib's (`openid_rules`). It counts what is asked and fails on demand; whoever has
one of its access tokens is told to a mail server by introspection (RFC 7662).
"""

import contextlib
import html
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2 import OAuth2Error

from servers.openid_rules import Asked, Desk, Rules

Answer = tuple[int, object, Any]


@dataclass
class Provider(Desk):
    """A running provider. `asked` counts grant types and paths; `failing` is the status to give."""

    people: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    failing: int = 0
    error: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    seen: list[dict[str, str]] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def approve(self, user_code: str, user: str) -> None:
        """A person types a device's code and consents."""
        next(c for c in self.codes.values() if c.user_code == user_code).user = user


@contextlib.contextmanager
def openid_provider(*people: str) -> Iterator[Provider]:
    """Run a provider that knows these people."""
    provider = Provider(people=list(people))
    rules = Rules(provider)

    class Handler(_Handler):
        desk, server_rules, lock = provider, rules, threading.Lock()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    desk: Provider
    server_rules: Rules
    lock: threading.Lock
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self._answer(dict(parse_qsl(body)))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _answer(self, form: dict[str, str]) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        path = parts.path
        work = {
            "/.well-known/openid-configuration": self._describe,
            "/authorize": self._authorize,
            "/token": self._token,
            "/device_authorization": self._device_authorization,
            "/device": self._device,
            "/introspect": self._introspect,
        }.get(path)
        status, body, headers = work(query, form) if work else (404, "nothing here", [])
        text = body if isinstance(body, str) else json.dumps(body)
        octets = text.encode()
        self.send_response(status)
        kind = "application/json" if isinstance(body, dict) else "text/html; charset=utf-8"
        for name, value in dict(headers or [], **{"Content-Type": kind}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(octets)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(octets)

    def _describe(self, _query: dict[str, str], _form: dict[str, str]) -> Answer:
        url = self.desk.url
        return (
            200,
            {
                "issuer": url,
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
                "device_authorization_endpoint": f"{url}/device_authorization",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            },
            [],
        )

    def _authorize(self, query: dict[str, str], form: dict[str, str]) -> Answer:
        request = Asked("GET", self.desk.url + self.path, query, self.headers)
        try:
            grant = self.server_rules.get_consent_grant(request)
        except OAuth2Error as error:
            return 400, f"<h1>Refused</h1><p>{html.escape(error.get_error_description())}</p>", []
        if self.command == "POST":
            user = form.get("person") or None
            with self.lock:
                answer = self.server_rules.create_authorization_response(request, user, grant)
            return tuple(answer)  # type: ignore[return-value]
        people = "".join(
            f'<button name="person" value="{html.escape(one)}">{html.escape(one)}</button>'
            for one in self.desk.people
        )
        page = f"<h1>Choose an account</h1><form method=post>{people}<button>Cancel</button></form>"
        return 200, page, []

    def _token(self, _query: dict[str, str], form: dict[str, str]) -> Answer:
        self.desk.asked[form.get("grant_type", "")] += 1
        self.desk.seen.append(form)
        if self.desk.seconds:
            time.sleep(self.desk.seconds)
        if self.desk.failing:
            return self.desk.failing, "<h1>Out of order</h1>", []
        if self.desk.error:
            return 400, dict(self.desk.error), []
        request = Asked("POST", f"{self.desk.url}/token", form, self.headers)
        with self.lock:
            return tuple(self.server_rules.create_token_response(request))  # type: ignore[return-value]

    def _device_authorization(self, _query: dict[str, str], form: dict[str, str]) -> Answer:
        url = f"{self.desk.url}/device_authorization"
        request = Asked("POST", url, form, self.headers)
        answer = self.server_rules.create_endpoint_response("device_authorization", request)
        return tuple(answer)  # type: ignore[return-value]

    def _device(self, _query: dict[str, str], form: dict[str, str]) -> Answer:
        if self.command == "POST":
            self.desk.approve(form["code"], form["person"])
            return 200, "<h1>You can close this page</h1>", []
        return 200, "<h1>Type the code</h1>", []

    def _introspect(self, query: dict[str, str], form: dict[str, str]) -> Answer:
        self.desk.asked["introspection"] += 1
        token = self.desk.find_valid((form or query).get("token", ""))
        if token is None:
            return 200, {"active": False}, []
        told = {"active": True, "email": token.user, "scope": token.scope, "sub": token.user}
        return 200, told | {"exp": int(token.ends_at)}, []
