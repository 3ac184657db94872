"""Whether a mailbox's mail is under a legal hold; asked in the very transaction that deletes."""

from django.db import connection

from postroom.accounts.holds import UnderHold, all_holds, let_no_hold_begin
from postroom.accounts.models import Deletion, EmailAccount, Hold
from postroom.archive.wall import round_the_wall

# Their addresses of now: an address that comes to a held person is held from then on.
PERSONS = """
SELECT hold.id FROM accounts_hold AS hold
 WHERE hold.person_id IS NOT NULL AND EXISTS (
       SELECT FROM crm_personaddress AS address
         JOIN archive_participant AS participant ON participant.canonical = address.canonical
         JOIN archive_email AS email ON email.id = participant.email_id
        WHERE address.person_id = hold.person_id AND email.account_id = %s)
 ORDER BY hold.id LIMIT 1
"""


def hold_over(account: EmailAccount) -> Hold | None:
    """What keeps the account's mail: the organisation's hold, its own, or one on a person."""
    if not Hold.objects.exists():
        return None
    whole = all_holds().filter(person=None, account=None).first()
    return whole or all_holds().filter(account=account).first() or of_a_person(account)


@round_the_wall()
def of_a_person(account: EmailAccount) -> Hold | None:
    """A hold on somebody who is on an email of it."""
    with connection.cursor() as cursor:
        cursor.execute(PERSONS, [account.pk])
        found = cursor.fetchone()
    return all_holds().get(pk=found[0]) if found else None


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
