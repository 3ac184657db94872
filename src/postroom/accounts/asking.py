"""A colleague who sees a part of an email asks its owner for all of it, and is answered.

Who may see no row of an email cannot ask for it: callers find it through `association` first.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from postroom.accounts.access_grants import grant
from postroom.accounts.matters import Matter
from postroom.accounts.members import mailboxes_of
from postroom.accounts.models import AccessRequest, Answer, EmailAccount
from postroom.team.audit import note
from postroom.team.models import Act, User
from postroom.team.refusal import Refusal
from postroom.team.written_once import written_once

LONGEST_REASON = 200
QUIET = timedelta(days=1)
A_DAY = timedelta(days=1)
MOST_A_DAY = 20
DECLINED = "Your request was declined."


class MayNotAsk(Refusal):
    """Not now, or not at all; the sentence says why."""


def last_request(matter: Matter, by: User) -> AccessRequest | None:
    """What somebody asked for an email last."""
    asked = AccessRequest.objects.filter(asked_by=by, account=matter.account)
    return asked.filter(identity=matter.identity).first()


def who_answers(account: EmailAccount) -> Sequence[User]:
    """The owner first, then the team, as far as they can sign in."""
    owns = Q(pk=account.owner_id)
    users = User.objects.filter(owns | Q(pk__in=account.memberships.values("user")), is_active=True)
    return sorted(users, key=lambda user: user.pk != account.owner_id)


def why_not_ask(matter: Matter, by: User, now: datetime) -> str:
    """Why this cannot be asked for now, in a sentence; empty when it can."""
    if not who_answers(matter.account):
        return (
            f"{matter.account.owner} has no access to Postroom any more, so nobody can answer."
            " Ask an administrator to hand the mailbox on."
        )
    last = last_request(matter, by)
    if last and last.answer == Answer.WAITING:
        return "You have asked already. The answer shows here."
    if last and last.answer == Answer.REFUSED and is_fresh(last, now):
        return f"{DECLINED} You can ask again a day after that."
    recent = AccessRequest.objects.filter(asked_by=by, asked_at__gt=now - A_DAY).count()
    if recent >= MOST_A_DAY:
        return f"You asked {MOST_A_DAY} times within a day, and no more is possible. Try tomorrow."
    return ""


def is_fresh(answered: AccessRequest, now: datetime) -> bool:
    """Whether an answer is so recent that it stands."""
    return answered.answered_at is not None and now < answered.answered_at + QUIET


@transaction.atomic
def ask(matter: Matter, by: User, reason: str, now: datetime) -> AccessRequest:
    """Ask for all of an email. Raises MayNotAsk.

    One request after the other of each user, so that two at once are no more than one may.
    """
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    if why_not := why_not_ask(matter, by, now):
        raise MayNotAsk(why_not)
    asked = AccessRequest.objects.create(
        account=matter.account,
        identity=matter.identity,
        asked_by=by,
        asked_at=now,
        reason=" ".join(reason.replace("\0", "").split())[:LONGEST_REASON],
    )
    note(Act.ACCESS_ASKED, by, matter, now)
    return asked


def requests_to(holder: User) -> QuerySet[AccessRequest]:
    """What colleagues ask of somebody, the newest first."""
    asked = AccessRequest.objects.filter(account__in=mailboxes_of(holder))
    return asked.select_related("account__owner", "asked_by")


def number_waiting(holder: User) -> int:
    """How many requests wait for somebody's answer."""
    return len(waiting_for(holder.pk))


@written_once()
def waiting_for(holder: int) -> QuerySet[AccessRequest, int]:
    """Their ids."""
    asked = AccessRequest.objects.filter(account__in=mailboxes_of(User(pk=holder)))
    waiting = asked.filter(answer=Answer.WAITING, asked_by__is_active=True)
    return waiting.values_list("pk", flat=True)


@transaction.atomic
def decline(asked: AccessRequest, by: User, now: datetime) -> bool:
    """Say no. False when it was answered meanwhile."""
    waiting = AccessRequest.objects.filter(pk=asked.pk, answer=Answer.WAITING)
    if not waiting.update(answer=Answer.REFUSED, answered_at=now):
        return False
    matter = Matter(asked.account, bytes(asked.identity))
    note(Act.ACCESS_DECLINED, by, asked.asked_by.email, now, f"to {matter}")
    return True


@transaction.atomic
def allow(
    asked: AccessRequest, matter: Matter, until: datetime | None, by: User, now: datetime
) -> bool:
    """Say yes: to the email or its conversation. False when it was answered meanwhile.

    Raises SharingForbidden.
    """
    waiting = AccessRequest.objects.select_for_update(of=("self",))
    if not waiting.filter(pk=asked.pk, answer=Answer.WAITING).exists():
        return False
    grant(matter, asked.asked_by, until, by, now)
    return True
