"""Take messages of a file into the mail of a user. Idempotent: what is here is not taken again.

They lie in an account of the user's own that is synced with nothing (ADR 47): private until its
owner shares it as any other, with the same rules. Read in the confined parser, as from a server.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Final

from django.db import transaction
from django.db.models import Max

from postroom.accounts.lifecycle import Decision, decide
from postroom.accounts.models import Activation, EmailAccount
from postroom.archive.arrivals import Arrival, Flags, Stored
from postroom.archive.fence import lock_whatever_it_is
from postroom.archive.models import Email, Folder, FolderRole, ServerCopy
from postroom.archive.raw import keep_raw
from postroom.archive.record import record
from postroom.archive.wall import round_the_wall
from postroom.crm.erased import erased_among
from postroom.crm.models import Person
from postroom.intake.files import FileRefused, Found, messages_in
from postroom.sync.outcomes import BrokenMessage, ReadMessage
from postroom.sync.parsing import LimitedParser
from postroom.sync.reading import LONG_AGO
from postroom.team.audit import note
from postroom.team.models import Act, User

BATCH: Final = 64
LARGEST_BATCH: Final = 16 * 1024 * 1024
NO_MAIL: Final = (
    "There is no email in this file. Choose an mbox or .eml file, or a zip of such; an export as"
    " JSON is for other programs, and is not read back."
)
FOLDER: Final = "Imported"
# RFC 2606 §2: a name that no mailbox has.
DOMAIN: Final = "imported.invalid"


@dataclass(slots=True)
class Taken:
    """What became of the messages of a file."""

    found: int = 0
    new: int = 0
    here_already: int = 0
    of_others: int = 0
    erased: int = 0
    unreadable: int = 0
    reasons: list[str] = field(default_factory=list)

    def cannot_read(self, reason: str) -> None:
        """Count one that is not taken, and remember the first few reasons."""
        self.unreadable += 1
        if len(self.reasons) < 5:
            self.reasons.append(f"Message {self.found}: {reason}")


Show = Callable[[Taken], None]


def take_in(file: IO[bytes], user: User, person: Person | None, now: datetime, show: Show) -> Taken:
    """Take a file's messages, or those with a person. Raises FileRefused; what came before stays.

    Each batch is a transaction: killed anywhere, the same file again goes on.
    """
    taken, parser = Taken(), LimitedParser()
    wanted = set(person.addresses.values_list("canonical", flat=True)) if person else None
    try:
        for batch in batches(messages_in(file)):
            keep(read_batch(batch, wanted, taken, parser), user, taken, now)
            show(taken)
        if not taken.found:
            raise FileRefused(NO_MAIL)
    finally:
        parser.close()
        about = f"into the mail of {user}"
        note(Act.MAIL_IMPORTED, user, about, now, f"{taken.new} new of {taken.found}")
    return taken


@transaction.atomic
def imported_account_of(user: User, now: datetime) -> EmailAccount:
    """The account in which the user's imported mail lies, made when it is first needed."""
    local = user.email.partition("@")[0]
    made = {"owner": user, "activation": Activation.IMPORTED}
    account, _ = EmailAccount.objects.get_or_create(
        address=f"{local}.{user.pk}@{DOMAIN}", defaults=made
    )
    if account.activation != Activation.IMPORTED:
        decide(account, Activation.IMPORTED, Decision(now, user))
    return account


def batches(found: Iterator[Found]) -> Iterator[list[Found]]:
    """Some messages at a time: so many, or so large."""
    batch: list[Found] = []
    size = 0
    for one in found:
        batch.append(one)
        size += len(one.raw or b"")
        if len(batch) >= BATCH or size >= LARGEST_BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def read_batch(
    batch: Sequence[Found], wanted: set[str] | None, taken: Taken, parser: LimitedParser
) -> list[tuple[bytes, ReadMessage]]:
    """Those of a batch that are wanted and can be read."""
    whole = [one.raw for one in batch if one.raw is not None]
    outcomes = iter(parser.parse(whole))
    read: list[tuple[bytes, ReadMessage]] = []
    for one in batch:
        taken.found += 1
        if one.raw is None:
            taken.cannot_read("It is larger than an email may be.")
            continue
        outcome = next(outcomes)
        if isinstance(outcome, BrokenMessage):
            taken.cannot_read(outcome.reason)
        elif not outcome.entry.senders and outcome.entry.sent_at is None:
            taken.cannot_read("It has neither a sender nor a date, so it is no email.")
        elif wanted is not None and wanted.isdisjoint(outcome.entry.canonicals):
            taken.of_others += 1
        else:
            read.append((one.raw, outcome))
    return read


@round_the_wall()
@transaction.atomic
def keep(
    read: Sequence[tuple[bytes, ReadMessage]], user: User, taken: Taken, now: datetime
) -> None:
    """Record those that the user has in none of their mailboxes yet; for none, nothing is made."""
    erased = erased_among({c for _, one in read for c in one.entry.canonicals})
    allowed = [pair for pair in read if erased.isdisjoint(pair[1].entry.canonicals)]
    by_identity = {identity_of(*pair): pair for pair in allowed}
    new = 0
    if by_identity.keys() - identities_of(user, list(by_identity)):
        new = record_fresh(by_identity, imported_account_of(user, now))
    taken.new += new
    taken.erased += len(read) - len(allowed)
    taken.here_already += len(allowed) - new


def record_fresh(
    by_identity: Mapping[bytes, tuple[bytes, ReadMessage]], account: EmailAccount
) -> int:
    """What another intake of the same user brought meanwhile is here already."""
    lock_whatever_it_is(account.pk)
    have = identities_of(account.owner, list(by_identity))
    fresh = {i: pair for i, pair in by_identity.items() if i not in have}
    digests = keep_raw([raw for raw, _ in fresh.values()])
    folder = folder_of(account)
    uids = next_uids(folder, len(fresh))
    arrivals = [
        arrival_of(uid, identity, raw, one, digest)
        for uid, (identity, (raw, one)), digest in zip(uids, fresh.items(), digests, strict=True)
    ]
    return len(record(folder, folder.uidvalidity or 1, arrivals))


def identity_of(raw: bytes, read: ReadMessage) -> bytes:
    """As from a server; where the header does not tell it from others, all of it does."""
    if read.is_certain:
        return read.identity
    return hashlib.sha256(read.identity + hashlib.sha256(raw).digest()).digest()


def identities_of(owner: User, identities: Sequence[bytes]) -> set[bytes]:
    """Those that the owner has, in whichever of their mailboxes."""
    standing = owner.email_accounts.exclude(activation=Activation.DEACTIVATED)
    here = Email.objects.filter(
        account__in=standing, identity__in=identities, removed_at__isnull=True
    )
    return {bytes(identity) for identity in here.values_list("identity", flat=True)}


def folder_of(account: EmailAccount) -> Folder:
    """The one folder of imported mail."""
    begun = {"role": FolderRole.OTHER, "uidvalidity": 1, "is_synced": False}
    return Folder.objects.get_or_create(account=account, name=FOLDER, defaults=begun)[0]


def next_uids(folder: Folder, count: int) -> list[int]:
    """Numbers that no message of the folder has; the caller holds the account's lock."""
    last = ServerCopy.objects.filter(folder=folder).aggregate(last=Max("uid"))["last"] or 0
    return list(range(last + 1, last + count + 1))


def arrival_of(uid: int, identity: bytes, raw: bytes, read: ReadMessage, digest: bytes) -> Arrival:
    """The message in the archive's words. It is old mail, so it was read."""
    return Arrival(
        uid=uid,
        identity=identity,
        entry=read.entry,
        received_at=read.entry.sent_at or LONG_AGO,
        size=len(raw),
        flags=Flags(is_seen=True),
        stored=Stored(digest, read.snippet, read.has_attachments),
    )
