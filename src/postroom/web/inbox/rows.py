"""The rows of SalesInbox: who wrote, what about, and what the sender's open deals come to."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.expressions import RawSQL

from postroom.accounts.models import EmailAccount
from postroom.archive.labels import labels_of
from postroom.archive.models import Email, Label, Participant, ParticipantRole
from postroom.association import known_addresses
from postroom.association.inbox import AnyColumn, inboxes_of
from postroom.association.inbox_columns import Column
from postroom.association.inbox_team import assignees_of
from postroom.association.people import among, own_domains
from postroom.crm.models import Person, PersonAddress
from postroom.crm.pipeline import Total
from postroom.team.models import User
from postroom.team.once_a_page import once_a_page
from postroom.team.written_once import written_once
from postroom.web.emails.rows import participants_of, said


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One email; `deals` are what the sender's open deals come to, `deal_count` how many they are.

    `is_back`: it was snoozed, and its moment has come. `mailbox`: whither it came, where its reader
    has several.
    """

    email: Email
    sender: str
    address: str
    person: Person | None
    deals: list[Total]
    deal_count: int
    is_back: bool = False
    recipient: str = ""
    labels: Sequence[Label] = ()
    assigned: User | None = None
    mailbox: str = ""


def rows_of_inbox(
    emails: Sequence[Email],
    column: AnyColumn,
    viewer: User,
    *,
    back: int = 0,
    teams: Collection[int] = (),
) -> list[InboxRow]:
    """The rows for these emails, of which the first `back` were snoozed.

    Of mailboxes that are `teams` each says whose it is.
    """
    on = participants_of([email.pk for email in emails])
    senders = {email.pk: sender_on(on[email.pk]) for email in emails}
    is_known = column not in (Column.OUTSIDE, Column.COLLEAGUES)
    people = people_at([s.canonical for s in senders.values() if s]) if is_known else {}
    totals, counts = business_of(people) if is_known and column != Column.PEOPLE else ({}, {})
    rows, labels = [], labels_of(emails)
    assigned, mailboxes = assignees_of(emails, teams), mailboxes_told_apart(viewer)
    for number, email in enumerate(emails):
        sender = senders[email.pk]
        person = people.get(sender.canonical) if sender else None
        pk = person.pk if person else 0
        name, address = (said(sender), sender.address) if sender else ("", "")
        deals, count = totals.get(pk, []), counts.get(pk, 0)
        to = recipient_on(on[email.pk])
        is_back, its = number < back, labels.get(email.pk, ())
        row = InboxRow(email, name, address, person, deals, count, is_back, to, its)
        mailbox = mailboxes.get(email.account_id, "")
        rows.append(replace(row, assigned=assigned.get(email.pk), mailbox=mailbox))
    return rows


def mailboxes_told_apart(viewer: User) -> dict[int, str]:
    """The addresses of the viewer's mailboxes, where there are several in one inbox."""
    held = inboxes_of(viewer)
    if len(held) < 2:
        return {}
    return once_a_page(("addresses", viewer.pk), lambda: dict(addresses_of(held)))


@written_once()
def addresses_of(accounts: list[int]) -> QuerySet[EmailAccount, tuple[int, str]]:
    """The same as rows."""
    return EmailAccount.objects.filter(pk__in=among(accounts)).values_list("pk", "address")


def sender_on(participants: Sequence[Participant]) -> Participant | None:
    """The first address in From."""
    return next((p for p in participants if p.role == ParticipantRole.FROM), None)


def recipient_on(participants: Sequence[Participant]) -> str:
    """The first address in To, as people read it."""
    return next((said(p) for p in participants if p.role == ParticipantRole.TO), "")


def people_at(canonicals: Sequence[str]) -> dict[str, Person]:
    """The known people by their canonical addresses."""
    known = addresses_named(list(canonicals)) if canonicals else ()
    return {address.canonical: address.person for address in known}


@written_once(own_domains)
def addresses_named(canonicals: list[str]) -> QuerySet[PersonAddress]:
    """The same as rows."""
    named = RawSQL("SELECT unnest(%s::text[])", [canonicals])
    return known_addresses().filter(canonical__in=named).select_related("person__company")


def business_of(
    people: dict[str, Person],
) -> tuple[dict[int, list[Total]], dict[int, int]]:
    """What the open deals of people come to, and how many they are."""
    totals: dict[int, list[Total]] = defaultdict(list)
    counts: dict[int, int] = defaultdict(int)
    rows = open_deals_of([person.pk for person in people.values()]) if people else ()
    for pk, currency, count, amount in rows:
        counts[pk] += count
        if isinstance(amount, Decimal):
            totals[pk].append(Total(currency, amount))
    return totals, counts


@written_once()
def open_deals_of(people: list[int]) -> QuerySet[Person, tuple[Any, ...]]:
    """The same by person and currency: how many, and what they come to."""
    found = Person.objects.filter(pk__in=among(people), deals__closed_at=None)
    rows = found.order_by("deals__currency").values_list("pk", "deals__currency")
    return rows.annotate(Count("deals"), Sum("deals__amount"))
