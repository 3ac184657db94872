"""Who waits for whom about a person, a deal, or in the whole team, as far as sharing allows.

Whether a conversation waits is the mailbox's own matter: an answer that the viewer may not see is
one, and so is *done*. So that is worked out round the wall, of ids alone; what is shown of it comes
from `visible_to`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from postroom.archive.models import Direction, Email
from postroom.archive.wall import round_the_wall
from postroom.association.awaiting import LOOKED_BACK, MOST, Side, last_words, side_of
from postroom.association.people import among, mail_at, own_domains
from postroom.association.reach import InReach, accounts_in_reach
from postroom.association.related import Listed
from postroom.association.visibility import premises, seen_by, visible_to
from postroom.association.whose import addresses_for, gathered_for
from postroom.crm.models import Deal, Person
from postroom.team.models import User
from postroom.team.written_once import written_once

MOST_SHOWN = 5
MOST_LOOKED_AT = 400
FIRST_LOOKED_AT = 40
MOST_OF_A_MAILBOX = 50
MOST_MAILBOXES = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """The last word of a conversation, and whose answer it awaits."""

    email: Email
    is_own: bool

    @property
    def side(self) -> Side:
        """Whose answer: the mailbox's, or theirs."""
        return Side.MINE if self.email.direction == Direction.RECEIVED else Side.THEIRS


def waiting_with(
    person: Person, viewer: User, now: datetime, newest: Listed | None = None
) -> list[Waiting]:
    """The newest conversations with a person that wait, on either side.

    `newest`: the first page of all their emails, if it was read anyway; most often it has enough.
    """
    found = waiting_on(newest, viewer, now) if newest else []
    if newest and (newest.next is None or len(found) >= MOST_SHOWN):
        return found[:MOST_SHOWN]
    mail = mail_at(addresses_for(person)).filter(sent_at__gt=now - LOOKED_BACK)
    if newest and newest.rows:
        mail = mail.filter(sent_at__lte=newest.rows[-1].email.sent_at)
    further = mail.order_by("-sent_at").values_list("email", "sent_at")[:MOST_LOOKED_AT]
    found += waiting_among(list(further), viewer, now)
    once = {bytes(waiting.email.identity): waiting for waiting in reversed(found)}
    return list(reversed(once.values()))[:MOST_SHOWN]


def waiting_on(page: Listed, viewer: User, now: datetime) -> list[Waiting]:
    """Those on a page of a list; its emails are not asked for again if they are the ones."""
    last = set(last_among(page.copies, now)) if page.copies else set()
    rows = [row for row in page.rows if row.email.pk in last]
    if len(rows) < len(last):  # Of some, another copy waits than the one in the list.
        return shown(list(last), viewer)
    return [Waiting(row.email, row.is_own) for row in rows]


def waiting_about(deal: Deal, viewer: User, now: datetime) -> list[Waiting]:
    """The newest conversations of a deal that wait, on either side."""
    recent = visible_to(viewer).filter(sent_at__gt=now - LOOKED_BACK)
    gathered = sorted(gathered_for(deal, recent) or (), key=lambda row: row[1], reverse=True)
    return waiting_among(gathered[:MOST_LOOKED_AT], viewer, now)


def waiting_among(
    newest: Sequence[tuple[int, datetime]], viewer: User, now: datetime
) -> list[Waiting]:
    """Those of some emails that are last words, as far as the viewer may see them.

    The newest come first, and there are enough of them soon: the others nobody looks at.
    """
    found: list[Waiting] = []
    for emails in stretches(newest) if viewer.is_active else ():
        found += shown(last_among(emails, now), viewer)
        if len(found) >= MOST_SHOWN:
            break
    return found[:MOST_SHOWN]


def stretches(newest: Sequence[tuple[int, datetime]]) -> Iterator[list[int]]:
    """Ever more at a time; what is of one moment together, for copies of one email are."""
    begun, size = 0, FIRST_LOOKED_AT
    while begun < len(newest):
        end = min(begun + size, len(newest))
        while end < len(newest) and newest[end][1] == newest[end - 1][1]:
            end += 1
        yield [pk for pk, _ in newest[begun:end]]
        begun, size = end, 4 * size


def last_among(emails: Sequence[int], now: datetime) -> list[int]:
    """The last words among some emails, whoever may see them."""
    with round_the_wall():
        return last_of(list(emails), now - LOOKED_BACK)


@written_once(own_domains)
def last_of(emails: list[int], since: datetime) -> QuerySet[Email, int]:
    """The same, written."""
    either = Q(side_of(Side.MINE)) | Q(side_of(Side.THEIRS))
    last = last_words(since + LOOKED_BACK).filter(either, pk__in=among(emails))
    return last.values_list("pk", flat=True)


def awaiting_in_team(viewer: User, side: Side, now: datetime) -> list[Waiting]:
    """The newest of all mailboxes of which the viewer sees any: colleagues' and their own."""
    accounts = sorted(accounts_in_reach(viewer).accounts)[:MOST_MAILBOXES]
    if not accounts or not viewer.is_active:
        return []
    with round_the_wall():
        # Each along its own index, all in one question.
        first, *others = (newest_in(account, side, now) for account in accounts)
        found = [row[0] for row in first.union(*others, all=True)]
    return shown(found, viewer)[:MOST]


@written_once(premises)
def seen_of(viewer: int, reach: InReach, emails: list[int]) -> QuerySet[Email]:
    """Those that the viewer may see, with their accounts, newest first."""
    seen = seen_by(User(pk=viewer), reach).filter(pk__in=among(emails))
    return seen.select_related("account__owner").order_by("-sent_at", "-pk")


def newest_in(account: int, side: Side, now: datetime) -> QuerySet[Email, tuple[int]]:
    """A mailbox's newest last words."""
    last = last_words(now).filter(side_of(side), account=account).order_by("-sent_at", "-pk")
    return last.values_list("pk")[:MOST_OF_A_MAILBOX]


def shown(emails: Sequence[int], viewer: User) -> list[Waiting]:
    """Those that the viewer may see, newest first; one of each, their own copy before others."""
    reach = accounts_in_reach(viewer)
    seen = seen_of(viewer.pk, reach, list(emails)) if viewer.is_active else []
    found: dict[bytes, Waiting] = {}
    for email in sorted(seen, key=lambda email: email.account_id not in reach.own):
        waiting = Waiting(email, email.account_id in reach.own)
        found.setdefault(bytes(email.identity), waiting)
    return sorted(found.values(), key=lambda one: one.email.sent_at, reverse=True)
