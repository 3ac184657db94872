"""Who waits for whom: conversations whose last word is theirs, or ours; and watched emails.

An answer is any later email of the conversation that came in, whoever wrote it and from whichever
address, and that a person wrote: an answer in somebody's absence is none, nor is a report.
"""

from datetime import datetime, timedelta
from enum import Enum

from django.db.models import Exists, OuterRef, Q, QuerySet

from postroom.accounts.members import mailboxes_of
from postroom.archive.models import (
    Direction,
    Email,
    EveryParticipant,
    MutedThread,
    ParticipantRole,
    ResponseWatch,
    Triage,
)
from postroom.association.ownership import own_emails
from postroom.association.people import known_participants
from postroom.team.models import User

LOOKED_BACK = timedelta(days=90)
MOST = 100
RECIPIENTS = (ParticipantRole.TO, ParticipantRole.CC)


class Side(Enum):
    """Whose answer is awaited."""

    MINE = "mine"
    THEIRS = "theirs"


def awaiting(viewer: User, side: Side, now: datetime) -> list[Email]:
    """The last words of conversations with known people that nobody answered, newest first."""
    emails = last_words(now, own_emails(viewer)).filter(side_of(side))
    return list(emails.select_related("account").order_by("-sent_at", "-pk")[:MOST])


def last_words(now: datetime, emails: QuerySet[Email] | None = None) -> QuerySet[Email]:
    """Those of some emails, or of all, after which no person wrote in their conversation."""
    every = Email.objects.all() if emails is None else emails
    return every.filter(
        ~Exists(later_words()),
        sent_at__gt=now - LOOKED_BACK,
        removed_at=None,
        is_automatic=False,
    )


def side_of(side: Side) -> Q:
    """Match last words that await this side's answer."""
    if side == Side.THEIRS:
        return Q(Exists(known_in(*RECIPIENTS)), direction=Direction.SENT)
    done = Triage.objects.filter(email=OuterRef("pk"), done_at__isnull=False)
    is_open = ~Q(Exists(done)) & ~Q(Exists(muted()))
    is_theirs = Q(Exists(known_in(ParticipantRole.FROM)), direction=Direction.RECEIVED)
    return is_open & is_theirs & Q(is_answered=False)


def known_in(*roles: ParticipantRole) -> QuerySet[EveryParticipant]:
    """Known people on the outer email in one of these roles."""
    return known_participants().filter(role__in=roles)


def muted() -> QuerySet[MutedThread]:
    """That the outer email's conversation is heard no more."""
    return MutedThread.objects.filter(
        account=OuterRef("account"), thread_root=OuterRef("thread_root")
    )


def later_words() -> QuerySet[Email]:
    """Later emails of the outer one's conversation that a person wrote."""
    return Email.objects.filter(
        account=OuterRef("account"),
        thread_root=OuterRef("thread_root"),
        sent_at__gt=OuterRef("sent_at"),
        is_automatic=False,
    ).exclude(thread_root="")


def answers_to_watched() -> QuerySet[Email]:
    """Answers to the outer watch's email."""
    return Email.objects.filter(
        account=OuterRef("account"),
        thread_root=OuterRef("email__thread_root"),
        sent_at__gt=OuterRef("email__sent_at"),
        direction=Direction.RECEIVED,
        is_automatic=False,
    ).exclude(thread_root="")


def watches_of(user: User) -> QuerySet[ResponseWatch]:
    """The user's open watches in mailboxes of theirs, each with whether it was answered."""
    own = ResponseWatch.objects.filter(by=user, account__in=mailboxes_of(user))
    watches = own.annotate(is_answered=Exists(answers_to_watched()))
    return watches.filter(Q(closed_at=None) | Q(is_told=True)).select_related("email")
