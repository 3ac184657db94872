"""A mailbox with many emails and everything that can hang on them, through the archive's doors.

Every text of it carries the canary, so that a dump which does not hold the canary holds no mail.
"""

from datetime import timedelta

from cast import NOON, arrival, folder_of, message
from postroom.accounts.models import EmailAccount
from postroom.archive.actions import ask_for, ask_for_label
from postroom.archive.arrivals import Body
from postroom.archive.bodies import store_bodies
from postroom.archive.comparisons import ask_for_comparison
from postroom.archive.labels import label_called
from postroom.archive.models import ActionKind, Email, Folder, Inquiry, SyncRun
from postroom.archive.proofs import Listing, prove
from postroom.archive.quarantine import quarantine
from postroom.archive.record import record
from postroom.archive.search import read_again
from postroom.sync.indexing import index_next
from search.worlds import PARSER

CANARY = "zugunruhe"
WINDOW = 500


def letters(count: int, to: str, first: int = 0) -> list[bytes]:
    """Messages in which everything a person reads carries the canary."""
    return [
        message(
            f"{CANARY} {number}",
            NOON + timedelta(minutes=number),
            f"The {CANARY} of number {number}.\r\n" * 20,
            from_=f"{CANARY} Lead <{CANARY}.{number % 50}@customer.example>",
            to=f"Alice <{to}>, Sales <sales@example.com>",
            message_id=f"<{CANARY}.{number}@mail.example>",
        )
        for number in range(first, first + count)
    ]


def bring(account: EmailAccount, messages: list[bytes], folder: str = "INBOX") -> list[Email]:
    """Record messages, whole."""
    place = folder_of(account, folder)
    for start in range(0, len(messages), WINDOW):
        window = messages[start : start + WINDOW]
        new = record(place, place.uidvalidity, [arrival(raw) for raw in window])
        ids = sorted(new.values())
        bodies = zip(ids, window, strict=True)
        store_bodies(account.pk, [Body(pk, raw, f"{CANARY}…", False) for pk, raw in bodies])
    return list(Email.objects.filter(account=account).order_by("pk"))


def fill(account: EmailAccount, count: int) -> list[Email]:
    """A mailbox in the middle of its life: proved, with something set aside and undone."""
    emails = bring(account, letters(count, account.address))
    inbox = folder_of(account)
    ask_for(ActionKind.MARK_READ, emails[0], NOON)
    label = label_called(account, f"{CANARY} fair")
    ask_for_label(emails[0], label, NOON, is_on=True)
    quarantine(inbox, 10**9, f"It broke the {CANARY}.", NOON, f"Subject: {CANARY}".encode())
    prove(inbox, Listing(range(1, count)), range(1, count), NOON)
    ask_for_comparison(account, NOON)
    Inquiry.objects.create(account=account, canonical=f"{CANARY}@x.example", answered_at=NOON)
    SyncRun.objects.create(account=account, started_at=NOON)
    index_next(account.pk, PARSER)
    read_again(account.pk, [emails[0].pk])
    Folder.objects.create(account=account, name="Trash", role="trash", is_synced=False)
    return emails
