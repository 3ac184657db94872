"""A deactivated mailbox leaves nothing of its mail here, and takes nothing of anybody else's."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from cast import NOON, account_of, arrival, folder_of, person, shared, user
from cleanup.full_mailboxes import CANARY, bring, fill, letters
from postroom.accounts.lifecycle import Decision, resume
from postroom.accounts.members import add_member
from postroom.accounts.models import (
    Activation,
    Credential,
    Deletion,
    Direction,
    EmailAccount,
    Sharing,
)
from postroom.accounts.seals import keep_secret
from postroom.archive.arrivals import Body
from postroom.archive.bodies import store_bodies
from postroom.archive.fence import AccountClosed
from postroom.archive.folders import ListedFolder, keep_folders
from postroom.archive.models import (
    DealLink,
    Email,
    FolderRole,
    MutedThread,
    RawMessage,
    ResponseWatch,
    Triage,
)
from postroom.archive.presence import appear
from postroom.archive.proofs import Listing, prove
from postroom.archive.quarantine import quarantine
from postroom.archive.record import record
from postroom.archive.teamwork import assign, say
from postroom.association import own_emails, visible_to
from postroom.cleanup import bites, unchecked
from postroom.cleanup.deleting import delete_next, unfinished_deletions
from postroom.cleanup.stock import stock_of
from postroom.config.postgres import binaries
from postroom.engine.leaving import end_keeping, start_deleting
from postroom.engine.posting import waiting_notices
from postroom.outbox.models import DraftCopy, Notice, NoticedPlace, OutgoingEmail, ReadReport
from postroom.rules.models import Rule, RuleRun
from postroom.sync.inquiring import note_answered
from postroom.team.models import Act, AuditEntry
from postroom.webhooks.models import Delivery, Webhook
from sync.state_hash import state_of

pytestmark = pytest.mark.django_db(transaction=True)

LONG = os.environ.get("TEST_LONG") == "1"
MANY = 20_000 if LONG else 3_000
WHOLE_BITE = bites.MOST_EMAILS


@pytest.fixture(autouse=True)
def bite(monkeypatch: pytest.MonkeyPatch) -> int:
    """Small bites, or a few emails would be gone with one."""
    monkeypatch.setattr(bites, "MOST_EMAILS", 10)
    return WHOLE_BITE


@pytest.fixture
def account() -> EmailAccount:
    """Alice's mailbox."""
    made = account_of(user("Alice"), Sharing.CUSTOM)
    keep_secret(made, Direction.INCOMING, f"{CANARY} secret")
    return made


@pytest.fixture
def bobs() -> EmailAccount:
    """Bob's mailbox, in which ten of Alice's messages lie too."""
    account = account_of(user("Bob"), Sharing.PUBLIC)
    bring(account, letters(10, "alice@example.com"))
    return account


def delete_all(account: EmailAccount) -> Iterator[Deletion]:
    """Bite by bite, to the end."""
    while deletion := delete_next(account.pk, NOON):
        yield deletion


def dump(database_url: str) -> bytes:
    """The whole database as text."""
    command = [str(binaries() / "pg_dump"), "--inserts", database_url]
    return subprocess.run(command, check=True, capture_output=True).stdout


def lines_with_canary(text: bytes) -> list[bytes]:
    """What of a dump still has it."""
    return [line[:2_000] for line in text.splitlines() if CANARY.encode() in line]


def test_nothing_of_the_mail_is_left_in_the_database(
    account: EmailAccount, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    fill(account, 60)
    DraftCopy.objects.create(account=account, message_id=CANARY, version=NOON, tried_at=NOON)
    waiting = {"account": account, "author": account.owner, "text": CANARY, "changed_at": NOON}
    for state in ("draft", "queued", "refused"):
        OutgoingEmail.objects.create(key=uuid4(), state=state, raw=CANARY.encode(), **waiting)
    link = NoticedPlace(outgoing=OutgoingEmail.objects.latest("pk"), kind="link", target=CANARY)
    link.save()
    link.sightings.create(at=NOON, reader="phone")
    Notice.objects.create(
        key="existing-mail:x", account=account, message_id="x", state="sent", written_at=NOON,
        due_at=NOON, recipient="alice@example.com", subject=CANARY, text=CANARY, html=CANARY,
    )  # fmt: skip
    assert CANARY.encode() in dump(database_url), "the control"
    end_keeping(account, Decision(NOON, account.owner))
    start_deleting(account.pk)
    assert len(list(delete_all(account))) >= 6
    left = dump(database_url)
    assert CANARY.encode() not in left
    assert CANARY not in caplog.text
    assert not OutgoingEmail.objects.exists()
    assert not DraftCopy.objects.exists()
    assert not NoticedPlace.objects.exists()
    assert Notice.objects.get(key="existing-mail:x").text == ""
    assert RawMessage.objects.count() == Credential.objects.count() == 0
    end = AuditEntry.objects.get(act=Act.MAIL_DELETED)
    assert str(end) == "Postroom deleted here all emails of alice@example.com"
    assert end.detail == "60 emails"
    job = ProcrastinateJob.objects.get(queueing_lock=f"delete:{account.pk}")
    assert job.args == {"account_id": account.pk}


def test_the_mail_of_others_is_as_it_was(
    account: EmailAccount, bobs: EmailAccount, database_url: str
) -> None:
    before = state_of(database_url)
    fill(account, 40)
    assert RawMessage.objects.count() == 41
    stock = stock_of(account)
    assert (stock.emails, stock.bodies, stock.with_colleagues) == (40, 40, 10)
    end_keeping(account, Decision(NOON, account.owner))
    list(delete_all(account))
    account.folders.all().delete()
    assert state_of(database_url) == before
    assert before["raw messages"][0] == 10


def test_choices_and_shares_stay_for_a_reactivation(account: EmailAccount) -> None:
    lena = person("Lena Lead", f"{CANARY}.1@customer.example")
    shared(account, lena)
    fill(account, 20)
    account.storage = "everything"
    account.save()
    end_keeping(account, Decision(NOON, account.owner))
    list(delete_all(account))
    account.refresh_from_db()
    assert (account.activation, account.sharing) == (Activation.DEACTIVATED, Sharing.CUSTOM)
    assert account.storage == "everything"
    assert account.shares.get().addresses.get().is_shared
    chosen = dict(account.folders.values_list("name", "is_synced"))
    assert chosen == {"INBOX": True, "Trash": False}
    assert set(account.folders.values_list("uidvalidity", "uidnext")) == {(0, None)}
    assert lena.addresses.count() == 1


def test_nobody_sees_a_deactivated_mailbox_whatever_is_left_of_it(
    account: EmailAccount, bobs: EmailAccount
) -> None:
    shared(account, person("Lena Lead", f"{CANARY}.1@customer.example"))
    fill(account, 60)
    alice, bob = account.owner, bobs.owner

    def sights() -> list[QuerySet[Email]]:
        return [visible_to(alice), own_emails(alice), visible_to(bob)]

    assert [seen.filter(account=account).exists() for seen in sights()] == [True] * 3, "the control"
    end_keeping(account, Decision(NOON, alice))
    for deletion in delete_all(account):
        assert 0 <= deletion.done <= deletion.found
        assert [seen.filter(account=account).exists() for seen in sights()] == [False] * 3
        if deletion.done < 60:
            assert Email.objects.filter(account=account).count() == 60 - deletion.done


def test_a_late_writer_brings_nothing_back(account: EmailAccount, database_url: str) -> None:
    emails = fill(account, 5)
    inbox, [raw] = folder_of(account), letters(1, account.address, first=900)
    late = (
        lambda: record(inbox, 1, [arrival(raw)]),
        lambda: store_bodies(account.pk, [Body(emails[0].pk, raw, CANARY, False)]),
        lambda: quarantine(inbox, 5, CANARY, NOON, raw),
        lambda: note_answered(account, [f"{CANARY}@late.example"], NOON),
        lambda: prove(inbox, Listing([1]), [1], NOON),
        lambda: keep_folders(account, [ListedFolder(CANARY, "/", FolderRole.OTHER, True)], NOON),
    )
    for write in late:
        write()  # The control: to an account that stands, all of them write.
    end_keeping(account, Decision(NOON, account.owner))
    for write in late:
        with pytest.raises(AccountClosed):
            write()
    list(delete_all(account))
    account.folders.filter(name=CANARY).delete()
    for write in late:
        with pytest.raises(AccountClosed):
            write()
    assert lines_with_canary(dump(database_url)) == []


def test_what_other_rooms_hang_on_its_emails_does_not_keep_them(
    account: EmailAccount, bobs: EmailAccount
) -> None:
    first, second = fill(account, 20)[:2]
    common = {"author": bobs.owner, "account": bobs, "changed_at": NOON}
    OutgoingEmail.objects.create(key=uuid4(), answers=first, copy=second, **common)
    ReadReport.objects.create(email=first)
    seen = {"since": NOON, "seen": 0, "seen_next": 0, "seen_at": NOON}
    rule = Rule.objects.create(owner=bobs.owner, name="Tell", position=1, **seen)
    RuleRun.objects.create(rule=rule, email=first, at=NOON, words=CANARY)
    webhook = Webhook.objects.create(
        url="https://x.example", user=bobs.owner, events=[], made_at=NOON, **seen
    )
    Delivery.objects.create(webhook=webhook, event="received", email=first, made_at=NOON)
    for relation in bites.from_other_rooms():
        rows = relation.related_model._base_manager.exclude(**{relation.field.name: None})
        assert rows.exists(), f"the control: there is a {relation.related_model.__name__}"
    end_keeping(account, Decision(NOON, account.owner))
    list(delete_all(account))
    assert not Email.objects.filter(account=account).exists()
    draft = OutgoingEmail.objects.get()
    assert (draft.answers, draft.copy) == (None, None)
    assert not ReadReport.objects.exists()
    assert not RuleRun.objects.exists()
    assert not Delivery.objects.exists()


def test_no_key_to_an_email_or_a_message_is_left_out_of_a_bite() -> None:
    """A bite leaves out the look at foreign keys, so it must know every one of them."""
    with connection.cursor() as cursor:
        cursor.execute(KEYS)
        keys = {(table, column, parent) for table, column, parent in cursor.fetchall()}
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        assert cursor.fetchone() == (True,), "the embedded PostgreSQL grants it"
    known = {
        (relation.related_model._meta.db_table, relation.field.column, "archive_email")
        for relation in bites.from_other_rooms()
    }
    for table, column, parent in keys - known:
        deletes = f"DELETE FROM {table} WHERE {column} = ANY"
        asks = f"NOT EXISTS (SELECT 1 FROM {table} WHERE {column} = raw.digest)"
        is_known = any(deletes in statement for statement in bites.OF_EMAILS)
        assert asks in bites.UNUSED_RAW if parent == "archive_rawmessage" else is_known, table
    assert len(keys) >= 11


KEYS = """
SELECT conrelid::regclass::text, attname, confrelid::regclass::text
  FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
 WHERE contype = 'f' AND confrelid IN ('archive_email'::regclass, 'archive_rawmessage'::regclass)
"""


@pytest.mark.parametrize("may", [True, False])
def test_where_keys_must_be_looked_at_the_same_is_deleted(
    may: bool, account: EmailAccount, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unchecked, "MAY", f"SELECT {may}")
    fill(account, 20)
    end_keeping(account, Decision(NOON, account.owner))
    list(delete_all(account))
    left = state_of(database_url)
    assert all(left[name][0] == 0 for name in left if name != "folders")


def test_removed_it_is_gone_altogether_and_may_come_anew(account: EmailAccount) -> None:
    first = fill(account, 20)[0]
    shared(account, person("Lena Lead", f"{CANARY}.1@customer.example"))
    Triage.objects.create(email=first, account=account, done_at=NOON)
    MutedThread.objects.create(account=account, thread_root=CANARY, muted_at=NOON)
    wish = {"by": account.owner, "due_at": NOON, "made_at": NOON}
    ResponseWatch.objects.create(email=first, account=account, **wish)
    add_member(account, user("Bob"), None, NOON)
    assign(first, account.owner, account.owner, NOON)
    say(first, CANARY, account.owner, NOON)
    appear(first, account.owner, NOON, is_writing=True)
    # Which deal a conversation belongs to is people's word, by its name: it stays for others.
    tables = [each for each in apps.get_app_config("archive").get_models() if each != DealLink]
    empty = [table for table in tables if not table._default_manager.exists()]
    assert empty == [], "the control: a full mailbox has a row in every table of mail"
    end_keeping(account, Decision(NOON, account.owner), removes_account=True)
    list(delete_all(account))
    assert not EmailAccount.objects.exists()
    for table in (*tables, Deletion):
        assert not table._default_manager.exists(), table
    account_of(account.owner)


def test_a_deactivated_mailbox_can_still_be_removed(account: EmailAccount) -> None:
    for removes_account in (False, True):
        end_keeping(account, Decision(NOON, account.owner), removes_account=removes_account)
        list(delete_all(account))
    assert not EmailAccount.objects.exists()


def test_a_second_decision_changes_nothing_and_a_pause_ends_no_deactivation(
    account: EmailAccount,
) -> None:
    fill(account, 20)
    end_keeping(account, Decision(NOON, account.owner, "first"))
    end_keeping(account, Decision(NOON, None, "second"))
    account.refresh_from_db()
    assert account.decided_because == "first"
    resume(account)
    account.refresh_from_db()
    assert account.activation == Activation.DEACTIVATED
    assert unfinished_deletions() == [account.pk]
    list(delete_all(account))
    assert unfinished_deletions() == []
    assert delete_next(account.pk, NOON) is None


def test_a_message_that_another_mailbox_takes_up_meanwhile_stays(
    account: EmailAccount, database_url: str
) -> None:
    """Bob's sync finds the bytes here already, and they are deleted before it comes to its end."""
    emails = fill(account, 5)
    [shared_raw] = letters(1, account.address)
    bobs = account_of(user("Bob"))
    end_keeping(account, Decision(NOON, account.owner))
    with transaction.atomic():
        [one] = record(folder_of(bobs), 1, [arrival(shared_raw)]).values()
        store_bodies(bobs.pk, [Body(one, shared_raw, "", False)])
        deleting = subprocess.Popen(
            [sys.executable, "-c", DELETE_ELSEWHERE, str(account.pk)],
            env={**os.environ, "DATABASE_URL": database_url},
        )
        time.sleep(3)
        assert deleting.poll() is None, "it waits for Bob's sync"
    assert deleting.wait(60) == 0
    assert len(emails) == 5
    assert RawMessage.objects.count() == 1
    assert Email.objects.get().raw is not None


DELETE_ELSEWHERE = """
import django, os, sys
from datetime import UTC, datetime
os.environ["DJANGO_SETTINGS_MODULE"] = "postroom.config.settings"
django.setup()
from postroom.cleanup.deleting import delete_next
while delete_next(int(sys.argv[1]), datetime.now(UTC)): pass
"""


def test_it_is_quick_and_asks_little_for_each_bite(
    account: EmailAccount, bite: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bites, "MOST_EMAILS", bite)
    fill(account, MANY)
    end_keeping(account, Decision(NOON, account.owner))
    begun = time.perf_counter()
    longest = 0.0
    bites_taken = 0
    while True:
        at = time.perf_counter()
        with CaptureQueriesContext(connection) as asked:
            more = delete_next(account.pk, NOON)
        longest = max(longest, time.perf_counter() - at)
        assert len(asked) < 40
        if not more:
            break
        bites_taken += 1
    seconds = time.perf_counter() - begun
    print(f"{MANY} whole emails in {seconds:.2f} s: {MANY / seconds:,.0f}/s, longest {longest:.3f}")
    assert longest < 10, "others would wait"


def test_the_owner_is_told_once_who_decided_and_why(account: EmailAccount) -> None:
    administrator = user("Ada")
    end_keeping(account, Decision(NOON, administrator, "Left the company."))
    for _ in range(2):
        waiting_notices(NOON)
    notice = Notice.objects.get()
    assert notice.recipient == "alice@example.com"
    assert "Ada deactivated the mailbox alice@example.com" in notice.text
    assert "Left the company." in notice.text
    list(delete_all(account))
    waiting_notices(NOON)
    assert Notice.objects.count() == 1
