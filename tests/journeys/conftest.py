"""Connecting a mailbox as a person does: a browser, Postroom, and the world's mail services.

The services are a real Dovecot and a real SMTP server, found by a real DNS server under the names
the catalogue has; `servers.redirected` leads their public addresses here. All else is as in
production. It is made when the first journey asks for it, and serves all of them.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from servers.beside import beside
from servers.certificates import make_certificate
from servers.dovecot import Dovecot, dovecot
from servers.internet import NameServerOfTests, name_server
from servers.submission import Submission, submission
from web.browser import Site, browser, database_of_tests, serving, visit
from web.conftest import as_user

__all__ = ["as_user", "browser", "visit"]

APP_PASSWORD = "abcd efgh ijkl mnop"
ORDINARY = "correct horse battery"
TESTS = Path(__file__).parent.parent

# Who has a mailbox, and what opens it. At the services it is an app password.
AT_SERVICES = ("alice@zoho.com", "alice@gmail.com", "alice@yahoo.com")
ELSEWHERE = ("alice@petrel.example", "alice.petrel", "info@petrel.example")

SERVICES = ("zoho.com", "gmail.com", "mail.yahoo.com")
HOSTS = tuple(f"{kind}.{name}" for name in SERVICES for kind in ("imap", "pop", "smtp"))
OURS = ("mail.petrel.example", "smtp.petrel.example", "autoconfig.petrel.example")


@dataclass(frozen=True, slots=True)
class World:
    """Postroom, and the mail services around it."""

    site: Site
    dovecot: Dovecot
    outgoing: Submission
    names: NameServerOfTests
    routes: Path

    def host(self, name: str, **ports: int) -> None:
        """Let a name have a public address, at whose ports servers of ours answer."""
        hosts = self.names.records
        hosts.setdefault((name, "A"), [f"198.51.99.{len(hosts) + 1}"])
        routes = json.loads(self.routes.read_text())
        address = hosts[name, "A"][0]
        routes |= {f"{address}:{port[1:]}": local for port, local in ports.items()}
        self.routes.write_text(json.dumps(routes))


@pytest.fixture(scope="session")
def world(
    django_db_setup: None, postgres_server: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The world of the journeys."""
    place = tmp_path_factory.mktemp("world")
    certificate = make_certificate(place / "certificate", (*HOSTS, *OURS))
    opened = dict.fromkeys(AT_SERVICES, APP_PASSWORD) | dict.fromkeys(ELSEWHERE, ORDINARY)
    routes = place / "routes.json"
    routes.write_text("{}")
    with ExitStack() as stack:
        names, there = stack.enter_context(beside(name_server()))
        mail = stack.enter_context(dovecot(opened, certificate=certificate))
        outgoing = stack.enter_context(beside(submission(opened, tls=certificate)))
        settings = {
            "PYTHONPATH": f"{TESTS}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
            "POSTROOM_NAME_SERVER": f"{there.address}:{there.port}",
            "POSTROOM_ALLOWED_MAIL_NETWORKS": "",
            "SSL_CERT_FILE": str(certificate.authority),
            "TEST_ROUTES": str(routes),
        }
        program = ("servers.redirected",)
        site = stack.enter_context(serving(database_of_tests(), place, program, settings))
        made = World(site, mail, outgoing, names, routes)
        for name in (*HOSTS, *OURS[:2]):
            incoming = {"_993": mail.tls_port, "_143": mail.port, "_995": mail.pop3_tls_port}
            made.host(name, **incoming, _110=mail.pop3_port, _465=outgoing.port)
        yield made
        said = site.log.read_text(errors="replace")
        for secret in (APP_PASSWORD, ORDINARY, "canary"):
            assert secret not in said, "a password is in the log"


def expect_connected(page: Page) -> None:
    """The page moves on to the mailbox's own when it is connected."""
    expect(page).to_have_url(re.compile(r"/setup/channels/email/\d+/$"), timeout=20_000)
    expect(page.get_by_role("heading", name="Server Details")).to_be_visible()


@pytest.fixture(scope="session")
def site(world: World) -> Site:
    """The pages of that Postroom, for `visit`."""
    return world.site
