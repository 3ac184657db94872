"""After a deletion the words of the mail are in no file of PostgreSQL's, of ours, or beside them.

What can be promised of PostgreSQL's files, and what remains for how long, stands in
`docs/cleanup-policy.md`; it is what is measured here.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.conf import LazySettings
from django.db import connection

from archive.test_raw_beside import configured, files
from cast import NOON, account_of, user
from cleanup import full_mailboxes
from cleanup.full_mailboxes import bring, fill, letters
from postroom.accounts.lifecycle import Decision
from postroom.accounts.models import EmailAccount, Sharing
from postroom.archive.models import Email
from postroom.cleanup.deleting import delete_next
from postroom.cleanup.space import use_again, write_anew
from postroom.config.postgres_conf import PORT, SUPERUSER
from postroom.engine.leaving import end_keeping, start_deleting

EMAILS = 10_000 if os.environ.get("TEST_LONG") == "1" else 200
ROUND = 128  # Segments of 16 MB in 2 GB, the most that the embedded PostgreSQL keeps.


@pytest.fixture
def canary() -> str:
    """A word that no other test of this PostgreSQL writes."""
    return f"kanari{uuid4().hex[:12]}"


def files_with(folder: Path, words: list[bytes]) -> set[str]:
    """Below which of the folder's parts there are files in which one of these stands."""
    found = set()
    for path in filter(Path.is_file, sorted(folder.rglob("*"))):
        with suppress(FileNotFoundError):  # The server works on.
            content = path.read_bytes()
            if any(word in content for word in words):
                found.add(str(path.relative_to(folder).parts[0]))
    return found


@contextmanager
def administrator(server: Path) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Whoever runs the PostgreSQL."""
    sockets = str(server / "postgres" / "run")
    with psycopg.connect(
        host=sockets, port=PORT, dbname="postgres", user=SUPERUSER, autocommit=True
    ) as admin:
        yield admin


def go_on_writing(server: Path, segments: int) -> None:
    """As the mail of other mailboxes does it: the write-ahead log comes round."""
    with administrator(server) as admin:
        for _ in range(segments):
            admin.execute("SELECT pg_logical_emit_message(true, 'test', 'x')")
            admin.execute("SELECT pg_switch_wal()")
        admin.execute("CHECKPOINT")


def deleted(account: EmailAccount) -> None:
    """As the engine does it, to the end."""
    end_keeping(account, Decision(NOON, account.owner))
    start_deleting(account.pk)
    while delete_next(account.pk, NOON):
        pass
    use_again()


@pytest.mark.django_db(transaction=True)
def test_no_word_of_the_mail_is_left_in_a_file(
    canary: str,
    postgres_server: Path,
    tmp_path: Path,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Messages as well, compressed as they are; a quarter of them lie beside the database."""
    leaver, other = account_of(user("Alice"), Sharing.PUBLIC), account_of(user("Bob"))
    bring(other, letters(EMAILS, other.address, first=10**6))
    monkeypatch.setattr(full_mailboxes, "CANARY", canary)
    fill(leaver, EMAILS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    raws = Email.objects.filter(account=leaver).values_list("raw__compressed", flat=True)[:50]
    packed = [bytes(raw)[40:80] for raw in raws if raw]
    configured(settings, {"location": str(tmp_path)})
    bring(leaver, letters(EMAILS // 4, leaver.address, first=EMAILS))
    assert len(files(tmp_path)) == EMAILS // 4
    words = [canary.encode(), *packed]
    cluster = postgres_server / "postgres" / "cluster"
    go_on_writing(postgres_server, 0)
    assert files_with(cluster, words) == {"base", "pg_wal"}, "the control"
    deleted(leaver)
    assert not files(tmp_path)
    go_on_writing(postgres_server, 0)
    print("after the last bite:", files_with(cluster, words))
    list(write_anew())
    go_on_writing(postgres_server, 0)
    assert files_with(cluster, words) <= {"pg_wal"}
    gone_by = 0
    while files_with(cluster / "pg_wal", words) and gone_by < ROUND:
        go_on_writing(postgres_server, 4)
        gone_by += 4
    print(f"nothing in the log after {gone_by} segments of it")
    assert files_with(cluster, words) == set()
    assert files_with(postgres_server, words) == set()
