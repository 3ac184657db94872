"""Emails and people meet in a join of canonical addresses, never in a table of links.

A new contact, a secondary address or a lead's conversion needs no re-linking: the mail is
there at once (Design, decision 4). The organisation's own domains never match anyone.
"""

from collections.abc import Iterable

from django.db.models import OuterRef, Q, QuerySet

from postroom.archive.models import Email, Participant
from postroom.crm.models import Person, PersonAddress
from postroom.team.models import Organisation


def at_domains(domains: Iterable[str], field: str = "canonical") -> Q:
    """Match addresses at any of the domains; none at all when there are no domains."""
    condition = Q(pk__in=[])
    for domain in domains:
        condition |= Q(**{f"{field}__endswith": f"@{domain}"})
    return condition


def known_addresses() -> QuerySet[PersonAddress]:
    """All addresses of leads and contacts that may match mail."""
    return PersonAddress.objects.exclude(at_domains(Organisation.get().own_domains))


def emails_of(person: Person) -> QuerySet[Email]:
    """Every email with the person on it, whoever may see it. Reference: View Emails."""
    addresses = list(known_addresses().filter(person=person).values_list("canonical", flat=True))
    on_it = Participant.objects.filter(canonical__in=addresses)
    return Email.objects.filter(pk__in=on_it.values("email"))


def known_participants() -> QuerySet[Participant]:
    """For use in an Exists over emails: participants of the outer email who are known people."""
    return Participant.objects.filter(
        email=OuterRef("pk"), canonical__in=known_addresses().values("canonical")
    )


def people_on(email: Email) -> QuerySet[Person]:
    """The leads and contacts on one email."""
    canonical = email.participants.values("canonical")
    return Person.objects.filter(
        pk__in=known_addresses().filter(canonical__in=canonical).values("person")
    )
