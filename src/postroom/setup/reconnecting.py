"""Enter a mailbox's password again: tried first, and nothing else is touched.

A deactivated mailbox comes back with it, and one that was set up for its owner begins.
"""

import asyncio

from django.db import transaction

from postroom.accounts.lifecycle import activate, recover
from postroom.accounts.models import Credential, Direction, EmailAccount
from postroom.accounts.seals import SecretDoesNotOpen, get_secret, keep_secret
from postroom.oauth.grants import forget_grant
from postroom.setup.connecting import (
    outgoing_trouble,
    refuse_empty,
    refuse_leaving,
    refuse_owner,
    told_if_left,
)
from postroom.setup.requests import request_for
from postroom.setup.throttle import Tester


def reconnect_account(
    account: EmailAccount,
    password: str,
    smtp_password: str | None = None,
    tester: Tester | None = None,
) -> None:
    """Sign in with the new password and keep it. Raises ConnectionFailed and keeps the old one.

    The outgoing server gets `smtp_password`; with None the same one if it had the same before, with
    nothing it is left alone. Emails, folders and sharing stay as they are; the trouble and its
    incident are over.
    """
    refuse_owner(account.owner)
    refuse_empty(password)
    refuse_leaving(account)
    if smtp_password is None:
        smtp_password = password if shares_password(account) else ""
    outgoing = smtp_password if account.smtp_host else ""
    trouble = asyncio.run(outgoing_trouble(request_for(account, password, outgoing), tester))
    if not outgoing:
        trouble = account.smtp_trouble_sentence
    keep(account, password, smtp_password, trouble)


def shares_password(account: EmailAccount) -> bool:
    """Whether incoming and outgoing server have one password; so if what is kept does not open."""
    try:
        return get_secret(account, Direction.INCOMING) == get_secret(account, Direction.OUTGOING)
    except SecretDoesNotOpen:
        return True
    except Credential.DoesNotExist:
        return bool(account.smtp_host)


@told_if_left()
@transaction.atomic
def keep(account: EmailAccount, password: str, outgoing: str, trouble: str) -> None:
    """Seal what works, and note that it does; a consent of before is needed no more."""
    account.refresh_from_db()
    forget_grant(account)
    keep_secret(account, Direction.INCOMING, password)
    if outgoing and account.smtp_host:
        keep_secret(account, Direction.OUTGOING, outgoing)
    recover(account)
    activate(account)
    account.smtp_trouble_sentence = trouble
    account.save(update_fields=["smtp_trouble_sentence"])
