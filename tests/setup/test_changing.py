"""Servers and passwords of a connected mailbox change in place.

A stored password opens the place it was given for, and is never told to another.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from cast import NOON, account_of, person, user
from journeys.installation import ALICE, SECRET
from postroom.accounts.lifecycle import Decision
from postroom.accounts.models import Credential, Direction, EmailAccount, Security
from postroom.accounts.seals import get_secret
from postroom.cleanup.deactivating import deactivate
from postroom.oauth.asking import Tokens
from postroom.oauth.grants import keep_grant
from postroom.oauth.signing_in import Consent
from postroom.setup import AccountRequest, ConnectionFailed, ServerAddress, connect_account
from postroom.setup.changing import Change, as_it_is, keep_change, request_for_change
from postroom.setup.connecting import outgoing_trouble
from postroom.setup.moving import keep_place
from postroom.setup.reconnecting import keep
from postroom.team.models import AuditEntry
from servers.beside import beside
from servers.dovecot import Dovecot, dovecot
from servers.eavesdropper import eavesdropper, was_told
from servers.scripted import ScriptedServer, scripted
from servers.submission import Submission

pytestmark = pytest.mark.django_db

NEW = "canary-the-new-one"
Make = Callable[[Change, ServerAddress], Change]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET, "alice": SECRET}) as running:
        yield running


@pytest.fixture
def stranger() -> Iterator[ScriptedServer]:
    with beside(scripted(eavesdropper)) as running:
        yield running


@pytest.fixture
def connected(server: Dovecot, outgoing: Submission) -> EmailAccount:
    """Alice's mailbox with both its servers."""
    return connect_account(
        AccountRequest(
            owner=user("Alice"),
            address=ALICE,
            imap=ServerAddress(server.host, server.port, Security.NONE),
            smtp=ServerAddress(outgoing.host, outgoing.port, Security.NONE),
            password=SECRET,
        )
    )


def tried(change: Change) -> tuple[AccountRequest, str]:
    """Try the change as the page does; returns what was tried, and what is wrong with sending."""
    wanted = request_for_change(change, timezone.now())
    return wanted, asyncio.run(outgoing_trouble(wanted))


ELSEWHERE: dict[str, tuple[Make, str]] = {
    "another host": (
        lambda c, _: replace(c, incoming=replace(c.incoming, host="localhost")),
        "password",
    ),
    "another port": (lambda c, to: replace(c, incoming=to), "password"),
    "another security": (
        lambda c, _: replace(c, incoming=replace(c.incoming, security=Security.STARTTLS)),
        "password",
    ),
    "another user name": (lambda c, _: replace(c, username="alice"), "password"),
    "another outgoing server": (lambda c, to: replace(c, outgoing=to), "smtp_password"),
    "another user name for sending": (
        lambda c, _: replace(c, smtp_username="alice"),
        "smtp_password",
    ),
}


@pytest.mark.parametrize("case", ELSEWHERE)
def test_a_stored_password_is_never_sent_elsewhere(
    case: str, connected: EmailAccount, stranger: ScriptedServer
) -> None:
    make, field = ELSEWHERE[case]
    there = ServerAddress(stranger.host, stranger.port, Security.NONE)
    with pytest.raises(ConnectionFailed, match="never sent to another server") as refused:
        tried(make(as_it_is(connected), there))
    assert refused.value.field == field
    assert stranger.heard.connections == 0


def test_a_password_typed_anew_is_the_only_one_the_other_server_hears(
    connected: EmailAccount, stranger: ScriptedServer
) -> None:
    """The control: the stranger hears whatever is sent to it."""
    there = ServerAddress(stranger.host, stranger.port, Security.NONE)
    with pytest.raises(ConnectionFailed):
        tried(replace(as_it_is(connected), incoming=there, password=NEW))
    assert was_told(stranger.heard.clear, NEW)
    assert not was_told(stranger.heard.clear, SECRET)
    connected.refresh_from_db()
    assert connected.imap_port != stranger.port


def test_what_is_stored_is_tried_where_it_belongs(connected: EmailAccount) -> None:
    wanted, trouble = tried(as_it_is(connected))
    assert (wanted.password, wanted.smtp_password, trouble) == (SECRET, SECRET, "")
    assert connected.smtp_size == 1_000_000  # As the server said while it was tried.


def test_a_change_is_kept_whole(connected: EmailAccount, server: Dovecot) -> None:
    change = replace(as_it_is(connected), username="alice", password=SECRET, outgoing=None)
    keep_change(change, *tried(change), NOON)
    connected.refresh_from_db()
    assert (connected.sign_in_name, connected.smtp_host) == ("alice", "")
    assert get_secret(connected, Direction.INCOMING) == SECRET
    assert not Credential.objects.filter(direction=Direction.OUTGOING).exists()


def test_another_address_is_tried_and_that_of_before_stays_its_own(
    connected: EmailAccount,
) -> None:
    there = replace(as_it_is(connected), address="Alice@New.example", outgoing=None)
    with pytest.raises(ConnectionFailed, match="never sent to another"):
        tried(there)
    with pytest.raises(ConnectionFailed) as refused:
        tried(replace(there, password=SECRET))
    assert refused.value.field == "password", "nobody is called so there"
    known = replace(there, username=ALICE)
    keep_change(known, *tried(known), NOON)
    account = EmailAccount.objects.get()
    assert (account.address, account.sign_in_name) == ("alice@new.example", ALICE)
    assert account.own_addresses == {ALICE, "alice@new.example"}
    assert account.from_addresses.get(is_default=True).address == "alice@new.example"
    assert AuditEntry.objects.filter(detail=f"{ALICE} before").count() == 1


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("bob@example.com", "the address of Bob"),
        ("lena@x.example", "a lead or contact"),
        ("team@example.com", "already connected"),
        ("nobody", "not an email address"),
    ],
)
def test_an_address_that_is_anothers_is_not_taken(
    connected: EmailAccount, address: str, why: str
) -> None:
    account_of(user("Bob"), address="team@example.com")
    person("Lena Lead", "lena@x.example")
    with pytest.raises(ConnectionFailed, match=why) as refused:
        request_for_change(replace(as_it_is(connected), address=address), NOON)
    assert refused.value.field == "address"


def test_a_password_that_cannot_be_read_is_asked_for(connected: EmailAccount) -> None:
    Credential.objects.all().delete()
    with pytest.raises(ConnectionFailed, match="Enter it"):
        request_for_change(as_it_is(connected), timezone.now())


@pytest.mark.parametrize("case", ELSEWHERE)
def test_a_consent_is_never_shown_to_another_server(
    case: str, connected: EmailAccount, stranger: ScriptedServer
) -> None:
    tokens = Tokens("canary-token", "canary-refresh", NOON, NOON + timedelta(days=1))
    keep_grant(connected, Consent("google", tokens, (ALICE,)))
    there = ServerAddress(stranger.host, stranger.port, Security.NONE)
    change = ELSEWHERE[case][0](as_it_is(connected), there)
    with pytest.raises(ConnectionFailed, match="never shown to another server"):
        request_for_change(change, NOON)
    assert request_for_change(as_it_is(connected), NOON).token == "canary-token"


def test_what_was_tried_by_consent_undoes_no_change_that_came_between(
    connected: EmailAccount, stranger: ScriptedServer
) -> None:
    tokens = Tokens("canary-token", "canary-refresh", NOON, NOON + timedelta(days=1))
    keep_grant(connected, Consent("google", tokens, (ALICE,)))
    late = as_it_is(EmailAccount.objects.get())
    wanted = request_for_change(late, NOON)
    there = ServerAddress(stranger.host, stranger.port, Security.NONE)
    between = replace(as_it_is(connected), incoming=there, outgoing=None, password=NEW)
    keep_change(between, request_for_change(between, NOON), "", NOON)
    keep_change(late, wanted, "", NOON)
    connected.refresh_from_db()
    assert connected.incoming[1] == stranger.port
    assert get_secret(connected, Direction.INCOMING) == NEW


@pytest.mark.parametrize("end", ["deactivated", "removed"])
def test_what_was_ended_while_it_was_tried_is_not_kept_and_said_so(
    end: str, connected: EmailAccount
) -> None:
    change = as_it_is(connected)
    wanted = request_for_change(change, NOON)
    if end == "removed":
        EmailAccount.objects.all().delete()
    else:
        deactivate(EmailAccount.objects.get(), Decision(NOON))
    keeps = (
        lambda: keep_change(change, wanted, "", NOON),
        lambda: keep(connected, SECRET, SECRET, ""),
        lambda: keep_place(connected, change.incoming, SECRET, NOON, ALICE),
    )
    for each in keeps:
        with pytest.raises(ConnectionFailed, match=end.replace("deactivated", "being deleted")):
            each()
    assert not Credential.objects.exists()
