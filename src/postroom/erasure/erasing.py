"""Erase a person: everything at once, or nothing. GDPR Article 17, ADR 43.

One transaction, in which no mailbox records anything: what a recorder holds is waited for, and who
comes later finds the digests of their addresses. So a kill leaves either of two states, and no
email with them comes back with the next sync. Their mail server and ours' owners' are not touched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from postroom.accounts.holds import UnderHold, refuse_held_person
from postroom.accounts.models import AccessRequest, EmailAccount, Grant, Ruling
from postroom.archive.announce import announce_emails
from postroom.archive.fence import LOCK
from postroom.archive.models import Email, Quarantine, SearchEntry, ServerCopy
from postroom.archive.raw import RawLost, bytes_of
from postroom.archive.wall import round_the_wall
from postroom.cleanup.bites import forget_raw
from postroom.cleanup.holding import refuse_held
from postroom.crm.erased import digest_of, digest_of_keyword
from postroom.crm.models import ErasedAddress, Erasure, Person
from postroom.crm.people import announce_people
from postroom.erasure.register import forget_in_register, keep_register
from postroom.erasure.traces import (
    PLACES,
    Traces,
    are_many_named,
    audit_lines,
    deals_named,
    keywords_called_after,
    told_of,
    traces_of,
    written_emails,
)
from postroom.outbox.models.outgoing import OutgoingState
from postroom.team.audit import note
from postroom.team.counted import counted
from postroom.team.models import Act, User
from postroom.team.refusal import Refusal

NOBODY = "an erased person"
STRETCH = 1_000
LOCK_ALL = """
SELECT count(pg_advisory_xact_lock(%s, id))
  FROM (SELECT id::int FROM accounts_emailaccount ORDER BY id) AS account
"""
# The one way in which lines of the audit log change: their trigger knows this setting.
OPEN_THE_LOG = "SET LOCAL postroom.erasing = 'on'"
CLOSE_THE_LOG = "SET LOCAL postroom.erasing = 'off'"
UNNAME = """
UPDATE team_auditentry SET subject = %s, detail = CASE WHEN detail = '' THEN '' ELSE %s END
 WHERE id = ANY(%s)
"""


TAKE_OFF = """
UPDATE archive_servercopy AS copy
   SET keywords = NULLIF(ARRAY(SELECT word FROM unnest(keywords) AS said (word)
                                WHERE lower(word) <> ALL(%(keywords)s)), '{}')
 WHERE keywords IS NOT NULL AND EXISTS (
       SELECT FROM unnest(keywords) AS said (word) WHERE lower(word) = ANY(%(keywords)s))
"""


class BeingSent(Refusal):
    """An email to them is at a mail server this very moment."""

    def __init__(self) -> None:
        super().__init__("An email to this person is being sent right now. Try again in a minute.")


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is erased: emails by mailbox owner, and other rows by kind.

    `are_many_named`: their name alone stands in so many texts that it may be none.
    """

    emails: int
    mailboxes: int
    others: dict[str, int]
    held: str
    are_many_named: bool


@round_the_wall()
def extent_of(person: Person) -> Extent:
    """What would be erased, and the hold that forbids it, in words."""
    traces = traces_of(person)
    counts = told_of(traces)
    counts["lines of the audit log, without the name from then on"] = audit_lines(traces).count()
    return Extent(
        traces.emails.count(),
        mailboxes_of(traces).count(),
        {words: count for words, count in counts.items() if count},
        hold_in_words(traces.by_address),
        are_many_named(traces),
    )


@round_the_wall()
@transaction.atomic
def erase(person: Person, by: User | None, now: datetime, *, is_again: bool = False) -> Erasure:
    """Erase all that is known of them, and keep it so. Raises UnderHold or BeingSent.

    `is_again`: they were erased, and are back from a backup; nothing of it is being sent.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK_ALL, [LOCK])
    traces = traces_of(person)
    refuse_holds(traces)
    if not is_again:
        refuse_being_sent(traces)
    erasure = Erasure.objects.create(at=now, by=by)
    keywords = keywords_called_after(traces)
    take_off(keywords)
    erasure.others = erase_rows(traces)
    erasure.emails = erase_emails(traces)
    set_aside_without_content(traces)
    unname(traces)
    person.delete()
    kept_out = [*map(digest_of, traces.canonicals), *map(digest_of_keyword, keywords)]
    ErasedAddress.objects.bulk_create(
        (ErasedAddress(digest=digest, erasure=erasure) for digest in kept_out),
        ignore_conflicts=True,
    )
    erasure.save()
    note(Act.PERSON_ERASED, by, f"a person ({erasure})", now, counted(erasure.emails, "email"))
    announce_people()
    transaction.on_commit(keep_register)
    return erasure


@transaction.atomic
def allow_again(erasure: Erasure, by: User | None, now: datetime) -> None:
    """Let mail with them be kept again: they came back themselves. What was erased stays so."""
    digests = [bytes(d) for d in erasure.addresses.values_list("digest", flat=True)]
    erasure.addresses.all().delete()
    transaction.on_commit(partial(forget_in_register, digests))
    note(Act.ERASURE_LIFTED, by, erasure, now)


def mailboxes_of(traces: Traces) -> QuerySet[EmailAccount]:
    """Whose mailboxes have mail with them."""
    return EmailAccount.objects.filter(pk__in=traces.emails.values("account"))


def refuse_holds(traces: Traces) -> None:
    """Raises UnderHold: a hold on them, on all mail, on a mailbox with their mail."""
    refuse_held_person(traces.person)
    for account in mailboxes_of(traces):
        refuse_held(account)


def refuse_being_sent(traces: Traces) -> None:
    """Raises BeingSent."""
    moving = (OutgoingState.HELD, OutgoingState.QUEUED, OutgoingState.SENDING)
    if written_emails(traces).filter(state__in=moving).exists():
        raise BeingSent


def hold_in_words(traces: Traces) -> str:
    """Why nothing may be erased now; empty when it may."""
    try:
        with transaction.atomic():
            refuse_holds(traces)
            refuse_being_sent(traces)
    except (UnderHold, BeingSent) as refusal:
        return refusal.sentence
    return ""


def erase_rows(traces: Traces) -> int:
    """Everything that is no email and is theirs alone."""
    decided = decisions_about(traces)
    return sum(rows.delete()[0] for rows in (*decided, *(p.rows(traces) for p in PLACES)))


def take_off(keywords: Sequence[str]) -> None:
    """No copy of mail that stays has these any more; the mail server still has them."""
    with connection.cursor() as cursor:
        if keywords:
            cursor.execute(TAKE_OFF, {"keywords": [keyword.lower() for keyword in keywords]})


def decisions_about(traces: Traces) -> list[QuerySet[Any]]:
    """What owners decided about single emails or conversations of theirs."""
    emails = traces.emails
    of_them = Q(identity__in=list(emails.values_list("identity", flat=True)))
    roots = emails.exclude(thread_root="").values_list("thread_root", flat=True)
    about = of_them | Q(thread_root__in=list(roots))
    return [
        Ruling.objects.filter(about),
        Grant.objects.filter(about),
        AccessRequest.objects.filter(of_them),
    ]


def erase_emails(traces: Traces) -> int:
    """The emails with all that hangs on them; their UIDs stay accounted for."""
    done = 0
    while found := list(traces.emails.values_list("pk", "account_id", "raw_id")[:STRETCH]):
        ids = [pk for pk, _, _ in found]
        ServerCopy.objects.filter(email__in=ids).update(email=None, keywords=None)
        SearchEntry.objects.filter(email__in=ids).delete()
        Email.objects.filter(pk__in=ids).delete()
        forget_raw([*map(bytes, filter(None, (raw for _, _, raw in found)))])
        for account in {account for _, account, _ in found}:
            announce_emails(account, {pk for pk, of, _ in found if of == account})
        done += len(ids)
    return done


def set_aside_without_content(traces: Traces) -> None:
    """Messages nobody could read that name them keep their place, and nothing else."""
    for entry in Quarantine.objects.filter(raw__isnull=False).select_related("raw").iterator():
        if entry.raw is None or not names_them(traces, entry):
            continue
        digest = bytes(entry.raw.digest)
        entry.raw, entry.ignored_at = None, entry.ignored_at or entry.met_at
        entry.reason = "Erased."
        entry.save(update_fields=["raw", "ignored_at", "reason"])
        forget_raw([digest])


def names_them(traces: Traces, entry: Quarantine) -> bool:
    """Whether an address of theirs stands in a message's bytes, or the reason quotes it."""
    assert entry.raw is not None  # noqa: S101 - the caller asked
    try:
        content = bytes_of(entry.raw).lower()
    except RawLost:
        return False
    words = [word.lower() for word in traces.words]
    return any(word.encode() in content or word in entry.reason.lower() for word in words)


def unname(traces: Traces) -> None:
    """Lines of the audit log and deals that stay have no name of theirs any more."""
    lines = list(audit_lines(traces).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(OPEN_THE_LOG)
        cursor.execute(UNNAME, [NOBODY, "erased", lines])
        cursor.execute(CLOSE_THE_LOG)
    deals_named(traces).update(name=f"Deal with {NOBODY}")
