"""Whether a mailbox's mail is under a legal hold; asked in the very transaction that deletes."""

from collections.abc import Mapping, Sequence

from django.db import connection

from postroom.accounts.holds import UnderHold, all_holds, let_no_hold_begin
from postroom.accounts.models import Deletion, EmailAccount, Hold
from postroom.archive.wall import round_the_wall

# Their addresses of now: an address that comes to a held person is held from then on.
PERSONS = """
SELECT DISTINCT email.account_id, hold.id FROM accounts_hold AS hold
  JOIN crm_personaddress AS address ON address.person_id = hold.person_id
  JOIN archive_participant AS participant ON participant.canonical = address.canonical
  JOIN archive_email AS email ON email.id = participant.email_id
 WHERE email.account_id = ANY(%s)
"""


def hold_over(account: EmailAccount) -> Hold | None:
    """What keeps the account's mail: the organisation's hold, its own, or one on a person."""
    return holds_over([account.pk]).get(account.pk)


def holds_over(account_ids: Sequence[int]) -> Mapping[int, Hold]:
    """The same of many, by their id; those that nothing keeps are not in it."""
    holds = {hold.pk: hold for hold in all_holds()}
    whole = [hold for hold in holds.values() if hold.account is None and hold.person is None]
    if whole:
        return dict.fromkeys(account_ids, whole[0])
    of_people = persons_held(account_ids) if any(h.person for h in holds.values()) else []
    own = {hold.account_id: hold for hold in holds.values() if hold.account_id in account_ids}
    return {pk: holds[hold] for pk, hold in of_people} | {pk: own[pk] for pk in own if pk}


@round_the_wall()
def persons_held(account_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Which accounts have an email with somebody who is held, and by which hold."""
    with connection.cursor() as cursor:
        cursor.execute(PERSONS, [list(account_ids)])
        return [(account, hold) for account, hold in cursor.fetchall()]


def refuse_held(account: EmailAccount) -> None:
    """Raises UnderHold. No hold begins until the transaction ends."""
    let_no_hold_begin()
    if hold := hold_over(account):
        raise UnderHold(hold)


def refuse_unfinished(account: EmailAccount) -> None:
    """Raises UnderHold where a hold came in the middle of a deletion, which goes on after it."""
    is_there = Deletion.objects.filter(account=account.pk).exists()
    if is_there and (hold := hold_over(account)):
        raise UnderHold(hold)
