"""The email that tells a member of a team mailbox that a colleague mentioned them. ADR 17 and 50.

It says who and where, and nothing of the comment: comments never leave.
"""

from collections.abc import Iterable
from datetime import datetime

from postroom.accounts.members import team_of
from postroom.archive.models import TeamEntry
from postroom.outbox.links import url_of
from postroom.outbox.queue import Letter, write
from postroom.outbox.wording import Link, Words
from postroom.team.mentions import mentioned_in
from postroom.team.models import User


def write_mentions(entry: TeamEntry, now: datetime) -> list[User]:
    """Tell everybody of the team whom a comment mentions, but its author. Returns whom."""
    others = team_of(entry.account).exclude(pk=entry.by_id or 0)
    named = mentioned_in(entry.text, others)
    return tell(entry, named, now)


def tell(entry: TeamEntry, readers: Iterable[User], now: datetime) -> list[User]:
    """Write to each of them once."""
    return [reader for reader in readers if write(letter_of(entry, reader), now)]


def letter_of(entry: TeamEntry, reader: User) -> Letter:
    """Who mentioned them, in which mailbox, and the way there."""
    return Letter(
        key=f"mention:{entry.pk}:{reader.pk}",
        account=entry.account,
        to=reader,
        subject=f"{entry.by} mentioned you in {entry.account.address}",
        parts=[
            Words(f"Hello {reader},"),
            Words(
                f"{entry.by} mentioned you in a comment on a conversation of the team mailbox"
                f" {entry.account.address}. Comments are for its members and stay in Postroom."
            ),
            Link("Read the comment", url_of("email", entry.email_id)),
        ],
    )
