"""A mailbox that was deleted and is synced anew takes no more of the disk than before."""

import os

import psycopg
import pytest
from django.db import connection

from cast import NOON, account_of, user
from cleanup.full_mailboxes import bring, letters
from postroom.accounts.lifecycle import Decision
from postroom.accounts.models import Activation, EmailAccount, Sharing
from postroom.archive.models import Folder
from postroom.cleanup import space
from postroom.cleanup.deleting import delete_next
from postroom.engine.leaving import end_keeping

EMAILS = 20_000 if os.environ.get("TEST_LONG") == "1" else 1_000
# Without PostgreSQL's maps of free space, three pages for each, which the first VACUUM makes.
FULL = """
SELECT sum(pg_relation_size(oid)) FROM pg_class
 WHERE relkind IN ('r', 'i', 't')
   AND relnamespace IN ('public'::regnamespace, 'pg_toast'::regnamespace)
"""


def octets() -> int:
    """Of all tables and their indexes."""
    with connection.cursor() as cursor:
        cursor.execute(FULL)
        return int(cursor.fetchone()[0])


def deleted_and_synced_anew(account: EmailAccount, mail: list[bytes]) -> int:
    """The very same mail; how much it takes now."""
    end_keeping(account, Decision(NOON, account.owner))
    while delete_next(account.pk, NOON):
        pass
    space.use_again()
    Folder.objects.filter(account=account).delete()
    EmailAccount.objects.filter(pk=account.pk).update(activation=Activation.ACTIVE)
    account.refresh_from_db()
    assert len(bring(account, mail)) == EMAILS
    return octets()


@pytest.mark.django_db(transaction=True)
def test_deleted_space_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_of(user("Alice"), Sharing.PUBLIC)
    mail = letters(EMAILS, account.address)
    list(space.write_anew())
    bring(account, mail)
    first = octets()
    second = deleted_and_synced_anew(account, mail)
    with monkeypatch.context() as by_one_look:
        by_one_look.setattr(space, "REUSE", space.REUSE[:1])
        third = deleted_and_synced_anew(account, mail)
    print(f"{EMAILS:,} emails: {first:,} octets, again {second:,}; by one VACUUM alone {third:,}")
    assert second < 1.05 * first
    assert third > 1.1 * first, "the control"


@pytest.mark.django_db(transaction=True)
def test_it_does_not_wait_for_another_vacuum_to_its_end(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(space, "PATIENCE", "20ms")
    with psycopg.connect(database_url) as another:
        another.execute("LOCK TABLE archive_email IN SHARE UPDATE EXCLUSIVE MODE")
        before = vacuumed()
        space.use_again()
        after = vacuumed()
    left_out = {table for table, times in after.items() if times == before[table]}
    assert "archive_email" in left_out
    assert "archive_participant" not in left_out, "the control"


def vacuumed() -> dict[str, int]:
    """How often each table of mail was, by hand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT relname, vacuum_count FROM pg_stat_user_tables WHERE relname = ANY(%s)",
            [list(space.tables_of_mail())],
        )
        return dict(cursor.fetchall())
