"""What a page reads of the database stays what it was when others' mail grows fourfold.

Rows are counted, not time: PostgreSQL's own figures of what its tables were asked for. Small tables
are rightly read whole, so that is forbidden while it is counted; a page that has no index for
what it asks reads them whole all the same, and is found.
"""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from cast import NOON, account_of, person, user
from postroom.accounts.models import EmailAccount, Sharing
from postroom.crm.models import Company, Person
from postroom.team.models import User

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db

PAGES = (
    "/people/{person}/",
    "/people/{person}/?as=threads",
    "/people/{person}/?sort=oldest",
    "/companies/{company}/",
    "/emails/{email}/",
    "/search/?q=word",
    "/inbox/?column=people",
    "/inbox/?column=deals",
    "/inbox/?column=outside",
    "/inbox/counts/",
)
MUCH, MORE = 2_000, 8_000
# The newest of the lead are Alice's own; the oldest are a colleague's, before and after.
OWN = MUCH // 2
LETTERS = """
WITH letter AS (
    SELECT %(first)s + n AS id,
           CASE WHEN n %% 20 = 0 AND n <= %(own)s THEN %(mine)s ELSE %(theirs)s END AS account,
           CASE WHEN n %% 20 = 0 THEN 'p1@mill.example' ELSE 'p' || n %% 40 || '@mill.example' END
               AS sender,
           %(now)s::timestamptz - n * interval '1 hour' AS at
    FROM generate_series(%(from)s, %(to)s) n
), kept AS (
    INSERT INTO archive_email (id, account_id, identity, message_id, thread_root, subject, snippet,
        sent_at, received_at, direction, size, has_attachments, is_read, is_flagged, is_answered,
        in_inbox, is_automatic, body_state, body_due)
    SELECT id, account, sha256(id::text::bytea), '<' || id || '@x>', '<t' || id / 4 || '@x>', 'S',
           '', at, at, 'received', 1, false, id %% 2 = 0, false, false, true, false, 'envelope',
           false
    FROM letter
), entered AS (
    INSERT INTO archive_searchentry
        (email_id, account_id, sent_at, people, subject, everything, text)
    SELECT id, account, at, '', '', '''word'':1', '' FROM letter
)
INSERT INTO archive_participant (email_id, account_id, role, position, name, address, canonical,
    sent_at)
SELECT id, account, 1, 0, '', sender, sender, at FROM letter
"""
READ = """
SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables
WHERE relname LIKE 'archive%%' OR relname LIKE 'crm%%' OR relname LIKE 'accounts%%'
"""


@pytest.fixture
def alice() -> User:
    """Alice with a mailbox, a colleague's whose mail she may see, and forty leads of a company."""
    alice = user("Alice")
    account_of(alice), account_of(user("Bob"), Sharing.PUBLIC)
    mill = Company.objects.create(name="Mill")
    for number in range(40):
        person(f"Lead {number}", f"p{number}@mill.example")
    Person.objects.filter(last_name__in=["1", "2"]).update(company=mill)
    User.objects.update(salesinbox_on=True)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        # As PostgreSQL does by itself: of a table of which it knows nothing a plan is a guess.
        cursor.execute("ANALYZE crm_person, crm_personaddress, accounts_emailaccount, team_user")
    return alice


def write(first: int, last: int) -> None:
    """So many letters: one in twenty from one lead, the newest of them to Alice."""
    mine, theirs = EmailAccount.objects.order_by("pk").values_list("pk", flat=True)
    said = {"first": 10_000, "mine": mine, "theirs": theirs, "from": first, "to": last}
    said |= {"own": OWN, "now": NOON}
    with connection.cursor() as cursor:
        cursor.execute(LETTERS, said)
        cursor.execute("ANALYZE archive_email, archive_participant, archive_searchentry")


def rows_read(client: Client, path: str) -> int:
    """How many rows PostgreSQL read for a page, the first time aside."""
    client.get(path)
    before = read_so_far()
    assert client.get(path).status_code == 200
    return read_so_far() - before


def read_so_far() -> int:
    """In this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(READ)
        return int(cursor.fetchone()[0])


def test_no_page_reads_more_because_there_is_more_mail(alice: User, as_user: SignIn) -> None:
    client = as_user(alice)
    write(1, MUCH)
    named = {"email": 10_020, "person": Person.objects.get(last_name="1").pk}
    named["company"] = Company.objects.get().pk
    paths = [page.format(**named) for page in PAGES]
    few = {path: rows_read(client, path) for path in paths}
    write(MUCH + 1, MORE)
    many = {path: rows_read(client, path) for path in paths}
    print({path: (few[path], many[path]) for path in paths})
    assert {path: (few[path], many[path]) for path in paths if many[path] > 2 * few[path]} == {}
    assert read_whole() == 2 * MORE


def read_whole() -> int:
    """The control: what it takes to count all mail."""
    before = read_so_far()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(snippet) FROM archive_email")
        cursor.execute("SELECT count(name) FROM archive_participant")
    return read_so_far() - before
