"""Whom somebody means who types the beginning of a name or an address."""

from postroom.crm.models import Person, PersonAddress
from postroom.crm.people import find_people
from postroom.outbox.answering import typed
from postroom.team.models import User

MOST = 8


def find_people_known(words: str) -> list[str]:
    """Leads, contacts and colleagues, as one types an address."""
    if len(words.strip()) < 2:
        return []
    people = find_people(words, None).prefetch_related("addresses")[:MOST]
    colleagues = User.objects.filter(is_active=True, name__icontains=words.strip())[:MOST]
    found = [typed(str(p), one.canonical) for p in people for one in addresses_of(p)]
    return [*found, *(typed(u.name, u.email) for u in colleagues)][:MOST]


def addresses_of(person: Person) -> list[PersonAddress]:
    """The person's addresses, the primary one first."""
    return sorted(person.addresses.all(), key=lambda one: not one.is_primary)
