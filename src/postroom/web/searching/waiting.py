"""What is not searchable yet, of the viewer's own mail: a search that finds nothing says so."""

from postroom.accounts.members import mailboxes_of
from postroom.accounts.models import Activation
from postroom.archive.search import due_of
from postroom.team.models import User

MOST_ASKED = 10  # Mailboxes; each costs some milliseconds behind the wall.


def waiting_for(viewer: User) -> int:
    """How many of their own emails are still to be read for search."""
    accounts = mailboxes_of(viewer).exclude(activation=Activation.DEACTIVATED)
    return due_of(list(accounts.order_by("pk").values_list("pk", flat=True)[:MOST_ASKED]))
