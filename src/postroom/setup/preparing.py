"""Set a mailbox up for a colleague, who alone enters its password. Nothing is tried before."""

from datetime import datetime

from django.db import transaction

from postroom.accounts.lifecycle import Decision, decide
from postroom.accounts.models import Activation, EmailAccount
from postroom.setup.connecting import ConnectionFailed, refuse_whose_it_is, write_account
from postroom.setup.requests import AccountRequest
from postroom.team.audit import note
from postroom.team.models import Act, User


@transaction.atomic
def prepare_account(request: AccountRequest, by: User | None, now: datetime) -> EmailAccount:
    """Write down whose mailbox it is and where it lies. Raises ConnectionFailed, saves nothing.

    It waits for its password and does nothing meanwhile; its owner is told by email.
    """
    refuse_whose_it_is(request)
    if not request.owner.is_active:
        raise ConnectionFailed("owner_inactive", f"{request.owner} cannot sign in.", "owner")
    account = write_account(request)
    decide(account, Activation.WAITING, Decision(now, by))
    note(Act.ACCOUNT_PREPARED, by, account, now, f"for {request.owner.email}")
    return account
