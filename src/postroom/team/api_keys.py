"""Keys by which programs act as a user: made, revoked, and asked whether they open anything.

A key is shown once; what is stored is its digest, which opens nothing. It has 190 random bits, so
that a fast digest is enough and nobody finds one by trying. Its fixed beginning and its checksum
let scanners of source code tell a key from what only looks like one, without asking us.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from string import ascii_letters, digits
from typing import Final
from zlib import crc32

from django.db import transaction
from django.db.models import F, Q, QuerySet

from postroom.team.audit import note
from postroom.team.models import Act, ApiKey, Scope, User
from postroom.team.refusal import Refusal

BEGINNING: Final = "postroom_"
ALPHABET: Final = digits + ascii_letters
RANDOM_LETTERS: Final = 32
CHECK_LETTERS: Final = 6
SHOWN: Final = len(BEGINNING) + 6
MOST_KEYS: Final = 50


class TooManyKeys(Refusal):
    """The user has as many keys as anyone may have."""

    def __init__(self) -> None:
        super().__init__(f"There are {MOST_KEYS} keys already. Revoke one that nothing uses.")


def new_key() -> str:
    """A key that was never given to anyone."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LETTERS))
    return f"{BEGINNING}{drawn}{checksum(drawn)}"


def checksum(drawn: str) -> str:
    """The last letters of a key: CRC-32 of those before, in base 62."""
    rest, letters = crc32(drawn.encode()), ""
    for _ in range(CHECK_LETTERS):
        rest, digit = divmod(rest, len(ALPHABET))
        letters = ALPHABET[digit] + letters
    return letters


def has_the_form(text: str) -> bool:
    """Whether this may be a key of ours: what is mistyped or cut off costs no question."""
    drawn, check = text[len(BEGINNING) : -CHECK_LETTERS], text[-CHECK_LETTERS:]
    is_drawn = len(drawn) == RANDOM_LETTERS and set(drawn) <= set(ALPHABET)
    return text.startswith(BEGINNING) and is_drawn and checksum(drawn) == check


def digest_of(key: str) -> bytes:
    """What is stored of a key."""
    return sha256(key.encode()).digest()


@dataclass(frozen=True, slots=True)
class KeyWish:
    """What somebody wants a key for, and until when."""

    name: str
    scope: Scope = Scope.READ
    expires_at: datetime | None = None


@transaction.atomic
def make_key(user: User, wish: KeyWish, by: User | None, now: datetime) -> tuple[ApiKey, str]:
    """A new key of the user and, this once, its text. Raises TooManyKeys."""
    User.objects.select_for_update().get(pk=user.pk)
    if live_keys(user, now).count() >= MOST_KEYS:
        raise TooManyKeys
    text = new_key()
    key = ApiKey.objects.create(
        user=user,
        name=wish.name,
        scope=wish.scope,
        digest=digest_of(text),
        beginning=text[:SHOWN],
        made_at=now,
        expires_at=wish.expires_at,
    )
    note(Act.KEY_MADE, by, key, now, described(key))
    return key, text


def described(key: ApiKey) -> str:
    """What the audit log says of a new key."""
    until = f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else "without an end"
    return f"{key.get_scope_display()}, {until}, of {key.user.email}"


@transaction.atomic
def revoke_key(key: ApiKey, by: User | None, now: datetime) -> bool:
    """The key opens nothing from this moment on. False if it was revoked before."""
    revoked = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=now)
    if revoked:
        note(Act.KEY_REVOKED, by, key, now, f"of {key.user.email}")
    return bool(revoked)


def keys_of(user: User) -> QuerySet[ApiKey]:
    """The user's keys, the newest first, those that were revoked after them."""
    return user.api_keys.select_related("user").order_by(
        F("revoked_at").desc(nulls_first=True), "-pk"
    )


def live_keys(user: User, now: datetime) -> QuerySet[ApiKey]:
    """Those of the user's keys that open something."""
    ahead = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    return user.api_keys.filter(ahead, revoked_at__isnull=True)


@transaction.atomic
def find_key(text: str, now: datetime, pace: timedelta) -> tuple[ApiKey, timedelta] | None:
    """The key that this text is, and how long its user has to wait before it opens anything.

    None for what was never a key, was revoked or has expired, and for keys of deactivated users,
    all of them alike. One request is counted at a time, with the key's row held.
    """
    if not has_the_form(text):
        return None
    digest = digest_of(text)
    keys = ApiKey.objects.select_for_update(of=("self",)).select_related("user__profile")
    key = keys.filter(digest=digest).first()
    if key is None or not compare_digest(bytes(key.digest), digest) or not opens(key, now):
        return None
    return key, count_use(key, now, pace)


def state_of(key: ApiKey, now: datetime) -> str:
    """How a key stands, in a word."""
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is not None and key.expires_at <= now:
        return "expired"
    return "live" if key.user.is_active else "user deactivated"


def opens(key: ApiKey, now: datetime) -> bool:
    """Whether the key still opens anything."""
    return state_of(key, now) == "live"


def count_use(key: ApiKey, now: datetime, pace: timedelta) -> timedelta:
    """Count one request, or say how long to wait; what has to wait is not counted.

    Each request takes its `pace` of a minute; a minute may be spent at once. (Generic cell rate
    algorithm, ITU-T I.371: one moment is all that must be kept.)
    """
    spent_until = max(key.spent_until or now, now) + pace
    wait = spent_until - now - timedelta(minutes=1)
    if wait > timedelta(0):
        return wait
    key.spent_until, key.last_used_at = spent_until, now
    key.save(update_fields=["spent_until", "last_used_at"])
    return timedelta(0)
