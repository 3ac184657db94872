"""Emails and people meet in a join of canonical addresses, never in a table of links.

A new contact, a secondary address or a lead's conversion needs no re-linking: the mail is
there at once (Design, decision 4). Colleagues never match anyone: a lead with the address of a
connected mailbox would be on every email in it.
"""

from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_

from django.db.models import OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from postroom.accounts.models import EmailAccount, FromAddress
from postroom.archive.models import Email, EveryParticipant
from postroom.crm.models import Person, PersonAddress
from postroom.team.models import Organisation, User
from postroom.team.once_a_page import has_answer, once_a_page
from postroom.team.written_once import Asked, asking, written_once


def of_colleagues() -> Q:
    """Match addresses at the organisation's domains, of users, and from which accounts write."""
    verified = FromAddress.objects.filter(verified_at__isnull=False)
    mailboxes = Q(canonical__in=EmailAccount.objects.values("address"))
    mailboxes |= Q(canonical__in=verified.values("address"))
    return mailboxes | Q(canonical__in=User.objects.values("email")) | at_own_domains()


def at_own_domains() -> Q:
    """Match addresses at the organisation's domains and below; none at all when it has none."""
    domains = Organisation.get().own_domains
    ends = (Q(canonical__endswith=mark + domain) for domain in domains for mark in "@.")
    return reduce(or_, ends, Q(pk__in=[]))


def own_domains() -> tuple[str, ...]:
    """By what questions after known addresses are written, beside their values."""
    return tuple(Organisation.get().own_domains)


def is_colleagues(canonical: str) -> bool:
    """Whether an address that stands on some email is one of ours."""
    standing = EveryParticipant.objects.filter(canonical=canonical)
    return standing.filter(of_colleagues()).exists()


def known_addresses() -> QuerySet[PersonAddress]:
    """All addresses of leads and contacts that may match mail."""
    return PersonAddress.objects.exclude(of_colleagues())


def is_anybody_known() -> bool:
    """Whether any mail can match at all."""
    return known_addresses().exists()


def known_among(canonicals: Collection[str]) -> set[str]:
    """Those of some canonical addresses that are of known people."""
    # One array parameter: an IN list of 500 takes longer to write than to answer.
    named = RawSQL("SELECT unnest(%s::text[])", [list(canonicals)])
    known = known_addresses().filter(canonical__in=named).order_by()
    return set(known.values_list("canonical", flat=True))


def with_known_people(emails: QuerySet[Email]) -> QuerySet[Email]:
    """Those of some emails on which there is somebody known.

    Not by Exists over each email: from the addresses an index leads to their mail.
    """
    known = EveryParticipant.objects.filter(canonical__in=known_addresses().values("canonical"))
    return emails.filter(pk__in=known.values("email"))


def among(ids: Iterable[int]) -> RawSQL:
    """Some emails by id, for `pk__in`: each is looked up by its key, whatever else is asked.

    As a list of constants PostgreSQL may look for each of them in each of 200 mailboxes.
    """
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])


def emails_of(person: Person) -> QuerySet[Email]:
    """Every email with the person on it, whoever may see it. Reference: View Emails."""
    return Email.objects.filter(pk__in=participations_of(person).values("email"))


def participations_of(person: Person) -> QuerySet[EveryParticipant]:
    """Wherever one of the person's addresses stands on an email."""
    return mail_at(addresses_of([person]))


def mail_at(canonicals: Collection[str]) -> QuerySet[EveryParticipant]:
    """Wherever one of these addresses stands on an email."""
    return EveryParticipant.objects.filter(canonical__in=canonicals)


def addresses_of(people: QuerySet[Person] | Collection[Person]) -> list[str]:
    """The canonical addresses by which their mail is found."""
    known = known_addresses().filter(person__in=people).order_by()
    return list(known.values_list("canonical", flat=True))


@written_once(own_domains)
def addresses_of_one(person: int) -> QuerySet[PersonAddress, str]:
    """The same of one person."""
    known = known_addresses().filter(person=person).order_by()
    return known.values_list("canonical", flat=True)


@written_once(own_domains)
def addresses_at(company: int) -> QuerySet[PersonAddress, str]:
    """The same of those who work for a company."""
    known = known_addresses().filter(person__company=company).order_by()
    return known.values_list("canonical", flat=True)


def known_participants() -> QuerySet[EveryParticipant]:
    """For use in an Exists over emails: participants of the outer email who are known people."""
    return EveryParticipant.objects.filter(
        email=OuterRef("pk"), canonical__in=known_addresses().values("canonical")
    )


def known_people_on(email: Email) -> list[Person]:
    """The leads and contacts on one email with their companies, for who shows them."""
    return once_a_page((people_on, email.pk), lambda: people_with_companies_on(email.pk))


def asking_who_is_known_on(email: Email) -> list[Asked]:
    """The question that this asks, unless the page has its answer."""
    known = has_answer((people_on, email.pk))
    return [] if known else [asking(people_with_companies_on, email.pk)]


@written_once(own_domains)
def people_with_companies_on(email: int) -> QuerySet[Person]:
    """The same, asked."""
    return people_on(Email(pk=email)).select_related("company")


def people_on(email: Email) -> QuerySet[Person]:
    """The leads and contacts on one email."""
    canonical = email.participants.values("canonical")
    return Person.objects.filter(
        pk__in=known_addresses().filter(canonical__in=canonical).values("person")
    )
