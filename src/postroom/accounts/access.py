"""Whose business an account's state is: its owner's, its team's, and theirs who manage all."""

from django.db.models import QuerySet

from postroom.accounts.members import mailboxes_of
from postroom.accounts.models import EmailAccount
from postroom.team.models import Permission, User
from postroom.team.permissions import may


def accounts_for(viewer: User) -> QuerySet[EmailAccount]:
    """The accounts whose state the viewer may see. Never their mail: see `association`."""
    accounts = EmailAccount.objects.select_related("owner", "deletion", "decided_by")
    if may(viewer, Permission.MANAGE_EMAIL_SETTINGS):
        return accounts
    return accounts.filter(pk__in=mailboxes_of(viewer))
