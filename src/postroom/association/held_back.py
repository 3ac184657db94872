"""How many stored emails the entries of an exclusion list hold back: numbers, and nothing else."""

from collections import defaultdict
from collections.abc import Collection
from functools import reduce
from operator import or_

from django.db.models import Q

from postroom.accounts.exclusions import covering
from postroom.accounts.models import Exclusion
from postroom.archive.models import Email, EveryParticipant
from postroom.archive.wall import round_the_wall
from postroom.association.people import at_own_domains, with_known_people
from postroom.team.models import User


@round_the_wall()
def held_back_by(exclusions: Collection[Exclusion], owner: User | None) -> dict[str, int]:
    """Emails with known people that each entry holds back; of an own list only the owner's own.

    One question for all of them: an address that several entries match counts for each.
    """
    patterns = {exclusion.pattern for exclusion in exclusions}
    if not patterns:
        return {}
    emails = Email.objects.filter(removed_at__isnull=True)
    known = with_known_people(emails.filter(account__owner=owner) if owner else emails)
    on_them = EveryParticipant.objects.filter(reduce(or_, map(matching, patterns)), email__in=known)
    found: dict[str, set[int]] = defaultdict(set)
    pairs = on_them.exclude(at_own_domains()).values_list("canonical", "email_id").distinct()
    for canonical, email in pairs.iterator():
        for pattern in patterns.intersection(covering(canonical)):
            found[pattern].add(email)
    return {pattern: len(found[pattern]) for pattern in patterns}


def matching(pattern: str) -> Q:
    """Match participants whom an entry excludes."""
    if "@" in pattern:
        return Q(canonical=pattern)
    return Q(canonical__endswith=f"@{pattern}") | Q(canonical__endswith=f".{pattern}")
