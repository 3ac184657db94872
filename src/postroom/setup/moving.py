"""A mailbox that moved to another mail server: tried there first, then everything goes on.

The mail is found again by content. Nothing is fetched twice that is here whole, and nothing is
shown twice.
"""

import asyncio

from django.db import transaction

from postroom.accounts.lifecycle import activate, recover
from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.seals import keep_secret
from postroom.archive.folders import forget_numbering
from postroom.oauth.grants import forget_grant
from postroom.setup.connecting import (
    outgoing_trouble,
    refuse_empty,
    refuse_leaving,
    server_columns,
    told_if_left,
)
from postroom.setup.requests import ServerAddress, request_for


def move_account(account: EmailAccount, server: ServerAddress, password: str) -> None:
    """Read the account from this server from now on. Raises ConnectionFailed, changes nothing."""
    refuse_empty(password)
    refuse_leaving(account)
    asyncio.run(outgoing_trouble(request_for(account, password, incoming=server)))
    keep_place(account, server, password)


@told_if_left()
@transaction.atomic
def keep_place(account: EmailAccount, server: ServerAddress, password: str) -> None:
    """Write down where the mailbox is, and that no number of before means anything there."""
    account.refresh_from_db()
    columns = server_columns(account.protocol, server)
    for name, value in columns.items():
        setattr(account, name, value)
    account.save(update_fields=list(columns))
    forget_grant(account)
    keep_secret(account, Direction.INCOMING, password)
    forget_numbering(account)
    recover(account)
    activate(account)
