"""An inbox of 500,000 emails among 30,000 people and 5,000 deals, and another of strangers alone.

Made inside PostgreSQL from a seed. The first is a sales mailbox: two fifths of its mail are from
leads and contacts, a twentieth from colleagues, and four of five deals are open. Of the second,
with 100,000 emails, three of four columns are empty. Both get twelve columns of their own, of much
mail and of none. `Size` has a small form for the tests.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from django.test import Client

from bench.crowd_pages import AskedPage
from postroom.accounts.models import EmailAccount
from postroom.association.inbox_columns import Column
from postroom.crm.pipeline import first_stage
from postroom.team.models import InboxColumn, User
from web.browser import SIGN_IN


@dataclass(frozen=True, slots=True)
class Size:
    """How much of each."""

    emails: int = 500_000
    people: int = 30_000
    deals: int = 5_000
    strange: int = 100_000


PEOPLE = """
INSERT INTO crm_person (id, stage, first_name, last_name, phone, created_at, lead_source)
SELECT n, CASE n %% 2 WHEN 0 THEN 'lead' ELSE 'contact' END, 'Person', n::text, '', now(), ''
FROM generate_series(1, %(people)s) n;
"""
ADDRESSES = """
INSERT INTO crm_personaddress (person_id, address, canonical, is_primary)
SELECT n, 'p' || n || '@customer.example', 'p' || n || '@customer.example', true
FROM generate_series(1, %(people)s) n;
"""
DEALS = """
WITH chosen AS (
    SELECT n, CASE WHEN n %% 5 = 0
        THEN (SELECT min(id) FROM crm_dealstage WHERE outcome = 'lost')
        ELSE (SELECT min(id) FROM crm_dealstage WHERE outcome = 'open') END AS stage
    FROM generate_series(1, %(deals)s) n
), made AS (
    INSERT INTO crm_deal (id, name, stage_id, amount, currency, opened_at, changed_at, closed_at)
    SELECT n, 'Deal ' || n, stage, n * 10, 'EUR', now() - interval '900 days', now(),
           CASE WHEN n %% 5 = 0 THEN now() END
    FROM chosen RETURNING id
)
INSERT INTO crm_deal_people (deal_id, person_id)
SELECT id, 1 + id * %(people)s / %(deals)s - 1 FROM made;
"""
# Who wrote each: one in twenty a colleague, two in five somebody known, those of low numbers often.
EMAILS = """
WITH letter AS MATERIALIZED (
    SELECT %(first)s + n AS id, random() AS kind, random() AS who,
           timestamptz '2026-11-01' - n * interval '97 seconds' AS at,
           random() < 0.2 AS unread
    FROM generate_series(1, %(count)s) n
), written AS MATERIALIZED (
    SELECT *, CASE
        WHEN kind < %(colleagues)s THEN 'user' || (1 + who * 50)::int || '@postroom.example'
        WHEN kind < %(known)s
            THEN 'p' || (1 + (%(people)s - 1) * who * who)::int || '@customer.example'
        ELSE 's' || (who * 200000)::int || '@elsewhere.example' END AS sender
    FROM letter
), kept AS (
    INSERT INTO archive_email (id, account_id, identity, message_id, thread_root, subject, snippet,
        sent_at, received_at, direction, size, has_attachments, is_read, is_flagged, is_answered,
        in_inbox, is_automatic, body_state, body_due)
    SELECT id, %(account)s, sha256(id::text::bytea), '<' || id || '@x.example>', '',
           'Subject ' || id, 'The beginning of the text', at, at, 'received', 4000, false,
           NOT unread, false, false, true, false, 'envelope', false
    FROM written
)
INSERT INTO archive_participant (email_id, account_id, role, position, name, address, canonical,
    sent_at)
SELECT id, %(account)s, role, 0, '', said, said, at
FROM written, LATERAL (VALUES (1, sender), (3, %(mine)s)) AS on_it (role, said);
"""

# Columns of one's own: conditions by kind and text, all of which are to be met.
OWN = {
    "Closing this month": {"closing_month": ""},
    "Customers": {"customer": ""},
    "To me from leads of the fair": {"to_me": "", "lead": "", "source": "Trade Show"},
    "Large deals": {"deal_over": "49000"},
    "Leads": {"lead": ""},
    "In talks": {"deal_stage": "New"},
    "Unread from strangers": {"unread": "", "unknown": ""},
    "Of one person": {"from": "p29990@customer.example"},
    "About a number": {"subject": "499 999"},
    "Fair": {"label": "fair"},
    "Starred contacts": {"starred": "", "contact": ""},
    "Not of customers": {"not_from": "customer.example", "larger": "1"},
}


def own_columns_of(owner: User) -> list[InboxColumn]:
    """As many as one may have."""
    return [
        InboxColumn.objects.create(
            owner=owner,
            name=name,
            position=position,
            conditions=[{"kind": kind, "text": text} for kind, text in asked.items()],
        )
        for position, (name, asked) in enumerate(OWN.items(), start=1)
    ]


def fill(database_url: str, size: Size = Size()) -> None:
    """Write all of it into a migrated, empty database."""
    people = [
        User.objects.create_user(f"user{n}@postroom.example", name=f"User {n}") for n in range(52)
    ]
    User.objects.update(salesinbox_on=True)
    sales, stranger = (
        EmailAccount.objects.create(owner=owner, address=owner.email, imap_host="mail.example")
        for owner in people[:2]
    )
    first_stage()  # And with it all of the pipeline.
    every = {"people": size.people, "deals": size.deals}
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SELECT setseed(0.5)")
        for statement in (PEOPLE, ADDRESSES, DEALS):
            connection.cursor().execute(statement, every)
        for account, first, count, colleagues, known in (
            (sales, 0, size.emails, 0.05, 0.45),
            (stranger, size.emails, size.strange, 0, 0),
        ):
            of_it = {"first": first, "count": count, "colleagues": colleagues, "known": known}
            whose = {"account": account.pk, "mine": account.address, "people": size.people}
            connection.cursor().execute(EMAILS, of_it | whose)
        connection.execute("VACUUM ANALYZE")


def pages() -> Iterator[AskedPage]:
    """Each column's first page and the counts, of both inboxes; then with columns of one's own.

    A page is to be asked for before the next is taken: the own columns are made between them.
    """
    InboxColumn.objects.all().delete()
    owners = User.objects.filter(email_accounts__isnull=False).order_by("pk")
    for name, viewer in zip(("sales", "strangers"), owners, strict=True):
        client = Client()
        client.force_login(viewer, backend=SIGN_IN)
        for column in Column:
            path = f"/inbox/?column={column.value}"
            yield AskedPage("a column’s first page", name, client, path, column.words)
        yield AskedPage("counts", name, client, "/inbox/counts/", "unread in each column")
        yield AskedPage("columns beside each other", name, client, "/inbox/columns/", "all")
        for own in own_columns_of(viewer):
            path = f"/inbox/?column={own.value}"
            yield AskedPage("a column of one’s own", name, client, path, own.name)
        also = f"of {len(OWN)} own ones too"
        yield AskedPage("counts with own columns", name, client, "/inbox/counts/", also)
