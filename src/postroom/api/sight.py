"""One email for whoever asks: as much of it as they see, or all of it, or theirs to act on."""

from django.db.models import QuerySet
from django.utils import timezone

from postroom.api.problems import ABSENT, Problem
from postroom.archive.models import Email
from postroom.association import own_emails, readable_by, visible_to
from postroom.association.readings import note_reading
from postroom.team.models import User


def get_email(viewer: User, pk: int) -> Email:
    """The email, if the viewer may see anything of it. Raises Problem as for one that never was.

    Its owner finds it here too when it has left the lists.
    """
    return find_among(visible_to(viewer), pk) or get_own_email(viewer, pk)


def get_readable_email(viewer: User, pk: int) -> Email:
    """The email, if the viewer may see everything of it. Raises Problem."""
    email = find_among(readable_by(viewer), pk) or get_own_email(viewer, pk)
    note_reading(email, viewer, timezone.now())
    return email


def get_own_email(viewer: User, pk: int) -> Email:
    """The email to act on: its owner's and their team's alone. Raises Problem."""
    email = find_among(own_emails(viewer), pk)
    if email is None:
        raise Problem(ABSENT)
    return email


def find_among(emails: QuerySet[Email], pk: int) -> Email | None:
    """The one of these emails, with what an answer needs."""
    return emails.select_related("account__owner", "raw").filter(pk=pk).first()
