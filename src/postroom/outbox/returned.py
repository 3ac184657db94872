"""Emails that came back: known of what was written here, told by its copy in the mailbox."""

from collections.abc import Collection

from django.db.models import Q

from postroom.outbox.models import OutgoingEmail, OutgoingState

# Whoever read that it came back puts it aside; who did not get it stays on record.
CAME_BACK = Q(state=OutgoingState.BOUNCED) | ~Q(not_taken={})
RETURNED = Q(
    pk__in=OutgoingEmail.objects.filter(CAME_BACK, copy__isnull=False).values("copy"), sight__gte=3
)


def returned_among(emails: Collection[int]) -> set[int]:
    """Those of some emails that did not reach everybody."""
    found = OutgoingEmail.objects.filter(CAME_BACK, copy__in=emails)
    return set(found.values_list("copy", flat=True))
