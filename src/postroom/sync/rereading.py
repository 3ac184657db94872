"""Read stored messages again, as the parser reads them today (`postroom reparse`).

Batch by batch in the order of their ids, each batch a transaction: stopped anywhere it can go on
there, and begun anew it writes nothing twice.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from postroom.accounts.models import EmailAccount
from postroom.archive.fence import AccountClosed
from postroom.archive.models import Email
from postroom.archive.reading import find_raw
from postroom.archive.rebuild import Rereading, emails_with_raw, rebuild
from postroom.sync.outcomes import RereadMessage
from postroom.sync.parsing import LimitedParser

BATCH = 100


@dataclass(slots=True)
class Reread:
    """How far it is: the last email read; how many there are, were read, changed, unreadable."""

    last: int
    found: int = 0
    read: int = 0
    changed: int = 0
    broken: int = 0


def reread(account: EmailAccount | None, parser: LimitedParser, after: int = 0) -> Iterator[Reread]:
    """Rebuild what was read from every stored message after an id; tells after each batch."""
    so_far = Reread(after, found=emails_with_raw(account).filter(pk__gt=after).count())
    while batch := next_batch(account, so_far.last):
        outcomes = parser.parse_again([find_raw(email) or b"" for email in batch])
        by_account: dict[EmailAccount, list[Rereading]] = defaultdict(list)
        for email, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, RereadMessage):
                by_account[email.account].append(rereading_of(email, outcome))
            else:
                so_far.broken += 1
        for owner, rereadings in by_account.items():
            with suppress(AccountClosed):
                so_far.changed += len(rebuild(owner, rereadings))
        so_far.last = batch[-1].pk
        so_far.read += len(batch)
        yield so_far


def next_batch(account: EmailAccount | None, after: int) -> list[Email]:
    """The next stored messages."""
    emails = emails_with_raw(account).filter(pk__gt=after).select_related("raw", "account")
    return list(emails[:BATCH])


def rereading_of(email: Email, read: RereadMessage) -> Rereading:
    """What the parser found, in the archive's words."""
    return Rereading(email, read.envelope, read.snippet, read.has_attachments)
