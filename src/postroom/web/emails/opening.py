"""Open an email for whoever reads it: what follows from opening, and what its page shows."""

from django.utils import timezone

from postroom.archive.models import Email
from postroom.archive.reading import opened
from postroom.association import Sight, thread_of
from postroom.association.readings import note_reading
from postroom.crm.models import Person
from postroom.web.emails.asked_ahead import before_reading
from postroom.web.emails.conversation import lines_of, stretches_of
from postroom.web.emails.reading import Reading, reading_of
from postroom.web.emails.seeing import seeing_of
from postroom.web.sign_in import SignedInRequest


def open_email(request: SignedInRequest, email: Email) -> Reading:
    """Lay the email out and let the archive know that it was opened.

    Not when only a part of it is shown: nothing is fetched from a server for a look at that.
    """
    now = timezone.now()
    if email.sight == Sight.EVERYTHING:
        note_reading(email, request.user, now)
        opened(email, request.user, now)
    before_reading(request.user, email)
    return reading_of(email, seeing_of(request, request.user))


def message_context(
    request: SignedInRequest, email: Email, person: Person | None
) -> dict[str, object]:
    """One message of a conversation, unfolded."""
    return {"reading": open_email(request, email), "person": person}


def reading_context(
    request: SignedInRequest, email: Email, person: Person | None
) -> dict[str, object]:
    """An email in its conversation; with a person, of what passed between them alone."""
    conversation = stretches_of(lines_of(email, thread_of(email, request.user, person)))
    return message_context(request, email, person) | {"conversation": conversation}
