"""An owner's word about one email or one conversation: hidden, shown so far, or as the mailbox.

Design §7, ADR 31. A word about a conversation replaces those about single emails of it: who hides
a conversation must not have to remember that one email of it was once shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from postroom.accounts.matters import Matter, lock
from postroom.accounts.models import (
    AccessRequest,
    Answer,
    EmailAccount,
    Grant,
    Ruling,
    Sharing,
    SharingInForce,
    Sight,
)
from postroom.team.audit import note
from postroom.team.models import Act, User
from postroom.team.refusal import Refusal

Row = TypeVar("Row", Ruling, Grant)


class SharingForbidden(Refusal):
    """An administrator set the mailbox to private: nothing of it can be shown."""


@dataclass(frozen=True, slots=True)
class Former:
    """What a word put an end to, so that it can be taken back."""

    rulings: Sequence[Ruling] = field(default=())
    grants: Sequence[Grant] = field(default=())
    requests: Sequence[int] = field(default=())


def why_not_shown(account: EmailAccount) -> str:
    """Why single emails of the account cannot be shown; empty when they can."""
    held = SharingInForce.objects.select_related("rule__set_by").get(account=account)
    if held.rule is None or not held.is_set or held.mode != Sharing.PRIVATE:
        return ""
    return (
        f"{held.rule.set_by or 'An administrator'} set the mail of this mailbox to private, so it"
        " can be hidden from colleagues but not shown to them. Ask an administrator to change it."
    )


def refuse_if_private(account: EmailAccount) -> None:
    """Raise SharingForbidden where an administrator's *private* holds."""
    if why_not := why_not_shown(account):
        raise SharingForbidden(why_not)


@transaction.atomic
def rule(matter: Matter, sight: Sight, by: User, now: datetime) -> Former:
    """Have this much of it shown to colleagues; nothing hides it. Raises SharingForbidden."""
    lock(matter.account)
    if sight:
        refuse_if_private(matter.account)
    former = Former(take_rulings(matter))
    Ruling.objects.create(**matter.key, sight=sight, by=by, at=now)
    if sight:
        note(Act.EMAIL_SHOWN, by, matter, now, sight.label.lower())
        return former
    note(Act.EMAIL_HIDDEN, by, matter, now)
    return Former(former.rulings, take_grants(matter), close_requests(matter, now))


@transaction.atomic
def lift(matter: Matter, by: User, now: datetime) -> Former:
    """Leave it to the sharing of its mailbox again."""
    lock(matter.account)
    former = Former(take_rulings(matter))
    if former.rulings:
        note(Act.EMAIL_LEFT, by, matter, now)
    return former


@transaction.atomic
def take_back(matter: Matter, former: Former, by: User, now: datetime) -> None:
    """Have it as it was before the last word about it. Raises SharingForbidden."""
    lock(matter.account)
    if any(ruling.sight for ruling in former.rulings) or former.grants:
        refuse_if_private(matter.account)
    take_rulings(matter)
    Ruling.objects.bulk_create(former.rulings)
    Grant.objects.bulk_create(former.grants, ignore_conflicts=True)
    closed = AccessRequest.objects.filter(pk__in=former.requests, account=matter.account)
    closed.filter(answer=Answer.REFUSED).update(answer=Answer.WAITING, answered_at=None)
    note(Act.EMAIL_UNDONE, by, matter, now)


def ruling_on(matter: Matter) -> Ruling | None:
    """What holds for it now: the word about an email goes before the one about its thread."""
    of_it = Ruling.objects.filter(matter.exactly).first()
    if of_it or matter.is_thread:
        return of_it
    roots = matter.account.emails.filter(identity=matter.identity).exclude(thread_root="")
    threads = Ruling.objects.filter(account=matter.account, identity=None)
    return threads.filter(thread_root__in=roots.values("thread_root")).first()


def take_rulings(matter: Matter) -> list[Ruling]:
    """End what was said about it so far; returns it."""
    rulings = list(Ruling.objects.filter(matter.within))
    Ruling.objects.filter(pk__in=[ruling.pk for ruling in rulings]).delete()
    return unsaved(rulings)


def take_grants(matter: Matter) -> list[Grant]:
    """End what was granted of it; returns it."""
    grants = list(Grant.objects.filter(matter.within))
    Grant.objects.filter(pk__in=[grant.pk for grant in grants]).delete()
    return unsaved(grants)


def close_requests(matter: Matter, now: datetime) -> list[int]:
    """Who asked for it is answered by its being hidden; returns the requests."""
    waiting = AccessRequest.objects.filter(
        account=matter.account, identity__in=matter.identities, answer=Answer.WAITING
    )
    closed = list(waiting.values_list("pk", flat=True))
    waiting.update(answer=Answer.REFUSED, answered_at=now)
    return closed


def unsaved(rows: list[Row]) -> list[Row]:
    """The same rows, to be made once more."""
    for row in rows:
        row.pk = None
    return rows
