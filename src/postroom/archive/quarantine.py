"""Messages set aside: each is accounted for and in nobody's way, and a person decides about it.

Design §5, invariants 2 and 6. Seen: Odoo and Frappe, where such mail is lost without a word.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from postroom.accounts.models import EmailAccount
from postroom.archive.announce import announce_account, announce_work
from postroom.archive.fence import lock_account
from postroom.archive.folders import look_again
from postroom.archive.models import Email, Folder, Quarantine, ServerCopy
from postroom.archive.raw import RawLost, bytes_of, keep_raw
from postroom.team.models import User

COLUMNS = (
    "pk",
    "folder__name",
    "uid",
    "reason",
    "met_at",
    "size",
    "is_ignored",
    "is_asked_again",
)
NUMBERINGS = 2**32  # There are fewer (RFC 3501 §9, nz-number).
MOST_AT_ONCE = 20  # Each may be as large as a message can be.


@dataclass(frozen=True, slots=True)
class SetAside:
    """One message in quarantine as a person is told of it; without its bytes `size` is None."""

    id: int
    folder: str
    uid: int
    reason: str
    met_at: datetime
    size: int | None
    is_ignored: bool
    is_asked_again: bool

    @property
    def has_bytes(self) -> bool:
        """Whether the message itself is here."""
        return self.size is not None


def set_aside_in(account: EmailAccount, count: int | None = None) -> list[SetAside]:
    """What is in quarantine of an account: what needs a person first, the newest first."""
    entries = entries_of(account).annotate(
        size=F("raw__size"),
        is_ignored=Q(ignored_at__isnull=False),
        is_asked_again=Q(retry_asked_at__isnull=False),
    )
    rows = entries.order_by(F("ignored_at").desc(nulls_first=True), "-met_at", "-pk")
    return [SetAside(*row) for row in rows.values_list(*COLUMNS)[:count]]


def entries_of(account: EmailAccount) -> QuerySet[Quarantine]:
    """The quarantine of an account."""
    return Quarantine.objects.filter(folder__account=account).select_related("folder__account")


def needing_a_person(account: EmailAccount) -> int:
    """How many messages wait for their owner to decide."""
    return entries_of(account).filter(ignored_at__isnull=True).count()


def waiting_by_account() -> dict[int, int]:
    """Account id to how many messages wait for their owner to decide, where there are any."""
    waiting = Quarantine.objects.filter(ignored_at__isnull=True)
    counted = waiting.values("folder__account").annotate(number=Count("pk")).order_by()
    return dict(counted.values_list("folder__account", "number"))


def quarantined_uids(folder: Folder) -> set[int]:
    """UIDs set aside with a reason, under the folder's UIDVALIDITY."""
    here = Quarantine.objects.filter(folder=folder, uidvalidity=folder.uidvalidity)
    return set(here.values_list("uid", flat=True))


@transaction.atomic
def quarantine(
    folder: Folder,
    uid: int,
    reason: str,
    now: datetime,
    raw: bytes | None,
    received_at: datetime | None = None,
) -> bool:
    """Set a message aside with its reason and bytes, so that the folder goes on.

    Bytes that come later are added, with the reason why they are here, and other bytes for the
    same UID stand beside the first: what came once is kept. Returns whether this is the first time.
    """
    lock_account(folder.account_id)
    digest = keep_raw([raw])[0] if raw is not None else None
    came = {"raw_id": digest, "received_at": received_at}
    place = {"folder": folder, "uidvalidity": folder.uidvalidity, "uid": uid}
    met = Quarantine.objects.filter(**place)
    known = set(met.values_list("raw_id", flat=True))
    if digest is not None and None in known:
        met.filter(raw=None).update(**came, reason=reason)
    elif not known or (digest is not None and digest not in known):
        Quarantine.objects.create(**place, **came, reason=reason, met_at=now)
    return not known


def leave_places(entries: QuerySet[Quarantine]) -> None:
    """These places are the server's no more, and what was set aside there is forgotten.

    Not so bytes that came in another message's place and are nowhere else: their own place is
    unknown, and nobody knows whether they come again. They stay, under a numbering that no server
    can have, and account for no UID.
    """
    another = ServerCopy.objects.filter(
        folder=OuterRef("folder"), uidvalidity=OuterRef("uidvalidity"), uid=OuterRef("uid")
    )
    read = Email.objects.filter(account=OuterRef("folder__account"), raw=OuterRef("raw"))
    astray = Quarantine.objects.filter(
        folder=OuterRef("folder"), raw=OuterRef("raw"), uidvalidity__lt=-NUMBERINGS
    )
    placed = entries.filter(uidvalidity__gte=-NUMBERINGS)
    placed.filter(Q(raw=None) | ~Exists(another) | Exists(read) | Exists(astray)).delete()
    placed.update(uidvalidity=F("uidvalidity") - 2 * NUMBERINGS)


def ignore(entries: Iterable[Quarantine], now: datetime) -> None:
    """Their owner wants nothing done: they stay in the proof and trouble nobody any more."""
    for entry in entries:
        if entry.ignored_at is None:
            entry.ignored_at = now
            entry.save(update_fields=["ignored_at"])
            announce_account(entry.folder.account_id)


def ask_for_retry(account: EmailAccount, entries: QuerySet[Quarantine], now: datetime) -> int:
    """Have the engine try these again; returns how many."""
    count = entries.filter(retry_asked_at__isnull=True).update(retry_asked_at=now)
    announce_account(account.pk)
    return count


def asked_retries(account: EmailAccount) -> list[Quarantine]:
    """The next few that the engine is to try again, in the order of asking."""
    asked = entries_of(account).filter(retry_asked_at__isnull=False).select_related("raw")
    return list(asked.order_by("retry_asked_at", "pk")[:MOST_AT_ONCE])


@transaction.atomic
def release(entry: Quarantine) -> None:
    """Forget that it was set aside: the next pass looks at the folder as if it never had been."""
    entry.delete()
    look_again(entry.folder)
    announce_work(entry.folder.account_id)
    announce_account(entry.folder.account_id)


def keep_aside(entry: Quarantine, reason: str, now: datetime) -> None:
    """It was tried again in vain: this is the reason now."""
    entry.reason, entry.met_at, entry.ignored_at, entry.retry_asked_at = reason, now, None, None
    entry.save(update_fields=["reason", "met_at", "ignored_at", "retry_asked_at"])
    announce_account(entry.folder.account_id)


def find_raw_of(entry: Quarantine) -> bytes | None:
    """The message's bytes as they came, if they came."""
    if entry.raw is None:
        return None
    try:
        return bytes_of(entry.raw)
    except RawLost:
        return None


def find_entry_for(viewer: User, entry_id: int) -> Quarantine | None:
    """An entry for the owner of its mailbox; for everybody else there is none.

    Nobody can say yet who is on a message that could not be read, so it is never shared.
    """
    own = Quarantine.objects.filter(folder__account__owner=viewer, pk=entry_id)
    return own.select_related("folder__account", "raw").first()
