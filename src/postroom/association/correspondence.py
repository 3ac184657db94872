"""How many emails a viewer may see with each of some people, and when the last one was.

It counts what the Emails related list would show: an email once, however many colleagues have a
copy of it. Only the newest of each person are looked at, off the index of addresses; of more, the
figure is a lower bound. ADR 44.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from postroom.association.glimpses import Glimpse, PlainGlimpses
from postroom.association.people import among, known_addresses, own_domains
from postroom.association.reach import accounts_in_reach
from postroom.crm.models import Person, PersonAddress
from postroom.team.models import User
from postroom.team.prepared import answers
from postroom.team.written_once import written_once

# So many of each address, of many addresses fewer; further of those of whom nothing seen is there.
FEWEST, MOST_OF_EACH, OF_ALL = 16, 64, 640
FURTHER = (1_024, 1_000_000)
NEWEST = """
SELECT named.person, mail.email_id
  FROM unnest(%(addresses)s::text[], %(people)s::bigint[]) AS named (canonical, person)
 CROSS JOIN LATERAL (
       SELECT email_id FROM archive_every_participant
        WHERE canonical = named.canonical AND account_id = ANY(%(accounts)s::bigint[])
        ORDER BY sent_at DESC LIMIT %(most)s) AS mail
"""


@dataclass(frozen=True, slots=True)
class Correspondence:
    """The mail with one person in two figures; `is_more` when there may be others, uncounted."""

    count: int = 0
    last_at: datetime | None = None
    is_more: bool = False

    @property
    def more(self) -> str:
        """What stands behind the figure when it is a lower bound."""
        return "+" if self.is_more else ""


def correspondence_for(viewer: User, people: Sequence[Person]) -> dict[int, Correspondence]:
    """The figures by the person's id; people without visible mail are left out."""
    known = addresses_among([person.pk for person in people]) if people else []
    left, found = dict(known), dict[int, Correspondence]()
    if not left or not viewer.is_active:
        return {}
    glimpses = PlainGlimpses(viewer, accounts_in_reach(viewer))
    for most in (min(max(OF_ALL // len(left), FEWEST), MOST_OF_EACH), *FURTHER):
        mail = newest_with(left, accounts_in_reach(viewer).accounts, most)
        seen = {g.pk: g for g in glimpses.of({pk for emails in mail.values() for pk in emails})}
        for person, emails in mail.items():
            shown = [seen[pk] for pk in emails if pk in seen]
            if shown:
                found[person] = figures_of(shown, is_more=len(emails) >= most)
        left = {
            canonical: person
            for canonical, person in left.items()
            if person not in found and len(mail.get(person, ())) >= most
        }
        if not left:
            break
    return found


@written_once(own_domains)
def addresses_among(people: list[int]) -> QuerySet[PersonAddress, tuple[str, int]]:
    """The addresses of some people by which their mail is found, each with whose it is."""
    known = known_addresses().filter(person__in=among(people))
    return known.values_list("canonical", "person")


def newest_with(
    owners: Mapping[str, int], accounts: Sequence[int], most: int
) -> Mapping[int, Collection[int]]:
    """The newest emails with each address, by the person whose it is."""
    found: dict[int, set[int]] = defaultdict(set)
    said: dict[str, Any] = {"addresses": list(owners), "people": list(owners.values())}
    said |= {"accounts": list(accounts), "most": most}
    for person, email in answers("newest_with", NEWEST, said):
        found[person].add(email)
    return found


def figures_of(shown: Sequence[Glimpse], *, is_more: bool) -> Correspondence:
    """The two figures."""
    last_at = max(glimpse.sent_at for glimpse in shown)
    return Correspondence(len({glimpse.identity for glimpse in shown}), last_at, is_more)
