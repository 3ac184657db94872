"""Other sites can neither act for who is signed in nor show our pages in theirs."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import expect

from postroom.archive.models import Email
from postroom.team.models import AuditEntry, User
from web.browser import SIGN_IN, Site, Visit

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# What they are in a path, so that it leads somewhere.
SAMPLES = {"uuid": "00000000-0000-4000-8000-000000000000", "slug": "google", "protocol": "pop"}
SAMPLES |= {"record": "people"}
# Whoever has a noticed email may refuse, signed in or not: its token is all there is. ADR 51.
BY_TOKEN = "/n/1"


def patterns(
    table: list[URLPattern | URLResolver], before: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Every address of the URL table, with what stands before it."""
    for entry in table:
        if isinstance(entry, URLResolver):
            yield from patterns(entry.url_patterns, before + str(entry.pattern))
        else:
            yield before + str(entry.pattern), entry


def address_of(pattern: str) -> str:
    """An address that the pattern takes."""
    named = re.sub(r"<(?:(\w+):)?\w+>", lambda m: SAMPLES.get(m[1] or "str", "1"), pattern)
    return "/" + named.replace("^", "")


ADDRESSES = sorted({address_of(pattern) for pattern, _ in patterns(get_resolver().url_patterns)})
PROGRAMS = [address for address in ADDRESSES if address.startswith(("/api/", "/metrics"))]
PEOPLES = sorted(set(ADDRESSES) - set(PROGRAMS))


@pytest.fixture
def forged(alice: User) -> Client:
    """A browser in which Alice, an administrator, is signed in; another site writes the form."""
    User.objects.filter(pk=alice.pk).update(is_administrator=True)
    client = Client(enforce_csrf_checks=True, headers={"Origin": "https://evil.example"})
    client.force_login(User.objects.get(pk=alice.pk), backend=SIGN_IN)
    return client


def test_no_other_site_acts_for_who_is_signed_in(forged: Client, letter: Email) -> None:
    before = AuditEntry.objects.count()
    told = {
        (verb, address): forged.generic(verb, address).status_code
        for address in PEOPLES
        for verb in UNSAFE
    }
    print(f"{len(told)} requests to {len(PEOPLES)} addresses")
    assert len(told) >= 400
    taken = {request: status for request, status in told.items() if status != 403}
    assert {address for _, address in taken} == {BY_TOKEN}
    assert set(taken.values()) == {404, 405}
    assert AuditEntry.objects.count() == before


def test_the_same_from_our_own_page_is_taken(alice: User) -> None:
    """The control: with the form's token, and from our own address, it is done."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend=SIGN_IN)
    page = client.get("/accounts/password/change/").content.decode()
    [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    answer = client.post("/you/sessions/", {"csrfmiddlewaretoken": token})
    assert answer.status_code == 302
    assert AuditEntry.objects.filter(act="session_ended").exists()


def test_what_programs_use_does_not_take_a_browsers_session(forged: Client) -> None:
    told = {
        (verb, address): forged.generic(verb, address).status_code
        for address in PROGRAMS
        for verb in UNSAFE
    }
    assert len(PROGRAMS) >= 10
    assert set(told.values()) <= {401, 403, 404, 405}


def test_every_answer_says_who_may_frame_it(forged: Client, letter: Email) -> None:
    for address in PEOPLES:
        if address.endswith("/live/"):
            continue
        headers = forged.get(address).headers
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"], address
        assert headers["X-Content-Type-Options"] == "nosniff", address


@contextmanager
def another_site(pages: dict[str, str]) -> Iterator[str]:
    """A site on another origin that serves these pages."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages[self.path].encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/accounts/login/", "/you/security/", "/setup/users/"])
def test_no_other_site_shows_our_pages_in_its_own(
    path: str, visit: Visit, site: Site, alice: User
) -> None:
    User.objects.filter(pk=alice.pk).update(is_administrator=True)
    page = visit(None if "login" in path else alice, path)
    heading = page.locator("h1").inner_text()
    twin = page.content()
    pages = {
        "/": f'<iframe id="ours" src="{site.url}{path}"></iframe>'
        '<iframe id="twin" src="/twin"></iframe>',
        "/twin": twin,
    }
    with another_site(pages) as other:
        page.goto(other)
        shown = page.frame_locator("#twin").get_by_role("heading", name=heading, level=1)
        expect(shown).to_have_count(1)  # The control: the same page without our headers.
        hidden = page.frame_locator("#ours").get_by_role("heading", name=heading, level=1)
        expect(hidden).to_have_count(0)


def test_cookies_are_for_this_host_alone_and_for_no_script(alice: User) -> None:
    client = Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": alice.email, "password": "correct horse"})
    session = client.cookies["sessionid"]
    assert (session["httponly"], session["samesite"], session["domain"]) == (True, "Lax", "")
    assert client.cookies["csrftoken"]["samesite"] == "Lax"


def test_by_https_cookies_never_go_without_it() -> None:
    program = (
        "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME,"
        " s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS)"
    )
    more = {
        "POSTROOM_URL": "https://crm.example.com",
        "DJANGO_SETTINGS_MODULE": "postroom.config.settings",
    }
    told = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | more, capture_output=True, text=True
    )
    assert told.stdout.split() == [
        "__Host-sessionid",
        "__Host-csrftoken",
        "True",
        "True",
        "31536000",
    ]
