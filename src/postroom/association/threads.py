"""The emails that answer each other, as one viewer sees them."""

from django.db.models import F

from postroom.archive.models import Email
from postroom.association.people import participations_of
from postroom.association.visibility import visible_to
from postroom.crm.models import Person
from postroom.team.models import User

MOST_OF_A_THREAD = 20


def thread_of(email: Email, viewer: User, person: Person | None) -> list[Email]:
    """The other visible emails of the thread, with this person if one is given, newest first.

    One of each email, the copy that shows most, though colleagues may have others; the newest few
    of a very long thread.
    """
    if not email.thread_root:
        return []
    emails = visible_to(viewer).filter(thread_root=email.thread_root)
    if person:
        emails = emails.filter(pk__in=participations_of(person).values("email"))
    found: dict[bytes, Email] = {bytes(email.identity): email}
    best_first = emails.order_by("-sent_at", F("sight").desc(), "id")
    for other in best_first[: 4 * MOST_OF_A_THREAD]:
        found.setdefault(bytes(other.identity), other)
    return [other for other in found.values() if other.pk != email.pk][:MOST_OF_A_THREAD]
