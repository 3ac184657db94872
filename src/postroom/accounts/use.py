"""Note that a mailbox is used: once a day each way, so that most requests write nothing."""

from datetime import datetime

from django.db import connection

from postroom.team.days import THE_DAY

WAYS = ("opened_on", "sent_on", "elsewhere_on", "kept_on")
STATEMENTS = {
    way: f"""
    INSERT INTO accounts_use AS kept (account_id, {way})
    SELECT account, today FROM (SELECT %s::bigint AS account, {THE_DAY} AS today) AS clock
     WHERE NOT EXISTS (
           SELECT FROM accounts_use AS noted
            WHERE noted.account_id = account AND noted.{way} >= today)
    ON CONFLICT (account_id) DO UPDATE SET {way} = excluded.{way}
     WHERE kept.{way} IS NULL OR kept.{way} < excluded.{way}
    """  # noqa: S608 - names of our own
    for way in WAYS
}


def note_opened(account_id: int, now: datetime) -> None:
    """Somebody opened an email of it here."""
    note_use("opened_on", account_id, now)


def note_sent(account_id: int, now: datetime) -> None:
    """An email was sent from it here."""
    note_use("sent_on", account_id, now)


def note_elsewhere(account_id: int, now: datetime) -> None:
    """Somebody read, flagged or answered mail of it in another program."""
    note_use("elsewhere_on", account_id, now)


def note_kept(account_id: int, now: datetime) -> None:
    """Somebody wants it: connected, resumed, reactivated, kept. All clocks begin anew."""
    note_use("kept_on", account_id, now)


def note_use(way: str, account_id: int, now: datetime) -> None:
    """Write the day down, unless it is there already."""
    with connection.cursor() as cursor:
        cursor.execute(STATEMENTS[way], [account_id, now])
