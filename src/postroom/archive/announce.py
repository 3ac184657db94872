"""Tell open pages and the engine that something changed: PostgreSQL NOTIFY, sent on commit.

An announcement carries ids and never content; whoever hears it asks again, as themselves.
"""

import json
from collections.abc import Collection

from django.db import connection

EMAILS_CHANGED = "postroom_emails"
ACCOUNT_CHANGED = "postroom_account"
WORK_WAITING = "postroom_work"
PRESENCE_CHANGED = "postroom_presence"
IN_SIGHT = "postroom_in_sight"

MOST_IDS = 500  # A NOTIFY payload holds 8,000 bytes.


def announce_emails(account_id: int, email_ids: Collection[int]) -> None:
    """These emails of the account came, went or changed; above 500 just "many did"."""
    if not email_ids:
        return
    ids = sorted(email_ids) if len(email_ids) <= MOST_IDS else None
    _notify(EMAILS_CHANGED, json.dumps({"account": account_id, "emails": ids}))


def announce_account(account_id: int) -> None:
    """The account's state or the progress of its sync changed."""
    _notify(ACCOUNT_CHANGED, json.dumps({"account": account_id}))


def announce_presence(account_id: int) -> None:
    """Somebody began or ended to read or to answer in a team mailbox."""
    _notify(PRESENCE_CHANGED, json.dumps({"account": account_id}))


def announce_work(account_id: int) -> None:
    """The engine has something to do for this account now: an action, a body asked for."""
    _notify(WORK_WAITING, json.dumps({"account": account_id}))


def announce_in_sight(account_ids: Collection[int]) -> None:
    """Somebody has a page before them on which new mail of these accounts would show."""
    if account_ids:
        _notify(IN_SIGHT, json.dumps({"accounts": list(account_ids)[:MOST_IDS]}))


def _notify(channel: str, payload: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [channel, payload])
