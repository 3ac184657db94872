"""Emails and deals meet when somebody looks, as emails and people do. ADR 38, after ADR 4.

What people linked by hand goes before the rule. Nothing here guards anything: whoever shows emails
begins with `visible_to`, and puts these conditions behind it.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, F, Func, Q, QuerySet

from postroom.archive.deal_links import find_link
from postroom.archive.models import DealLink, Email, EveryParticipant
from postroom.association.deal_rule import Candidate, Choice, Letter, Why, chosen_for
from postroom.association.people import addresses_of, among
from postroom.crm.models import Company, Deal, Person
from postroom.team.models import User
from postroom.team.once_a_page import once_a_page
from postroom.team.prepared import answers
from postroom.team.written_once import written_once

# The deals of the people on each email of a conversation; `deal_letters` is the database's.
LETTERS = """
SELECT email, sent_at, deal, opened_at, changed_at, closed_at, is_lost
FROM deal_letters(%(email)s, %(account)s, %(root)s)
"""


@dataclass(frozen=True, slots=True)
class DealOfEmail:
    """The deal of one email, why, and who decided it where somebody did."""

    deal: Deal | None
    why: Why
    by: User | None = None
    at: datetime | None = None


def deal_of() -> Func:
    """The id of an email's deal, as an expression over emails."""
    return Func(
        F("pk"),
        F("account_id"),
        F("thread_root"),
        F("identity"),
        function="deal_of",
        output_field=BigIntegerField(),
    )


def of_deal(emails: QuerySet[Email], deal: Deal) -> QuerySet[Email]:
    """Those of some emails that belong to the deal.

    Asked only of what comes into question: conversations with its people, and linked ones.
    """
    of_people = EveryParticipant.objects.filter(canonical__in=addresses_of_deal(deal))
    on = Email.objects.filter(pk__in=of_people.values("email"))
    linked = DealLink.objects.filter(deal=deal)
    in_question = Q(pk__in=on.values("pk"))
    in_question |= Q(thread_root__in=on.exclude(thread_root="").values("thread_root"))
    in_question |= Q(thread_root__in=linked.values("thread"))
    in_question |= Q(identity__in=lone_emails_of(deal))
    return emails.filter(in_question).alias(its_deal=deal_of()).filter(its_deal=deal.pk)


def lone_emails_of(deal: Deal) -> list[bytes]:
    """Emails without a conversation that were linked with the deal."""
    found = DealLink.objects.filter(deal=deal, thread__startswith="=")
    threads = found.values_list("thread", flat=True)
    alone = once_a_page((DealLink, deal.pk), lambda: list(threads))
    return [bytes.fromhex(thread.removeprefix("=")) for thread in alone]


def addresses_of_deal(deal: Deal) -> list[str]:
    """The addresses of those with whom it is made."""
    return once_a_page((addresses_of, deal), lambda: addresses_of(people_of_deal(deal)))


def people_of_deal(deal: Deal) -> QuerySet[Person]:
    """With whom the deal is made."""
    return deal.people.all()


def people_of_company(company: Company) -> QuerySet[Person]:
    """Who works for the company."""
    return company.people.all()


def deal_for_email(email: Email) -> DealOfEmail:
    """One email's deal, and why it is this one."""
    if link := find_link(email):
        return DealOfEmail(link.deal, Why.LINKED if link.deal else Why.TAKEN_OUT, link.by, link.at)
    choice = choice_for(email)
    deals = Deal.objects.select_related("stage", "company", "owner")
    found = deals.filter(pk=choice.deal).first() if choice.deal else None
    return DealOfEmail(found, choice.why)


def choice_for(email: Email) -> Choice:
    """What the rule says."""
    letters: dict[tuple[int, datetime], list[Candidate]] = defaultdict(list)
    said = {"email": email.pk, "account": email.account_id, "root": email.thread_root}
    for pk, sent_at, *deal in answers("deal_letters", LETTERS, said):
        letters[pk, sent_at].append(Candidate(*deal))
    return chosen_for(email.pk, [Letter(*place, of) for place, of in letters.items()])


def deals_with(people: Collection[Person]) -> list[Deal]:
    """Deals of these people, the open ones first: those that are offered for linking."""
    return deals_among([person.pk for person in people]) if people else []


@written_once()
def deals_among(people: list[int]) -> QuerySet[Deal]:
    """The same, asked."""
    deals = Deal.objects.select_related("stage", "company")
    of_them = Deal.people.through.objects.filter(person__in=among(people))
    found = deals.filter(pk__in=of_them.values("deal"))
    return found.order_by(F("closed_at").desc(nulls_first=True), "-changed_at", "-pk")
