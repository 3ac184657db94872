"""Random worlds: the SQL of the rule, by every way of reading, against plain Python."""

import random
from collections import Counter

import pytest
from django.db import transaction
from django.utils import timezone

from association.worlds import World, is_colleague, random_world, sight_of
from postroom.association import Sight, all_related_emails, readable_by, related_emails, visible_to
from postroom.association.facts import Facts, facts_of
from postroom.association.reasons import decide
from postroom.crm.models import Person
from postroom.team.models import User

pytestmark = pytest.mark.django_db

WORLDS = 84
PIECES = 12
Sights = dict[int, int]


def seen(viewer: User) -> Sights:
    """The sight of every email in the viewer's sight; none comes with more than that."""
    emails = list(visible_to(viewer))
    shown = [1 + bool(e.subject) + bool(e.snippet and e.has_attachments) for e in emails]
    assert shown == [e.sight for e in emails]
    return {email.pk: email.sight for email in emails}


def readable(viewer: User) -> Sights:
    return dict.fromkeys(readable_by(viewer).values_list("pk", flat=True), Sight.EVERYTHING.value)


def expected(world: World, viewer: User) -> Sights:
    sights = {email.pk: sight_of(world, viewer, email) for email in world.emails}
    return {pk: sight for pk, sight in sights.items() if sight}


def explained(world: World, viewer: User, facts: dict[int, Facts]) -> Sights:
    """What the reasons say, of every email; none is without words."""
    reasons = {email.pk: decide(facts[email.pk], viewer) for email in world.emails}
    assert all(reason.words for reason in reasons.values())
    return {pk: reason.sight for pk, reason in reasons.items() if reason.sight}


def check_lists(world: World, viewer: User, right: Sights) -> None:
    """A person's list has one row for each email that is seen with them, and no other."""
    email_of = {e.pk: e for e in world.emails}
    for person in Person.objects.all():
        best: Sights = {}
        for pk, sight in right.items():
            if person.pk in {world.people.get(a) for a in known_on(world, pk)}:
                key = int.from_bytes(email_of[pk].identity, "big")
                best[key] = max(best.get(key, 0), sight)
        for rows in (
            all_related_emails(person, viewer),
            related_emails(person, viewer, limit=999).rows,
        ):
            got = {int.from_bytes(r.email.identity, "big"): r.email.sight for r in rows}
            assert len(got) == len(rows)
            assert got == best


def known_on(world: World, pk: int) -> list[str]:
    return [a for a in world.on[pk] if not is_colleague(world, a)]


@pytest.mark.parametrize("piece", range(PIECES))
def test_the_query_decides_as_the_sentence_says(piece: int) -> None:
    met: Counter[int] = Counter()
    for seed in range(piece, WORLDS, PIECES):
        with transaction.atomic():
            world = random_world(random.Random(seed))
            facts = facts_of(world.emails, timezone.now())
            for viewer in world.users:
                right = expected(world, viewer)
                assert seen(viewer) == right, (seed, viewer)
                whole = {pk: s for pk, s in right.items() if s == Sight.EVERYTHING}
                assert readable(viewer) == whole, (seed, viewer)
                assert explained(world, viewer, facts) == right, (seed, viewer)
                if seed % 13 == 0:
                    check_lists(world, viewer, right)
                met.update(right.values())
                met[0] += len(world.emails) - len(right)
            transaction.set_rollback(True)
    print(f"{met.total():,} decisions: {dict(sorted(met.items()))}")
    assert min(met[Sight.NOTHING], met[Sight.EVERYTHING]) > met.total() / 10
