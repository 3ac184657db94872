"""Work on a conversation of a team mailbox: assign it, comment on it, note what was done.

All of it is here alone: no mail server is told, and nothing that leaves holds it. ADR 50.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from postroom.accounts.members import team_of
from postroom.accounts.models import Membership
from postroom.archive.announce import MOST_IDS, announce_emails
from postroom.archive.models import (
    Assignment,
    Email,
    TeamEntry,
    TeamEntryKind,
    thread_of_link,
)
from postroom.team.models import User
from postroom.team.refusal import Refusal
from postroom.team.written_once import written_once

LONGEST_COMMENT = 10_000
MOST_LINES = 200
MOVES = (TeamEntryKind.ASSIGNED, TeamEntryKind.RELEASED)


class NotInTheTeam(Refusal):
    """Somebody is none of the mailbox's team, or there is no team; the sentence says what to do."""

    def __init__(self, email: Email, to: User | None) -> None:
        super().__init__(
            f"{to} is no member of {email.account.address}. Choose one of its members."
            if to and team_of(email.account).exists()
            else "Only conversations of a team mailbox are assigned. Add members on its page first."
        )


def conversation_of(email: Email) -> QuerySet[Email]:
    """The emails of its conversation in its mailbox, itself among them."""
    own = Q(pk=email.pk)
    of_thread = Q(thread_root=email.thread_root) if email.thread_root else own
    return Email.objects.filter(own | of_thread, account=email.account_id)


def history_of(email: Email) -> QuerySet[TeamEntry]:
    """What members wrote of the email's conversation and did with it, the oldest first."""
    return entries_about(email.pk, email.account_id, email.thread_root or None)


def newest_lines_of(email: Email) -> list[TeamEntry]:
    """The newest of them, the oldest first, for a page that shows them."""
    return newest_about(email.pk, email.account_id, email.thread_root or None)[::-1]


def entries_about(email: int, account: int, root: str | None) -> QuerySet[TeamEntry]:
    """Those of an email or, where it has a root, of its thread in this account."""
    of_thread = Q(email=email)
    if root:
        of_thread |= Q(email__thread_root=root)
    return TeamEntry.objects.filter(of_thread, account=account).select_related("by", "to")


@written_once()
def newest_about(email: int, account: int, root: str | None) -> QuerySet[TeamEntry]:
    """The newest of those first."""
    return entries_about(email, account, root).order_by("-id")[:MOST_LINES]


def standing_assignments() -> QuerySet[Assignment]:
    """Assignments to those who are still of the mailbox's team; others count as nobody's."""
    membership = Membership.objects.filter(account=OuterRef("account"), user=OuterRef("to"))
    is_of_it = Q(to=F("account__owner")) | Q(Exists(membership))
    return Assignment.objects.filter(is_of_it, to__is_active=True)


def assigned_to(email: Email) -> User | None:
    """Whose the email's conversation is; None when it is nobody's."""
    found = standing_in(email.account_id, thread_of_link(email))
    return found[0].to if found else None


@written_once()
def standing_in(account: int, thread: str) -> QuerySet[Assignment]:
    """The one of a conversation, if it stands."""
    found = standing_assignments().filter(account=account, thread=thread)
    return found.select_related("to").order_by("pk")[:1]


@transaction.atomic
def assign(email: Email, to: User | None, by: User, now: datetime) -> bool:
    """Make its conversation a member's, or nobody's. False when it is so already.

    Raises NotInTheTeam.
    """
    team = team_of(email.account)
    if not team.filter(pk=to.pk if to else by.pk).exists():
        raise NotInTheTeam(email, to)
    if assigned_to(email) == to:
        return False
    key: dict[str, Any] = {"account": email.account, "thread": thread_of_link(email)}
    if to is None:
        Assignment.objects.filter(**key).delete()
    else:
        Assignment.objects.update_or_create(**key, defaults={"to": to, "email": email})
    enter(TeamEntryKind.ASSIGNED if to else TeamEntryKind.RELEASED, email, by, now, to=to)
    return True


def take_back(email: Email, by: User, now: datetime, meant: datetime | None = None) -> bool:
    """Whose it was before the last one was decided; False if that is not the one that was meant.

    Raises NotInTheTeam.
    """
    moves = list(history_of(email).filter(kind__in=MOVES).order_by("-id")[:2])
    if meant and (not moves or moves[0].at != meant):
        return False
    return assign(email, moves[1].to if len(moves) > 1 else None, by, now)


def say(email: Email, text: str, by: User, now: datetime) -> TeamEntry:
    """Say something to the other members. Raises NotInTheTeam, and ValueError for no words."""
    said = text.replace("\0", "").strip()
    if not said or len(said) > LONGEST_COMMENT:
        raise ValueError(said)
    if not team_of(email.account).filter(pk=by.pk).exists():
        raise NotInTheTeam(email, by)
    return enter(TeamEntryKind.COMMENT, email, by, now, text=said)


@transaction.atomic
def remove_comment(email: Email, pk: int, by: User) -> bool:
    """Take away what one said oneself. False when there is no such comment."""
    own = history_of(email).filter(pk=pk, by=by, kind=TeamEntryKind.COMMENT)
    removed = bool(own.order_by().delete()[0])
    if removed:
        announce_conversation(email)
    return removed


def note_done(email: Email, by: User, now: datetime, *, is_done: bool) -> None:
    """In a team mailbox, note who was done with it or put it back."""
    if team_of(email.account).exists():
        enter(TeamEntryKind.DONE if is_done else TeamEntryKind.REOPENED, email, by, now)


@transaction.atomic
def enter(
    kind: TeamEntryKind,
    email: Email,
    by: User,
    now: datetime,
    *,
    to: User | None = None,
    text: str = "",
) -> TeamEntry:
    """Add a line to the conversation's history, and let open pages know."""
    entry = TeamEntry.objects.create(
        email=email, account=email.account, kind=kind, by=by, to=to, text=text, at=now
    )
    announce_conversation(email)
    return entry


def announce_conversation(email: Email) -> None:
    """Something changed about all emails of the conversation."""
    newest = conversation_of(email).order_by("-sent_at").values_list("pk", flat=True)[:MOST_IDS]
    announce_emails(email.account_id, {email.pk, *newest})
