"""The Emails related list of a person. Reference: View Emails.

Newest first, one row for one email however many colleagues have a copy of it.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby

from django.db.models import Q, QuerySet

from postroom.accounts.members import mailboxes_of
from postroom.archive.models import Direction, Email, EveryParticipant
from postroom.association.people import emails_of, participations_of
from postroom.association.visibility import visible_to
from postroom.crm.models import Person
from postroom.team.models import User

PAGE = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after a row: the next page begins strictly below it."""

    sent_at: datetime
    identity: bytes

    def __str__(self) -> str:
        return f"{(self.sent_at - EPOCH) // MICROSECOND}_{self.identity.hex()}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read what `str` wrote; raises ValueError on anything else."""
        stamp, _, identity = text.partition("_")
        try:
            return cls(EPOCH + int(stamp) * MICROSECOND, bytes.fromhex(identity))
        except OverflowError as error:
            raise ValueError(text) from error


@dataclass(frozen=True, slots=True)
class RelatedEmail:
    """A row of the list: the copy of which the viewer sees most, and all who share it.

    `is_own`: the copy is in a mailbox of the viewer's, or of a team of theirs.
    """

    email: Email
    is_own: bool
    shared_by: tuple[User, ...] = field(default=())

    @property
    def cursor(self) -> Cursor:
        """Where the list goes on after this row."""
        return Cursor(self.email.sent_at, bytes(self.email.identity))


def related_emails(
    person: Person,
    viewer: User,
    *,
    shared_by: User | None = None,
    direction: Direction | None = None,
    after: Cursor | None = None,
    limit: int = PAGE,
) -> list[RelatedEmail]:
    """One page of the person's emails as the viewer may see them.

    `shared_by` narrows the list to one colleague's account (*All* when None), `direction` to
    copies of what was sent or received; `after` is the cursor of the last row already seen.
    """
    mail = participations_of(person)
    emails = in_order(visible_to(viewer), shared_by)
    if direction:
        emails = emails.filter(direction=direction)
    found: list[RelatedEmail] = []
    size = limit * 4
    while len(found) < limit:
        stretch = mail.filter(sent_at__lte=after.sent_at) if after else mail
        end = end_of(stretch, size)
        if end:
            stretch = stretch.filter(sent_at__gte=end)
        copies = emails.filter(pk__in=stretch.values("email"))
        found += fold_copies(list(copies.filter(below(after)) if after else copies), viewer)
        if end is None:
            break
        after, size = Cursor(end, b""), size * 2
    return found[:limit]


def end_of(mail: QuerySet[EveryParticipant], size: int) -> datetime | None:
    """The moment at which the newest so many end; None when there are not as many.

    So much and no more is asked whether it may be seen: a page of a person with 10,000 emails
    costs what a page of one with 100 does.
    """
    return mail.order_by("-sent_at").values_list("sent_at", flat=True)[size : size + 1].first()


def all_related_emails(
    person: Person, viewer: User, *, shared_by: User | None = None
) -> list[RelatedEmail]:
    """The whole list, for programs; pages use `related_emails`."""
    emails = emails_between(person, viewer, shared_by)
    return fold_copies(list(emails), viewer)


def emails_between(person: Person, viewer: User, shared_by: User | None = None) -> QuerySet[Email]:
    """All copies of the person's emails that the viewer may see, newest first."""
    emails = visible_to(viewer).filter(pk__in=participations_of(person).values("email"))
    return in_order(emails, shared_by)


def in_order(emails: QuerySet[Email], shared_by: User | None) -> QuerySet[Email]:
    """These emails, of one colleague's account if one is named, newest first."""
    if shared_by:
        emails = emails.filter(account__owner=shared_by)
    return emails.select_related("account__owner").order_by("-sent_at", "-identity", "id")


def below(cursor: Cursor) -> Q:
    """Rows after the cursor in the list's order."""
    same_moment = Q(sent_at=cursor.sent_at, identity__lt=cursor.identity)
    return Q(sent_at__lt=cursor.sent_at) | same_moment


def fold_copies(copies: list[Email], viewer: User) -> list[RelatedEmail]:
    """Fold the copies of one email into one row.

    The viewer's own leads, then their team's, then the one that shows most.
    """
    groups = groupby(copies, lambda email: (email.sent_at, bytes(email.identity)))
    held = set(mailboxes_of(viewer).values_list("pk", flat=True)) if copies else set()
    return [fold(list(group), viewer, held) for _, group in groups]


def fold(copies: list[Email], viewer: User, held: Collection[int]) -> RelatedEmail:
    """One row of one or more copies."""
    own_first = sorted(
        copies,
        key=lambda e: (e.account.owner_id != viewer.pk, e.account_id not in held, -e.sight),
    )
    first = own_first[0]
    sharers = dict.fromkeys(e.account.owner for e in own_first)
    return RelatedEmail(first, first.account_id in held, tuple(sharers))


def sharers_with(person: Person, viewer: User) -> QuerySet[User]:
    """The users in the drop-down: those of whom the viewer sees mail with the person."""
    seen = emails_between(person, viewer).order_by()
    accounts = emails_of(person).values_list("account", flat=True).distinct()
    shared = [account for account in accounts if seen.filter(account=account).exists()]
    return User.objects.filter(email_accounts__in=shared).distinct()
