"""Find an email account for a viewer: owners have theirs, administrators see everyone's health."""

from django.db.models import QuerySet
from django.http import Http404

from postroom.accounts.models import EmailAccount
from postroom.team.models import User


def accounts_for(viewer: User) -> QuerySet[EmailAccount]:
    """The accounts whose state the viewer may see. Never their mail: see `association`."""
    accounts = EmailAccount.objects.select_related("owner")
    return accounts if viewer.is_administrator else accounts.filter(owner=viewer)


def get_account(viewer: User, pk: int) -> EmailAccount:
    """The account to look at; 404 for those that are not the viewer's to see."""
    return found(accounts_for(viewer).filter(pk=pk))


def get_own_account(viewer: User, pk: int) -> EmailAccount:
    """The account to change: its owner's alone."""
    return found(accounts_for(viewer).filter(pk=pk, owner=viewer))


def found(accounts: QuerySet[EmailAccount]) -> EmailAccount:
    """The one there is, or a 404 that does not tell why."""
    account = accounts.first()
    if account is None:
        raise Http404
    return account
