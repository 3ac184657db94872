"""How much of an email its viewer may see: who and when, its subject too, or everything."""

from typing import Final

from django.db.models import QuerySet

from postroom.api.problems import ABSENT, Problem
from postroom.archive.models import Email
from postroom.association import own_emails, visible_to
from postroom.team.models import User

SUBJECT_TOO: Final = 2
EVERYTHING: Final = 3


def sight_of(email: Email) -> int:
    """1: who and when. 2: the subject too. 3: everything."""
    return int(getattr(email, "sight", EVERYTHING))


def get_email(viewer: User, pk: int) -> Email:
    """The email, if the viewer may see anything of it. Raises Problem as for one that never was.

    Its owner finds it here too when it has left the lists.
    """
    email = find_among(visible_to(viewer), pk) or find_among(own_emails(viewer), pk)
    if email is None:
        raise Problem(ABSENT)
    return email


def get_readable_email(viewer: User, pk: int) -> Email:
    """The email, if the viewer may see everything of it."""
    email = get_email(viewer, pk)
    if sight_of(email) < EVERYTHING:
        raise Problem(ABSENT)
    return email


def get_own_email(viewer: User, pk: int) -> Email:
    """The email to act on: its owner's and their team's alone."""
    email = find_among(own_emails(viewer), pk)
    if email is None:
        raise Problem(ABSENT)
    return email


def find_among(emails: QuerySet[Email], pk: int) -> Email | None:
    """The one of these emails, with what an answer needs."""
    return emails.select_related("account__owner", "raw").filter(pk=pk).first()
