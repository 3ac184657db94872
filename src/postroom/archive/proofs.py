"""The proof that nothing is missing: the UIDs of a server beside those of the ledger.

Design §5, invariant 2. A proof is written when it differs from the one before, so that a mailbox
in which nothing happens writes nothing, and the entries are a history of what did.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery

from postroom.accounts.models import EmailAccount
from postroom.archive.announce import announce_account
from postroom.archive.fence import stand_by_account
from postroom.archive.models import Folder, ProofEntry
from postroom.archive.quarantine import quarantined_uids

MOST_NAMED = 1_000  # Of missing UIDs; all are counted.
KEPT_CHANGES = 200
KEPT_DAYS = timedelta(days=400)

SAID = ("server", "recorded", "quarantined", "older", "missing", "missing_uids", "refusal")

NOTHING = {"server": 0, "recorded": 0, "quarantined": 0, "missing": 0}


@dataclass(frozen=True, slots=True)
class FolderProof:
    """What the server has of a folder and what is recorded here.

    `left_out` are messages that are not meant to be brought: `older` of them came before the
    mailbox's first day, for the others the day's budget is used up.
    `since` is when it first came out like this; None before the first comparison. With a
    `refusal` the last attempt to compare failed, and the counts are those of before.
    """

    folder: Folder
    server: int = 0
    recorded: int = 0
    quarantined: int = 0
    left_out: int = 0
    older: int = 0
    missing: int = 0
    missing_uids: tuple[int, ...] = ()
    refusal: str = ""
    since: datetime | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is proved that nothing is missing."""
        return self.since is not None and not self.missing and not self.refusal


def proof_of(account: EmailAccount) -> list[FolderProof]:
    """The latest proof of every synced folder."""
    latest = latest_proofs(account)
    folders = account.folders.filter(is_synced=True, gone_at__isnull=True)
    return [proof_from(folder, latest.get(folder.pk)) for folder in folders]


def latest_proofs(account: EmailAccount) -> dict[int, ProofEntry]:
    """Folder id to its latest entry, synced or not."""
    of_folder = ProofEntry.objects.filter(folder=OuterRef("pk")).order_by("-pk")
    latest = account.folders.annotate(latest=Subquery(of_folder.values("pk")[:1])).values("latest")
    return {entry.folder_id: entry for entry in ProofEntry.objects.filter(pk__in=latest)}


def proof_from(folder: Folder, entry: ProofEntry | None) -> FolderProof:
    """An entry as it is shown."""
    if entry is None:
        return FolderProof(folder)
    return FolderProof(
        folder,
        entry.server,
        entry.recorded,
        entry.quarantined,
        entry.left_out,
        entry.older,
        entry.missing,
        tuple(entry.missing_uids),
        entry.refusal,
        entry.proved_at,
    )


@dataclass(frozen=True, slots=True)
class Listing:
    """What a server lists of a folder: UIDs, and which of them are not meant to be brought.

    `older` are those of `left_out` that no other day brings. `nameless` are messages that the
    ledger cannot tell from others, so they are missing.
    """

    uids: Iterable[int]
    left_out: Iterable[int] = ()
    older: Iterable[int] = ()
    nameless: int = 0


@transaction.atomic
def prove(folder: Folder, listing: Listing, recorded: Iterable[int], now: datetime) -> int:
    """Compare the UIDs of the server with those recorded; returns how many are missing."""
    stand_by_account(folder.account_id)
    entry = compared(folder, listing, set(recorded))
    keep_if_new(entry, latest_of(folder), now)
    return entry.missing


@transaction.atomic
def refuse_proof(folder: Folder, refusal: str, now: datetime) -> None:
    """The folder could not be compared, for this reason."""
    stand_by_account(folder.account_id)
    latest = latest_of(folder)
    counts = {name: getattr(latest, name) for name in SAID if latest is not None}
    entry = ProofEntry(**{**NOTHING, **counts, "folder": folder, "refusal": refusal})
    keep_if_new(entry, latest, now)


def latest_of(folder: Folder) -> ProofEntry | None:
    """The folder's latest entry."""
    return ProofEntry.objects.filter(folder=folder).order_by("-pk").first()


def keep_if_new(entry: ProofEntry, latest: ProofEntry | None, now: datetime) -> None:
    """Write the entry unless it says what the latest says."""
    if latest is not None and said_by(latest) == said_by(entry):
        return
    entry.proved_at = now
    entry.save()
    forget_older(entry.folder, now)
    announce_account(entry.folder.account_id)


def compared(folder: Folder, listing: Listing, recorded: set[int]) -> ProofEntry:
    """The entry that these sets of UIDs make."""
    server = set(listing.uids)
    known = server & recorded
    aside = (server & quarantined_uids(folder)) - known
    left_out = (server & set(listing.left_out)) - known - aside
    missing = server - known - aside - left_out
    return ProofEntry(
        folder=folder,
        server=len(server) + listing.nameless,
        recorded=len(known),
        quarantined=len(aside),
        left_out=len(left_out),
        older=len(left_out & set(listing.older)),
        missing=len(missing) + listing.nameless,
        missing_uids=sorted(missing)[-MOST_NAMED:],
    )


def said_by(entry: ProofEntry) -> tuple[object, ...]:
    """What two entries are compared by."""
    return tuple(getattr(entry, name) for name in SAID)


def forget_older(folder: Folder, now: datetime) -> None:
    """Keep the last changes; of those before, the last of each day, for somewhat over a year."""
    with connection.cursor() as cursor:
        cursor.execute(
            FORGET_OLDER,
            {"folder": folder.pk, "kept": KEPT_CHANGES, "oldest": now - KEPT_DAYS},
        )


FORGET_OLDER = """
DELETE FROM archive_proofentry AS entry
 USING (SELECT id, proved_at,
               row_number() OVER (ORDER BY id DESC) AS place,
               row_number() OVER (PARTITION BY (proved_at AT TIME ZONE 'UTC')::date
                                  ORDER BY id DESC) AS place_in_day
          FROM archive_proofentry WHERE folder_id = %(folder)s) AS placed
 WHERE entry.id = placed.id AND placed.place > %(kept)s
   AND (placed.place_in_day > 1 OR placed.proved_at < %(oldest)s)
"""


@dataclass(frozen=True, slots=True)
class ProofSum:
    """The latest proofs of all synced folders of an account, added up."""

    server: int = 0
    recorded: int = 0
    quarantined: int = 0
    missing: int = 0
    refused: int = 0


def proof_sums(account_ids: Sequence[int]) -> dict[int, ProofSum]:
    """Account id to its sum, by one question; an account that was not compared yet has none."""
    with connection.cursor() as cursor:
        cursor.execute(PROOF_SUMS, [list(account_ids)])
        return {pk: ProofSum(*map(int, sums)) for pk, *sums in cursor.fetchall()}


PROOF_SUMS = """
SELECT folder.account_id, sum(latest.server), sum(latest.recorded), sum(latest.quarantined),
       sum(latest.missing), count(*) FILTER (WHERE latest.refusal <> '')
  FROM archive_folder AS folder
 CROSS JOIN LATERAL (
       SELECT server, recorded, quarantined, missing, refusal FROM archive_proofentry
        WHERE folder_id = folder.id ORDER BY id DESC LIMIT 1) AS latest
 WHERE folder.account_id = ANY(%s) AND folder.is_synced AND folder.gone_at IS NULL
 GROUP BY folder.account_id
"""


def accounts_with_gaps() -> QuerySet[ProofEntry, Any]:
    """The ids of accounts whose latest proof says that something is missing, or was refused."""
    later = ProofEntry.objects.filter(folder=OuterRef("folder"), pk__gt=OuterRef("pk"))
    open_ones = ProofEntry.objects.filter(
        Q(missing__gt=0) | ~Q(refusal=""), folder__is_synced=True, folder__gone_at__isnull=True
    )
    return open_ones.filter(~Exists(later)).values("folder__account")


def gaps_since(account: EmailAccount, moment: datetime) -> dict[int, int]:
    """Folder id to how many messages were found missing since then, brought by now or not."""
    entries = ProofEntry.objects.filter(
        folder__account=account, proved_at__gte=moment, missing__gt=0
    )
    most = entries.order_by("folder_id").values("folder_id").annotate(most=Max("missing"))
    return dict(most.values_list("folder_id", "most"))


def history_of(account: EmailAccount, count: int) -> list[ProofEntry]:
    """The latest changes of the proofs of an account, the newest first."""
    entries = ProofEntry.objects.filter(folder__account=account).select_related("folder")
    return list(entries.order_by("-pk")[:count])
