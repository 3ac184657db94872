"""The viewer's own mail, and their teams': they act on it, and open what has left the lists."""

from django.db.models import QuerySet

from postroom.accounts.members import mailboxes_of
from postroom.accounts.models import Activation
from postroom.archive.models import Email
from postroom.association.redaction import WHOLE, redacted
from postroom.team.models import User


def own_emails(viewer: User) -> QuerySet[Email]:
    """All emails of the viewer's mailboxes, those that were removed or thrown away included.

    Not for lists, which show what `visible_to` says: a colleague acts on nothing here.
    """
    if not viewer.is_active:
        return redacted(Email.objects.none(), WHOLE)
    mailboxes = mailboxes_of(viewer).exclude(activation=Activation.DEACTIVATED)
    own = Email.objects.filter(account__in=mailboxes)
    return redacted(own, WHOLE)
