"""Who reads or answers a conversation of a team mailbox right now.

Whoever looks says so every few seconds; who stops saying so is gone by themselves. Open pages are
told when somebody comes or goes, and not with every sign.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from postroom.archive.announce import announce_presence
from postroom.archive.models import Email, Presence, thread_of_link
from postroom.team.models import User

# A page in sight gives a sign every ten seconds; one that is written on also while it is hidden,
# where browsers let it speak once a minute.
READS_FOR = timedelta(seconds=25)
WRITES_FOR = timedelta(seconds=90)


@transaction.atomic
def appear(email: Email, user: User, now: datetime, *, is_writing: bool) -> None:
    """The user is at it now."""
    kept = {"until": now + (WRITES_FOR if is_writing else READS_FOR)}
    key = key_of(email) | {"user": user, "is_writing": is_writing}
    was_here = Presence.objects.filter(**key, until__gt=now).exists()
    Presence.objects.update_or_create(**key, defaults=kept)
    if not was_here:
        Presence.objects.filter(**key_of(email), until__lte=now).delete()
        announce_presence(email.account_id)


@transaction.atomic
def leave(email: Email, user: User, *, is_writing: bool) -> None:
    """The user is at it no more."""
    mine = Presence.objects.filter(**key_of(email), user=user, is_writing=is_writing)
    if mine.delete()[0]:
        announce_presence(email.account_id)


def others_at(email: Email, user: User, now: datetime) -> list[Presence]:
    """Who else is at it, those who answer first; each of them once."""
    here = Presence.objects.filter(**key_of(email), until__gt=now, user__is_active=True)
    found: dict[int, Presence] = {}
    for presence in here.exclude(user=user).select_related("user").order_by("-is_writing", "id"):
        found.setdefault(presence.user_id, presence)
    return list(found.values())


def key_of(email: Email) -> dict[str, Any]:
    """What names its conversation."""
    return {"account": email.account, "thread": thread_of_link(email)}
