"""What is to be read for search, beside the recording and never in its way.

`sync.indexing` does it. New mail is what lies above an account's mark; what has changed below it is
put on a list by whoever changes it, in the same transaction. Neither is forgotten before its words
are written, so a crash anywhere costs a repetition. ADR 29.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connection

from postroom.accounts.models import Activation, EmailAccount
from postroom.archive.models import Email, SearchDue, SearchMark
from postroom.archive.search_entry import Source

MOST_EMAILS = 200
MOST_OCTETS = 24 * 1024 * 1024  # Of messages held in memory at a time; one may have more.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ACCOUNTS_DUE = """
SELECT account.id FROM accounts_emailaccount AS account
  LEFT JOIN archive_searchmark AS mark ON mark.account_id = account.id
 WHERE account.activation <> %s
   AND (EXISTS (SELECT 1 FROM archive_email AS email
                 WHERE email.account_id = account.id AND email.id > COALESCE(mark.email_id, 0))
        OR EXISTS (SELECT 1 FROM archive_searchdue AS due WHERE due.account_id = account.id))
 ORDER BY account.id
"""

# Round the wall, behind which the mark would be compared with every email of the account.
COUNT_DUE = """
SELECT COALESCE(sum(fresh.count + changed.count), 0)
  FROM unnest(%s::bigint[]) AS account(id)
  LEFT JOIN archive_searchmark AS mark ON mark.account_id = account.id
 CROSS JOIN LATERAL (
       SELECT count(*) AS count FROM archive_every_thread AS email
        WHERE account_id = account.id AND email.email_id > COALESCE(mark.email_id, 0)) AS fresh
 CROSS JOIN LATERAL (
       SELECT count(DISTINCT due.email_id) AS count FROM archive_searchdue AS due
        WHERE due.account_id = account.id AND due.email_id <= COALESCE(mark.email_id, 0)) AS changed
"""


ON_THEM = """
SELECT email_id, role, name, address, canonical FROM archive_participant
 WHERE email_id = ANY(%s) ORDER BY email_id, role, position
"""

READ = ("account", "sent_at", "subject", "raw__digest", "raw__size", "raw__compressed")


class Named(NamedTuple):
    """Somebody on an email, as its rows say."""

    role: int
    name: str
    address: str
    canonical: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Some emails to be read, which entries of the list they are, and the mark before and after.

    `people` are who is on each of them.
    """

    account_id: int
    emails: list[Email]
    people: dict[int, list[Named]]
    due: list[int]
    mark: int
    next_mark: int


def accounts_due() -> list[int]:
    """The accounts of which something is to be read."""
    with connection.cursor() as cursor:
        cursor.execute(ACCOUNTS_DUE, [Activation.DEACTIVATED])
        return [pk for (pk,) in cursor.fetchall()]


def index_due(account: EmailAccount) -> int:
    """How many of the account's emails are not searchable as they are now; 0 when all are."""
    return due_of([account.pk])


def due_of(account_ids: Sequence[int]) -> int:
    """The same for several accounts, at the cost of one."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_DUE, [list(account_ids)])
        return int(cursor.fetchone()[0])


def read_again(account_id: int, email_ids: Sequence[int]) -> None:
    """Put emails on the list: their words are others now. In the transaction that changes them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO archive_searchdue (account_id, email_id) SELECT %s, unnest(%s::bigint[])",
            [account_id, list(email_ids)],
        )


def read_all_again(account: EmailAccount | None) -> None:
    """Forget how far it is, for one account or for all; until they are read, entries stay."""
    marks = SearchMark.objects.all()
    (marks if account is None else marks.filter(account=account)).update(email_id=0)


def mark_of(account_id: int) -> int:
    """The id up to which the account's emails have been read."""
    mark = SearchMark.objects.filter(account=account_id).values_list("email_id", flat=True).first()
    return mark or 0


def next_batch(account_id: int) -> Batch | None:
    """What is to be read next of an account; None when all is done.

    New mail comes first, and in the order of its recording: the newest of a mailbox is recorded
    first.
    """
    mark = mark_of(account_id)
    if batch := fresh_batch(account_id, mark):
        return batch
    listed = SearchDue.objects.filter(account=account_id).order_by("pk")[:MOST_EMAILS]
    changed = set(listed.values_list("email_id", flat=True))
    return batch_of(account_id, sorted(changed), mark) if changed else None


def fresh_batches(account_id: int) -> Iterator[Batch]:
    """New mail, batch by batch, each from where the one before ends: that one may be under way."""
    mark = mark_of(account_id)
    while batch := fresh_batch(account_id, mark):
        yield batch
        mark = batch.next_mark


def fresh_batch(account_id: int, mark: int) -> Batch | None:
    """What is to be read next of the account's new mail, if all up to this mark is being read."""
    fresh = Email.objects.filter(account=account_id, pk__gt=mark).order_by("pk")
    ids = list(fresh.values_list("pk", flat=True)[:MOST_EMAILS])
    if not ids:
        return None
    batch = batch_of(account_id, ids, mark)
    return replace(batch, next_mark=batch.emails[-1].pk) if batch.emails else batch


def batch_of(account_id: int, email_ids: list[int], mark: int) -> Batch:
    """The first of these emails, and their entries of the list, which are looked up before.

    What is put on the list from then on is read once more: it may be newer than what was read.
    """
    listed = SearchDue.objects.filter(account=account_id, email_id__in=email_ids)
    due = list(listed.values_list("pk", "email_id"))
    rows = Email.objects.filter(pk__in=email_ids).select_related("raw").only(*READ)
    emails = list(rows.order_by("pk"))
    now = as_much(emails)
    later = {email.pk for email in emails[len(now) :]}
    due_now = [n for n, pk in due if pk not in later]
    return Batch(account_id, now, people_on([email.pk for email in now]), due_now, mark, mark)


def people_on(email_ids: list[int]) -> dict[int, list[Named]]:
    """Who is on each of these emails."""
    people: dict[int, list[Named]] = {pk: [] for pk in email_ids}
    with connection.cursor() as cursor:
        cursor.execute(ON_THEM, [email_ids])
        for pk, *one in cursor.fetchall():
            people[pk].append(Named(*one))
    return people


def as_much(emails: list[Email]) -> list[Email]:
    """The first of them, as many as may be in memory at a time."""
    octets = 0
    for number, email in enumerate(emails):
        octets += email.raw.size if email.raw else 0
        if octets > MOST_OCTETS and number:
            return emails[:number]
    return emails


def sources_of(batch: Batch, raw: Sequence[bytes | None]) -> list[Source]:
    """What the words of these emails are made from."""
    return [
        Source(
            batch.account_id,
            (email.sent_at - EPOCH).days,
            [(one.role, one.name, one.address) for one in batch.people[email.pk]],
            email.subject,
            octets,
        )
        for email, octets in zip(batch.emails, raw, strict=True)
    ]
