"""From connecting a large mailbox to a page worth reading: five seconds."""

import time
from collections.abc import Sequence

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from journeys.databases import django_using
from journeys.installation import ALICE, SECRET, Installation
from journeys.mailbox import fill_with_real_mail
from journeys.people_in_mail import read_mail
from journeys.waiting import seconds_until
from postroom.accounts.models import Security
from postroom.archive.models import BodyState, Email
from postroom.association import RelatedEmail, related_emails
from postroom.crm.models import Person
from postroom.crm.people import set_addresses
from postroom.engine.starting import start_keeping
from postroom.setup import AccountRequest, ServerAddress, connect_account
from postroom.team.models import User
from servers.dovecot import dovecot

SECONDS = 5.0
INBOX = 700
PAGE = 50


@pytest.mark.alone
def test_the_first_page_of_a_large_mailbox_is_there_in_five_seconds(
    own_database: str, django_db_blocker: DjangoDbBlocker
) -> None:
    postroom = Installation(own_database)
    with (
        dovecot({ALICE: SECRET}) as server,
        django_db_blocker.unblock(),
        django_using(own_database),
    ):
        messages = fill_with_real_mail(server, ALICE)
        alice, busy = User.objects.create_user(ALICE), busiest_in_the_inbox(messages)
        with postroom.running("engine"):
            seconds_until(is_engine_ready, 60)
            begun = time.monotonic()
            where = ServerAddress(server.host, server.port, Security.NONE)
            request = AccountRequest(owner=alice, address=ALICE, imap=where, password=SECRET)
            start_keeping(connect_account(request))
            connected = time.monotonic() - begun
            seconds_until(lambda: len(first_page(busy, alice)) == PAGE, 60)
            listed = time.monotonic() - begun
            seconds_until(lambda: all(map(is_whole, first_page(busy, alice))), 60)
            whole = time.monotonic() - begun
            seconds_until(lambda: Email._default_manager.count() == len(messages), 60)
            complete = time.monotonic() - begun
    print(f"connected {connected:.2f} s, {PAGE} emails listed {listed:.2f} s,")
    print(f"with their first words {whole:.2f} s, all {len(messages)} envelopes {complete:.2f} s")
    assert listed <= SECONDS


def busiest_in_the_inbox(messages: Sequence[bytes]) -> Person:
    """A person who is on more than a page of the Inbox's mail."""
    on_it = read_mail(messages[:INBOX]).message_ids_of
    address = max(on_it, key=lambda one: len(on_it[one]))
    assert len(on_it[address]) > 2 * PAGE
    person = Person.objects.create(last_name="Busy")
    set_addresses(person, [address])
    return person


def is_engine_ready() -> bool:
    """Whether an engine is there to take a job."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers")
        return bool(cursor.fetchone()[0])


def first_page(person: Person, viewer: User) -> list[RelatedEmail]:
    """What the page shows first."""
    return related_emails(person, viewer, limit=PAGE).rows


def is_whole(row: RelatedEmail) -> bool:
    """Whether the row can show how the email begins."""
    return row.email.body_state == BodyState.STORED
