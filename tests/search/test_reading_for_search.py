"""What is due for search is read, once, whatever happens meanwhile; and stays as it is."""

import pytest
from django.db import IntegrityError, connection, transaction

from cast import NOON, account_of, arrival, folder_of, message, received, user
from postroom.accounts.lifecycle import Decision
from postroom.accounts.models import EmailAccount
from postroom.archive import search as due
from postroom.archive import search_writing
from postroom.archive.arrivals import Body
from postroom.archive.bodies import store_bodies
from postroom.archive.models import Correspondent, Email, SearchDue, SearchEntry
from postroom.archive.record import record
from postroom.archive.search import accounts_due, index_due, next_batch, read_all_again
from postroom.cleanup.deactivating import deactivate
from postroom.sync.indexing import index_next, read
from search.worlds import PARSER, searchable, subjects

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> EmailAccount:
    return account_of(user("Alice"))


def entries() -> list[tuple[object, ...]]:
    return list(SearchEntry.objects.order_by("pk").values_list())


def test_an_envelope_is_found_and_its_body_when_it_comes(account: EmailAccount) -> None:
    raw = message("Envelope", NOON, "The zugunruhe.", from_="Lena <l@x.example>")
    [pk] = record(folder_of(account), 1, [arrival(raw)]).values()
    assert (accounts_due(), index_due(account)) == ([account.pk], 1)
    assert searchable() == 1
    assert (accounts_due(), index_due(account)) == ([], 0)
    assert subjects(account, "envelope lena") == ["Envelope"]
    assert subjects(account, "zugunruhe") == []
    store_bodies(account.pk, [Body(pk, raw, "The zugunruhe.", False)])
    assert index_due(account) == 1
    assert searchable() == 1
    assert subjects(account, "zugunruhe") == ["Envelope"]
    assert not SearchDue.objects.exists()


def test_a_body_that_comes_while_its_email_is_read_is_not_forgotten(account: EmailAccount) -> None:
    raw = message("Envelope", NOON, "The zugunruhe.", from_="l@x.example")
    [pk] = record(folder_of(account), 1, [arrival(raw)]).values()
    batch = next_batch(account.pk)
    assert batch is not None
    words = read(batch, PARSER)
    store_bodies(account.pk, [Body(pk, raw, "The zugunruhe.", False)])
    search_writing.write_entries(batch, words)
    searchable()
    assert subjects(account, "zugunruhe") == ["Envelope"]


def test_a_crash_before_the_end_costs_a_repetition(
    account: EmailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        received(account, message(f"n{number}", NOON, "zugunruhe", from_="l@x.example"))

    def crash(*_: object) -> None:
        raise IntegrityError

    with monkeypatch.context() as patched:
        patched.setattr(search_writing, "note_mark", crash)
        with pytest.raises(IntegrityError), transaction.atomic():
            index_next(account.pk, PARSER)
    assert not SearchEntry.objects.exists()
    searchable()
    assert len(subjects(account, "zugunruhe")) == 3


def test_reading_all_again_changes_nothing(account: EmailAccount) -> None:
    for number in range(5):
        received(account, message(f"n{number}", NOON, "zugunruhe", from_="Lena <l@x.example>"))
    searchable()
    before, called = entries(), list(Correspondent.objects.values_list())
    read_all_again(account)
    assert len(subjects(account, "zugunruhe")) == 5
    assert searchable() == 5
    assert (entries(), list(Correspondent.objects.values_list())) == (before, called)


def test_all_again_in_the_midst_of_a_batch_is_all_again(account: EmailAccount) -> None:
    received(account, message("one", NOON, from_="l@x.example"))
    searchable()
    received(account, message("two", NOON, from_="l@x.example"))
    batch = next_batch(account.pk)
    assert batch is not None
    read_all_again(account)
    search_writing.write_entries(batch, read(batch, PARSER))
    assert index_due(account) == 2
    assert searchable() == 2


def test_what_is_deleted_meanwhile_stops_nobody(account: EmailAccount) -> None:
    emails = [received(account, message(f"n{n}", NOON, from_=f"l{n}@x.example")) for n in range(3)]
    batch = next_batch(account.pk)
    assert batch is not None
    words = read(batch, PARSER)
    emails[1].copies.all().delete()
    Email.objects.filter(pk=emails[1].pk).delete()
    search_writing.write_entries(batch, words)
    assert SearchEntry.objects.count() == 2
    assert not Correspondent.objects.filter(canonical="l1@x.example").exists()
    assert accounts_due() == []


def test_a_late_batch_brings_nothing_of_a_deactivated_mailbox_back(account: EmailAccount) -> None:
    received(account, message("zugunruhe", NOON, from_="l@x.example"))
    batch = next_batch(account.pk)
    assert batch is not None
    words = read(batch, PARSER)
    deactivate(account, Decision(NOON, account.owner))
    search_writing.write_entries(batch, words)
    assert not SearchEntry.objects.exists()
    assert not Correspondent.objects.exists()
    assert accounts_due() == []


def test_large_mail_is_read_a_little_at_a_time(
    account: EmailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "MOST_OCTETS", 1_500)
    for number in range(5):
        raw = message(f"n{number}", NOON, "x" * 900 + " zugunruhe", from_="l@x.example")
        received(account, raw)
    batch = next_batch(account.pk)
    assert batch is not None
    assert len(batch.emails) == 1
    assert searchable() >= 5
    assert len(subjects(account, "zugunruhe")) == 5


def test_what_breaks_the_reader_is_found_by_its_envelope(
    account: EmailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    received(account, message("Broken", NOON, "zugunruhe", from_="Lena <l@x.example>"))
    monkeypatch.setattr(PARSER, "words", lambda sources: ["broken"] * len(sources))
    searchable()
    assert subjects(account, "broken lena") == ["Broken"]
    assert subjects(account, "zugunruhe") == []


def test_the_index_of_words_takes_many_emails_at_once() -> None:
    """ADR 33."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'search_words'")
        [options] = cursor.fetchone()
    assert set(options) == {"fastupdate=on", "gin_pending_list_limit=256"}
