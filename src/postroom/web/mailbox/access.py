"""Find an email account for a viewer: their own, their teams', and all for who manages them."""

from django.db.models import QuerySet
from django.http import Http404

from postroom.accounts.access import accounts_for
from postroom.accounts.models import EmailAccount
from postroom.team.models import Permission, User
from postroom.team.permissions import may


def get_account(viewer: User, pk: int) -> EmailAccount:
    """The account to look at; 404 for those that are not the viewer's to see."""
    return found(accounts_for(viewer).filter(pk=pk))


def get_own_account(viewer: User, pk: int) -> EmailAccount:
    """The account to change: its owner's alone."""
    return found(accounts_for(viewer).filter(pk=pk, owner=viewer))


def get_managed_account(viewer: User, pk: int) -> EmailAccount:
    """The account to pause and resume: its owner's, and of those who manage email settings."""
    manages = may(viewer, Permission.MANAGE_EMAIL_SETTINGS)
    return get_account(viewer, pk) if manages else get_own_account(viewer, pk)


def found(accounts: QuerySet[EmailAccount]) -> EmailAccount:
    """The one there is, or a 404 that does not tell why."""
    account = accounts.first()
    if account is None:
        raise Http404
    return account
