"""Mail that is kept whole is searchable with its recording: its words come of the same reading."""

import random

import pytest

from cast import NOON, account_of, folder_of, message, user
from postroom.accounts.models import EmailAccount
from postroom.archive import search_writing
from postroom.archive.models import Correspondent, Email, SearchDue, SearchEntry
from postroom.archive.search import accounts_due, index_due, read_all_again
from postroom.imap.responses import FetchedMessage
from postroom.sync import outcomes
from postroom.sync.whole_mail import keep_whole
from postroom.team.models import StorageMode
from search.worlds import letter, searchable, subjects
from torture.visiting import ParserWithoutProcess

pytestmark = pytest.mark.django_db
STRANGE = (
    b"",
    b"no header at all\r\n\r\nzugunruhe",
    b"From: a@x.example\r\nSubject: \xff\xfe\r\n\r\n\0 zugunruhe \xe9",
    b"From: a@x.example\r\nTo: "
    + b", ".join(b"p%d@x.example" % n for n in range(900))
    + b"\r\n\r\n",
    # More words than a vector has places for.
    b"From: a@x.example\r\nTo: "
    + b", ".join(b'"%b" <p%d@x.example>' % (b"la le lu " * 13, n) for n in range(500))
    + b"\r\n\r\nzugunruhe la le",
    b'From: =?utf-8?b?w4k=?= Lena <L@X.example>\r\nCc: no address, "L" <l@x.example>\r\n\r\n',
    b"From: a@x.example\r\nContent-Type: text/html\r\n\r\n<p>" + b"<b>wo</b>rd " * 9_000,
)


@pytest.fixture
def account() -> EmailAccount:
    account = account_of(user("Alice"))
    account.storage = StorageMode.EVERYTHING
    account.save()
    return account


def keep(account: EmailAccount, letters: list[bytes], *, with_words: bool = True) -> None:
    """Record messages as sync does."""
    parser, first = ParserWithoutProcess(), Email.objects.count() + 1
    read = (parser.parse_with_words if with_words else parser.parse)(letters)
    came = [
        FetchedMessage(sequence=n, uid=n, internal_date=NOON, size=len(raw), body=raw)
        for n, raw in enumerate(letters, first)
    ]
    keep_whole(folder_of(account), list(zip(came, read, strict=True)), NOON)


def written() -> tuple[list[object], list[object]]:
    """All that is kept for search."""
    called = Correspondent.objects.order_by("canonical", "words")
    entries = SearchEntry.objects.order_by("pk").values_list()
    return list(entries), list(called.values_list("canonical", "name", "words"))


def test_the_words_are_those_that_a_reading_for_search_finds(account: EmailAccount) -> None:
    chance = random.Random(7)
    letters = [letter(chance, number, "alice@example.com") for number in range(40)]
    keep(account, [*letters, *STRANGE])
    assert accounts_due() == []
    at_once = written()
    assert len(at_once[0]) == Email.objects.count() > 40
    read_all_again(account)
    SearchEntry.objects.all().delete()
    Correspondent.objects.all().delete()
    assert searchable() == len(at_once[0])
    assert written() == at_once


def test_what_was_recorded_without_its_words_is_read_afterwards(account: EmailAccount) -> None:
    keep(account, [message("early", NOON, "zugunruhe")], with_words=False)
    keep(account, [message("late", NOON, "zugunruhe")])
    assert subjects(account, "zugunruhe") == ["late"]
    assert index_due(account) == 1
    assert searchable() == 1
    assert sorted(subjects(account, "zugunruhe")) == ["early", "late"]


def test_where_much_is_unread_the_job_reads_all_in_its_turn(
    account: EmailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_writing, "MOST_LEFT", 1)
    early = [message(f"early {n}", NOON, "zugunruhe") for n in range(2)]
    keep(account, early, with_words=False)
    keep(account, [message("late", NOON, "zugunruhe")])
    assert not SearchEntry.objects.exists()
    assert (index_due(account), searchable()) == (3, 3)


def test_words_that_break_the_reader_stop_no_mail(
    account: EmailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(outcomes, "words_of_message", None)
        keep(account, [message("odd", NOON, "zugunruhe")])
    keep(account, [message("even", NOON, "zugunruhe")])
    assert Email.objects.exclude(raw=None).count() == 2
    assert index_due(account) == 1
    assert searchable() == 1
    assert sorted(subjects(account, "zugunruhe")) == ["even", "odd"]


def test_words_that_postgresql_refuses_stop_no_mail(
    account: EmailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as refused:
        refused.setattr(search_writing, "WRITE_ENTRIES", REFUSED)
        keep(account, [message("odd", NOON, "zugunruhe")])
    assert Email.objects.exclude(raw=None).count() == 1
    assert SearchDue.objects.count() == 1
    assert searchable() == 1


REFUSED = """COPY archive_searchentry
 (email_id, account_id, sent_at, text, subject, everything, people) FROM STDIN (FORMAT BINARY)"""


def test_of_two_messages_for_one_uid_each_word_finds_its_own(account: EmailAccount) -> None:
    letters = [message("one", NOON, "zugunruhe"), message("two", NOON, "waldeinsamkeit")]
    read = ParserWithoutProcess().parse_with_words(letters)
    came = [FetchedMessage(1, uid=7, internal_date=NOON, size=9, body=raw) for raw in letters]
    keep_whole(folder_of(account), list(zip(came, read, strict=True)), NOON)
    searchable()
    assert subjects(account, "zugunruhe") == ["one"]
    assert subjects(account, "waldeinsamkeit") == []
