"""What is asked of a few emails: who wrote them is looked up once, for whatever is asked of it.

`these` are the emails, `sender` who stands in their From, `known` those whom we know as
leads or contacts. A condition on the other side looks at these few, and not anew for each email
at its participants, the people and the colleagues. ADR 48.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL

from postroom.archive.models import Email, EveryParticipant, ParticipantRole
from postroom.association.people import of_colleagues
from postroom.crm.models import Person

WITH = """WITH these AS MATERIALIZED (SELECT unnest(%s::bigint[]) AS id),
sender (email_id, canonical, is_ours) AS MATERIALIZED ({senders}),
known AS MATERIALIZED (
    SELECT sender.email_id, address.person_id
    FROM sender JOIN crm_personaddress address USING (canonical) WHERE NOT sender.is_ours)
"""
THESE = "SELECT id FROM these"
KNOWN = "SELECT person_id FROM known"
FROM_COLLEAGUES = "SELECT email_id FROM sender WHERE is_ours"
FROM_ONE_OF = "SELECT email_id FROM known WHERE person_id IN ({})"


def from_one_of(people: QuerySet[Person]) -> Q:
    """Match those of the emails that one of these people wrote."""
    few = people.filter(pk__in=RawSQL(KNOWN, [])).order_by()  # noqa: S611 - words of our own
    sql, said = sql_of(few.values("pk"))
    return Q(pk__in=RawSQL(FROM_ONE_OF.format(sql), said))  # noqa: S611 - written by Django


def from_colleagues() -> Q:
    """Match those of the emails that a colleague wrote."""
    return Q(pk__in=RawSQL(FROM_COLLEAGUES, []))  # noqa: S611 - words of our own


@dataclass(frozen=True, slots=True)
class Answers:
    """Emails with their answers: `head` stands before the statement that reads `each`.

    The first value is to be the emails' ids, the others are `said`.
    """

    head: str
    each: str
    said: tuple[Any, ...]


def answers_to(questions: Mapping[str, Q]) -> Answers:
    """A column of truths for each question, by its name, and `id`.

    Decided for each email alone: filtered by a condition, PostgreSQL may begin with it, and look
    through the mail of all leads for what is among a few emails.
    """
    these = RawSQL(THESE, [])  # noqa: S611 - words of our own
    senders = EveryParticipant.objects.filter(email__in=these, role=ParticipantRole.FROM)
    named = senders.annotate(is_ours=truth_of(of_colleagues()))
    each = Email.objects.filter(pk__in=these).order_by()
    told = each.annotate(**{name: truth_of(asked) for name, asked in questions.items()})
    of_senders, first = sql_of(named.values("email_id", "canonical", "is_ours"))
    of_each, second = sql_of(told.values("id", *questions))
    return Answers(WITH.format(senders=of_senders), of_each, (*first, *second))


def sql_of(rows: QuerySet[Any, Any]) -> tuple[str, Sequence[Any]]:
    """A question as it is put, and what is said with it."""
    return rows.query.sql_with_params()


def truth_of(asked: Q) -> Case | Value:
    """Whether a condition is met, as a value; nothing asked is always met."""
    return Case(When(asked, then=True), default=False) if asked else Value(value=True)
