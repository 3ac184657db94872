"""A mailbox that moved to another mail server: tried there first, then everything goes on.

The mail is found again by content. Nothing is fetched twice that is here whole, and nothing is
shown twice.
"""

import asyncio
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from postroom.accounts.lifecycle import activate, recover
from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.seals import keep_secret
from postroom.accounts.senders import readdress
from postroom.archive.folders import forget_numbering
from postroom.mime import canonical_address
from postroom.oauth.grants import forget_grant
from postroom.setup.connecting import (
    outgoing_trouble,
    refuse_empty,
    refuse_leaving,
    refuse_owner_and_address,
    server_columns,
    told_if_left,
)
from postroom.setup.requests import ServerAddress, provider_at, request_for


def move_account(
    account: EmailAccount, server: ServerAddress, password: str, now: datetime, address: str = ""
) -> None:
    """Read the account from this server from now on, under another address if one is named.

    Raises ConnectionFailed, and changes nothing then.
    """
    refuse_empty(password)
    refuse_leaving(account)
    called = canonical_address(address) or account.address
    if address and called != account.address:
        refuse_owner_and_address(account.owner, address)
    request = replace(request_for(account, password, incoming=server), address=called)
    asyncio.run(outgoing_trouble(request))
    keep_place(account, server, password, now, called)


@told_if_left()
@transaction.atomic
def keep_place(
    account: EmailAccount, server: ServerAddress, password: str, now: datetime, called: str
) -> None:
    """Write down where the mailbox is, and that no number of before means anything there."""
    account.refresh_from_db()
    if called != account.address:
        readdress(account, called, None, now)
    provider = provider_at(account, server.host)
    columns = server_columns(account.protocol, server) | {"provider": provider}
    for name, value in columns.items():
        setattr(account, name, value)
    account.save(update_fields=list(columns))
    forget_grant(account)
    keep_secret(account, Direction.INCOMING, password)
    forget_numbering(account)
    recover(account)
    activate(account)
