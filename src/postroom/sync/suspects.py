"""Messages at which a session broke off.

Mostly the network is to blame, so such a message is tried once more, after all others. If the
session breaks off there again it is set aside: one message must not stop the rest. Design §5,
invariant 6.
"""

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from postroom.archive.models import Folder, Quarantine
from postroom.archive.quarantine import keep_aside, quarantine

ONCE = "The connection broke off while this message was fetched. It will be tried once more."
TWICE = "The connection broke off twice while this message was fetched."


@dataclass(frozen=True, slots=True)
class Suspects:
    """UIDs of messages at which a session broke off, once and twice."""

    once: frozenset[int] = field(default_factory=frozenset)
    twice: frozenset[int] = field(default_factory=frozenset)


def suspects_in(folder: Folder) -> Suspects:
    """The suspects of a folder."""
    reasons = dict(here(folder).filter(reason__in=(ONCE, TWICE)).values_list("uid", "reason"))
    once = frozenset(uid for uid, reason in reasons.items() if reason == ONCE)
    return Suspects(once, frozenset(reasons) - once)


def suspect(folder: Folder, uid: int, now: datetime) -> None:
    """The session broke off at this message."""
    entry = here(folder).filter(uid=uid, reason=ONCE).first()
    if entry:
        keep_aside(entry, TWICE, now)
    else:
        quarantine(folder, uid, ONCE, now, None)


def acquit(folder: Folder, uids: Set[int]) -> None:
    """They were fetched, or are listed no more: it was not their fault."""
    if uids:
        here(folder).filter(uid__in=uids, reason=ONCE).delete()


def here(folder: Folder) -> QuerySet[Quarantine]:
    """What is set aside of a folder, as it is numbered now."""
    return Quarantine.objects.filter(folder=folder, uidvalidity=folder.uidvalidity)
