"""The Emails related list of a person. Reference: View Emails.

Newest first, one row for one email however many colleagues have a copy of it.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby

from django.db.models import Q, QuerySet

from postroom.archive.models import Email
from postroom.association.people import emails_of
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
    """A row of the list: the viewer's own copy if there is one, and all who share it."""

    email: Email
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
    after: Cursor | None = None,
    limit: int = PAGE,
) -> list[RelatedEmail]:
    """One page of the person's emails as the viewer may see them.

    `shared_by` narrows the list to one colleague's account (*All* when None); `after` is the
    cursor of the last row already seen.
    """
    emails = emails_between(person, viewer, shared_by)
    found: list[RelatedEmail] = []
    while len(found) < limit:
        copies = list(emails.filter(below(after))[: limit + 1] if after else emails[: limit + 1])
        found += fold_copies(copies, viewer, is_end=len(copies) <= limit)
        if len(copies) <= limit:
            break
        after = found[-1].cursor
    return found[:limit]


def all_related_emails(
    person: Person, viewer: User, *, shared_by: User | None = None
) -> list[RelatedEmail]:
    """The whole list, for programs; pages use `related_emails`."""
    emails = emails_between(person, viewer, shared_by)
    return fold_copies(list(emails), viewer, is_end=True)


def emails_between(person: Person, viewer: User, shared_by: User | None = None) -> QuerySet[Email]:
    """All copies of the person's emails that the viewer may see, newest first."""
    emails = visible_to(viewer).filter(pk__in=emails_of(person).values("pk"))
    if shared_by:
        emails = emails.filter(account__owner=shared_by)
    return emails.select_related("account__owner").order_by("-sent_at", "-identity", "id")


def below(cursor: Cursor) -> Q:
    """Rows after the cursor in the list's order."""
    same_moment = Q(sent_at=cursor.sent_at, identity__lt=cursor.identity)
    return Q(sent_at__lt=cursor.sent_at) | same_moment


def fold_copies(copies: list[Email], viewer: User, *, is_end: bool) -> list[RelatedEmail]:
    """Fold colleagues' copies of one email into one row; the viewer's own copy leads.

    Unless the list ends here, the last email's copies may go on in the next chunk: it is left.
    """
    groups = [list(g) for _, g in groupby(copies, lambda e: (e.sent_at, bytes(e.identity)))]
    if not is_end and len(groups) > 1:
        groups.pop()
    return [fold(group, viewer) for group in groups]


def fold(copies: list[Email], viewer: User) -> RelatedEmail:
    """One row of one or more copies."""
    own_first = sorted(copies, key=lambda email: email.account.owner_id != viewer.pk)
    return RelatedEmail(own_first[0], tuple(dict.fromkeys(e.account.owner for e in own_first)))


def sharers_with(person: Person, viewer: User) -> QuerySet[User]:
    """The users in the drop-down: those of whom the viewer sees mail with the person."""
    owners = emails_between(person, viewer).order_by().values("account__owner").distinct()
    return User.objects.filter(pk__in=owners)
