"""What became of what was written here, told by its copy in the mailbox."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from postroom.association.people import among
from postroom.outbox.models import OF_MACHINES, OutgoingEmail, OutgoingState, Sighting
from postroom.team.written_once import written_once

# Whoever read that it came back puts it aside; who did not get it stays on record.
CAME_BACK = Q(state=OutgoingState.BOUNCED) | ~Q(not_taken={})
RETURNED = Q(
    pk__in=OutgoingEmail.objects.filter(CAME_BACK, copy__isnull=False).values("copy"), sight__gte=3
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of an email: it did not reach everybody, a machine answered, a person may have opened it."""

    is_returned: bool = False
    is_answered_by_machine: bool = False
    is_opened: bool = False


UNKNOWN: Final = Outcome()


def outcomes_among(emails: Collection[int]) -> dict[int, Outcome]:
    """What is known of those of some emails that were sent from here; one question."""
    return {
        copy: Outcome(state == OutgoingState.BOUNCED or bool(not_taken), bool(away), is_opened)
        for copy, state, not_taken, away, is_opened in came_of(list(emails))
    }


@written_once()
def came_of(emails: list[int]) -> QuerySet[OutgoingEmail, tuple[Any, ...]]:
    """The same, read."""
    opened = Sighting.objects.filter(place__outgoing=OuterRef("pk"))
    found = OutgoingEmail.objects.filter(copy__in=among(emails)).annotate(
        is_opened=Exists(opened.exclude(doubt__in=OF_MACHINES))
    )
    return found.values_list("copy", "state", "not_taken", "away", "is_opened")
