"""The Emails related list, proved on 1,600 messages that people sent. Reference: View Emails.

People and their mail are derived by the standard library (`people_in_mail`), and every list is
compared with what it found.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db.models import F
from pytest_django.plugin import DjangoDbBlocker

from journeys.databases import database_like, django_using
from journeys.installation import ALICE, BOB, CHARLIE, SECRET, Installation
from journeys.mailbox import IN_TWO_FOLDERS, MESSAGES, fill_with_real_mail
from journeys.people_in_mail import PersonInMail, Reading, people_in, read_mail, write_csv
from postroom.accounts.models import EmailAccount, Sharing
from postroom.archive.models import BodyState, Email, ServerCopy
from postroom.association import RelatedEmail, all_related_emails, visible_to
from postroom.crm.models import Person
from postroom.crm.people import find_person, set_addresses
from postroom.team.models import User
from servers.dovecot import dovecot
from sync.state_hash import row_versions, state_of

PEOPLE = 120


@dataclass(frozen=True, slots=True)
class Mailroom:
    """Everything in place: Alice's mailbox synced, 120 people imported.

    `bodies` are the Message-IDs of which the first sync brought the whole mail.
    """

    postroom: Installation
    reading: Reading
    people: list[PersonInMail]
    bodies: frozenset[str]


@pytest.fixture(scope="module")
def mailroom(
    migrated_template: str,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Mailroom]:
    """Make the mailroom once for all tests here; each leaves it as it was."""
    people_file = tmp_path_factory.mktemp("people") / "people.csv"
    with (
        dovecot({ALICE: SECRET}) as server,
        database_like(migrated_template) as url,
        django_db_blocker.unblock(),
        django_using(url),
    ):
        postroom = Installation(url)
        reading = read_mail(fill_with_real_mail(server, ALICE))
        people = people_in(reading, PEOPLE)
        write_csv(people_file, people)
        for address in (ALICE, BOB, CHARLIE):
            User.objects.create_user(address)
        postroom.run("people", "import", str(people_file))
        postroom.add_account(server)
        postroom.run("sync", ALICE, "--once")
        yield Mailroom(postroom, reading, people, frozenset(message_ids_with_bodies()))


def test_every_message_of_every_folder_is_recorded_once(mailroom: Mailroom) -> None:
    folders = mailroom.postroom.ask("sync", ALICE, "--once")["folders"]
    counts = {row["folder"]: row["server"] for row in folders}
    print(f"{counts}, {Email._default_manager.count()} emails")
    assert counts == {
        "INBOX": 700,
        "Archive": 500 + IN_TWO_FOLDERS,
        "Sent": 100,
        "Projects/exmh/2002": 200,
        "Übersee": 100,
    }
    assert all(row["recorded"] == row["server"] for row in folders)
    assert not any(row["missing"] or row["quarantined"] for row in folders)
    assert Email._default_manager.count() == MESSAGES
    assert ServerCopy.objects.count() == MESSAGES + IN_TWO_FOLDERS


def test_every_persons_list_is_what_the_standard_library_found(mailroom: Mailroom) -> None:
    lists = {person: list_of(person.addresses[0]) for person in mailroom.people}
    matches = sum(map(len, lists.values()))
    secondary = sum(len(person.addresses) > 1 for person in mailroom.people)
    print(f"{MESSAGES} messages, {len(lists)} people, {secondary} with a secondary address,")
    print(f"{matches} emails on their lists")
    assert len(lists) == PEOPLE
    assert secondary >= 10
    assert matches > 900
    for person, rows in lists.items():
        assert_same_mail(person, rows, mailroom.reading.message_ids(person.addresses))


def assert_same_mail(
    person: PersonInMail, rows: Sequence[RelatedEmail], message_ids: set[str]
) -> None:
    """None missing, none extra, none twice, newest first."""
    listed = Counter(row.email.message_id for row in rows)
    assert message_ids - set(listed) == set(), f"missing from the list of {person}"
    assert set(listed) - message_ids == set(), f"extra in the list of {person}"
    assert max(listed.values()) == 1, f"twice in the list of {person}"
    moments = [row.email.sent_at for row in rows]
    assert moments == sorted(moments, reverse=True)


def test_the_command_prints_the_same_list(mailroom: Mailroom) -> None:
    for person in mailroom.people[::30]:
        printed = mailroom.postroom.ask("emails", person.addresses[-1], "--as", ALICE)
        expected = mailroom.reading.message_ids(person.addresses)
        assert len(printed) == len(expected)
        assert {row["message_id"] for row in printed} == expected
        assert {row["shared_by"] for row in printed} == {ALICE}
        assert [row["date"] for row in printed] == sorted(
            (row["date"] for row in printed), reverse=True
        )


def test_bodies_are_here_of_mail_with_known_people_and_of_no_other(mailroom: Mailroom) -> None:
    addresses = {address for person in mailroom.people for address in person.addresses}
    known = mailroom.reading.message_ids(addresses)
    print(f"{len(mailroom.bodies)} of {MESSAGES} bodies")
    assert mailroom.bodies == known
    assert 0 < len(known) < MESSAGES


def message_ids_with_bodies() -> set[str]:
    """Of which mail more than the envelope is here."""
    stored = Email._default_manager.filter(body_state=BodyState.STORED)
    return set(stored.values_list("message_id", flat=True))


def test_a_secondary_address_brings_its_mail_at_once_and_the_bodies_follow(
    mailroom: Mailroom,
) -> None:
    person, address = mailroom.people[0], unknown_writer(mailroom)
    expected = mailroom.reading.message_ids((*person.addresses, address))
    gained = expected - mailroom.reading.message_ids(person.addresses)
    assert len(gained) > 20
    with secondary_address(person, address):
        assert_same_mail(person, list_of(person.addresses[0]), expected)
        only_envelope = [
            row.email.message_id
            for row in list_of(person.addresses[0])
            if row.email.body_state == BodyState.ENVELOPE
        ]
        assert only_envelope
        assert set(only_envelope) <= gained
        brought = mailroom.postroom.ask("sync", ALICE, "--once")
        assert (brought["messages"], brought["bodies"]) == (0, len(only_envelope))
        rows = list_of(person.addresses[0])
        assert {row.email.body_state for row in rows} == {BodyState.STORED}
    assert_same_mail(
        person, list_of(person.addresses[0]), mailroom.reading.message_ids(person.addresses)
    )


def unknown_writer(mailroom: Mailroom) -> str:
    """The busiest address that belongs to nobody yet."""
    known = {address for person in mailroom.people for address in person.addresses}
    ids = mailroom.reading.message_ids_of
    return max(ids.keys() - known, key=lambda address: (len(ids[address]), address))


@contextmanager
def secondary_address(person: PersonInMail, address: str) -> Iterator[None]:
    """Give a person one more address for a while."""
    found = get_person(person.addresses[0])
    set_addresses(found, [*person.addresses, address])
    try:
        yield
    finally:
        set_addresses(found, person.addresses)


def test_a_second_sync_writes_nothing(mailroom: Mailroom) -> None:
    url = mailroom.postroom.database_url
    mailroom.postroom.run("sync", ALICE, "--once")
    before, state = row_versions(url), state_of(url)
    brought = mailroom.postroom.ask("sync", ALICE, "--once")
    assert (brought["messages"], brought["bodies"]) == (0, 0)
    assert row_versions(url) == before
    assert state_of(url) == state
    assert before["archive_email"][0] == MESSAGES
    # The control: one write anywhere would have been seen.
    EmailAccount.objects.update(tier=F("tier"))
    assert row_versions(url) != before


def test_a_private_account_is_its_owners_alone(mailroom: Mailroom) -> None:
    for person in mailroom.people[::10]:
        assert list_of(person.addresses[0], BOB) == []
        assert list_of(person.addresses[0], CHARLIE) == []
    assert not visible_to(get_user(BOB)).exists()
    assert not visible_to(get_user(CHARLIE)).exists()
    assert visible_to(get_user(ALICE)).count() == MESSAGES


def test_a_public_account_shows_mail_with_known_people_and_no_other(mailroom: Mailroom) -> None:
    known = mailroom.reading.message_ids(
        address for person in mailroom.people for address in person.addresses
    )
    with sharing(Sharing.PUBLIC):
        seen = visible_to(get_user(BOB)).values_list("message_id", flat=True)
        assert set(seen) == known
        for person in mailroom.people[::10]:
            rows = list_of(person.addresses[0], BOB)
            assert_same_mail(person, rows, mailroom.reading.message_ids(person.addresses))
    assert not visible_to(get_user(BOB)).exists()


def test_the_list_can_be_narrowed_to_one_who_shares(mailroom: Mailroom) -> None:
    address = mailroom.people[0].addresses[0]
    with sharing(Sharing.PUBLIC):
        everything = list_of(address, BOB)
        by_alice = mailroom.postroom.ask("emails", address, "--as", BOB, "--shared-by", ALICE)
        by_charlie = mailroom.postroom.ask("emails", address, "--as", BOB, "--shared-by", CHARLIE)
    assert len(everything) == len(mailroom.reading.message_ids(mailroom.people[0].addresses))
    assert [row["message_id"] for row in by_alice] == [row.email.message_id for row in everything]
    assert by_charlie == []


@contextmanager
def sharing(mode: Sharing) -> Iterator[None]:
    """Have Alice share her account for a while."""
    EmailAccount.objects.update(sharing=mode)
    try:
        yield
    finally:
        EmailAccount.objects.update(sharing=Sharing.PRIVATE)


def list_of(address: str, viewer: str = ALICE) -> list[RelatedEmail]:
    """A person's list as a user sees it."""
    return all_related_emails(get_person(address), get_user(viewer))


def get_person(address: str) -> Person:
    """The person with this address."""
    found = find_person(address)
    assert found is not None, address
    return found


def get_user(address: str) -> User:
    """The user with this address."""
    return User.objects.get(email=address)
