"""Whom somebody means who types the beginning of a name or an address."""

from django.db.models import Q

from postroom.crm.models import Person, PersonAddress
from postroom.crm.people import find_people
from postroom.outbox.answering import typed
from postroom.team.models import User

MOST, COLLEAGUES = 8, 3


def find_people_known(words: str) -> list[str]:
    """Leads, contacts and colleagues, as one types an address."""
    if len(words := words.strip()) < 2:
        return []
    called = Q(name__icontains=words) | Q(email__icontains=words)
    users = User.objects.filter(called, is_active=True).order_by("name", "pk")[:COLLEAGUES]
    colleagues = [typed(user.name, user.email) for user in users]
    people = find_people(words, None).prefetch_related("addresses")[:MOST]
    found = [typed(str(p), one.canonical) for p in people for one in addresses_of(p)]
    return [*found[: MOST - len(colleagues)], *colleagues]


def addresses_of(person: Person) -> list[PersonAddress]:
    """The person's addresses, the primary one first."""
    return sorted(person.addresses.all(), key=lambda one: not one.is_primary)
