"""An owner lets one colleague see all of an email or a conversation, until a moment or for good."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from postroom.accounts.matters import Matter, lock
from postroom.accounts.members import holds, mailboxes_of
from postroom.accounts.models import AccessRequest, Answer, Grant, Sight
from postroom.accounts.rulings import SharingForbidden, refuse_if_private, ruling_on
from postroom.team.audit import note
from postroom.team.models import Act, User

HIDDEN = "It is hidden from all colleagues. Show it first, then give access to it."


@transaction.atomic
def grant(matter: Matter, user: User, until: datetime | None, by: User, now: datetime) -> Grant:
    """Let the colleague see everything of it. Raises SharingForbidden.

    Whoever waits for an answer about it has one.
    """
    lock(matter.account)
    refuse_if_private(matter.account)
    if not user.is_active or holds(user, matter.account):
        raise SharingForbidden(f"{user} needs no access to it, or cannot sign in. Nothing changed.")
    ruling = ruling_on(matter)
    if ruling and ruling.sight == Sight.NOTHING:
        raise SharingForbidden(HIDDEN)
    given, _ = Grant.objects.update_or_create(
        **matter.key,
        user=user,
        defaults={"sight": Sight.EVERYTHING, "until": until, "by": by, "at": now},
    )
    waiting_for(matter, user).update(answer=Answer.GIVEN, answered_at=now)
    note(Act.ACCESS_GRANTED, by, user.email, now, f"to {matter}, {until_words(until)}")
    return given


@transaction.atomic
def end_grant(given: Grant, by: User, now: datetime) -> None:
    """From now on the colleague sees what they would without it."""
    matter = matter_of_grant(given)
    given.delete()
    note(Act.ACCESS_ENDED, by, given.user.email, now, f"to {matter}")


def waiting_for(matter: Matter, user: User) -> QuerySet[AccessRequest]:
    """What the colleague asked for and waits for, of this."""
    return AccessRequest.objects.filter(
        account=matter.account,
        identity__in=matter.identities,
        asked_by=user,
        answer=Answer.WAITING,
    )


def grants_about(matter: Matter, thread_root: str, now: datetime) -> QuerySet[Grant]:
    """The grants that hold for an email, those of its conversation included."""
    about = Q(identity=matter.identity)
    if thread_root:
        about |= Q(identity=None, thread_root=thread_root)
    holding = Grant.objects.filter(Q(until=None) | Q(until__gt=now), account=matter.account)
    return holding.filter(about).select_related("user", "by").order_by("user__name", "pk")


def grants_of(holder: User) -> QuerySet[Grant]:
    """The grants that somebody may end: of their mailboxes."""
    return Grant.objects.filter(account__in=mailboxes_of(holder)).select_related("user", "account")


def matter_of_grant(given: Grant) -> Matter:
    """What it is about."""
    identity = None if given.identity is None else bytes(given.identity)
    return Matter(given.account, identity, given.thread_root)


def until_words(until: datetime | None) -> str:
    """Until when, in words, by the day where the reader is."""
    return f"until {timezone.localtime(until):%-d %B %Y}" if until else "for good"
