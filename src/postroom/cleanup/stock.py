"""What would go with a deactivation, and what of it could not come back: numbers, no content."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet

from postroom.accounts.models import Activation, EmailAccount
from postroom.archive.models import (
    Action,
    ActionState,
    Assignment,
    Email,
    MutedThread,
    Quarantine,
    ResponseWatch,
    ServerCopy,
    TeamEntry,
    Triage,
)
from postroom.archive.wall import round_the_wall
from postroom.crm.models import Note, Task

BODIES = """
SELECT count(*), COALESCE(sum(raw.size), 0), count(*) FILTER (WHERE elsewhere.here)
  FROM archive_email AS email
  JOIN archive_rawmessage AS raw ON raw.digest = email.raw_id
 CROSS JOIN LATERAL (
       SELECT EXISTS (SELECT 1 FROM archive_email AS other
                       WHERE other.raw_id = email.raw_id AND other.account_id <> %s) AS here
       ) AS elsewhere
 WHERE email.account_id = %s
"""


AMOUNTS = """
SELECT email.account_id, count(*), COALESCE(sum(raw.size), 0)
  FROM archive_email AS email LEFT JOIN archive_rawmessage AS raw ON raw.digest = email.raw_id
 WHERE email.account_id = ANY(%s) GROUP BY email.account_id
"""

# What people said and decided about mail here, and no server knows.
OF_OURS = (TeamEntry, Assignment, Triage, MutedThread, ResponseWatch)


@dataclass(frozen=True, slots=True)
class Stock:
    """What is kept of an account's mail.

    `bodies` are whole emails, attachments included, of `octets`; of these colleagues have
    `with_colleagues` in mailboxes of their own, where they stay. `only_here` are those that the
    mail server lists no more, `untold` what was done here and not told it yet, and `of_ours` what
    no server is told: comments, assignments, what is done, snoozed, muted or awaited. None of it
    comes back with a reactivation. `notes` and tasks about these emails stay, and find them again.
    """

    emails: int
    bodies: int
    octets: int
    with_colleagues: int
    places: int
    set_aside: int
    only_here: int
    untold: int
    of_ours: int
    notes: int
    shares: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to delete."""
        return not (self.emails or self.places or self.set_aside)


@round_the_wall()
def stock_of(account: EmailAccount) -> Stock:
    """The account's stock at this moment."""
    bodies, octets, with_colleagues = bodies_of(account)
    emails = Email.objects.filter(account=account)
    return Stock(
        emails=emails.count(),
        bodies=bodies,
        octets=octets,
        with_colleagues=with_colleagues,
        places=ServerCopy.objects.filter(folder__account=account).count(),
        set_aside=Quarantine.objects.filter(folder__account=account).count(),
        only_here=only_here(account).count(),
        untold=Action.objects.filter(account=account, state=ActionState.ASKED).count(),
        of_ours=sum(kind.objects.filter(account=account).count() for kind in OF_OURS),
        notes=sum(about_mail_of(account, kind) for kind in (Note, Task)),
        shares=account.shares.count(),
    )


def about_mail_of(account: EmailAccount, kind: type[Note | Task]) -> int:
    """How many name an email of the account, by its content."""
    emails = Email.objects.filter(account=account, identity=OuterRef("email_identity"))
    return kind.objects.filter(Exists(emails), email_identity__isnull=False).count()


def only_here(account: EmailAccount) -> QuerySet[Email]:
    """Emails that no server has: removed there, or imported from files."""
    emails = Email.objects.filter(account=account, removed_at__isnull=True)
    if account.activation == Activation.IMPORTED:
        return emails
    return emails.filter(~Exists(places_on_the_server()))


@round_the_wall()
def number_of_emails(account: EmailAccount) -> int:
    """How many emails there are of the account."""
    return Email.objects.filter(account=account).count()


@round_the_wall()
def amounts_of(account_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Of each account how many emails there are here, and the octets of those that are whole."""
    with connection.cursor() as cursor:
        cursor.execute(AMOUNTS, [list(account_ids)])
        return {pk: (emails, int(octets)) for pk, emails, octets in cursor.fetchall()}


def bodies_of(account: EmailAccount) -> tuple[int, int, int]:
    """Whole emails, their octets, and how many of them another account has too."""
    with connection.cursor() as cursor:
        cursor.execute(BODIES, [account.pk, account.pk])
        bodies, octets, with_colleagues = cursor.fetchone()
    return bodies, int(octets), with_colleagues


def places_on_the_server() -> QuerySet[ServerCopy]:
    """Where the outer email lay on the server when it was last asked."""
    return ServerCopy.objects.filter(
        email=OuterRef("pk"),
        missed_at__isnull=True,
        gone_at__isnull=True,
        folder__gone_at__isnull=True,
        uidvalidity=F("folder__uidvalidity"),
    )
