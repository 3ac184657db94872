"""Note on the account that a pass was complete."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from postroom.accounts.lifecycle import recover
from postroom.accounts.models import EmailAccount
from postroom.archive.announce import announce_account

NOTE_EVERY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Met:
    """What a pass met: the server's tier and capabilities; whether all existing mail is in."""

    tier: str
    capabilities: Iterable[str]
    is_whole: bool


def all_is_well(account: EmailAccount, met: Met, now: datetime) -> None:
    """Note a complete pass, at most once a minute: an unchanged mailbox writes nothing else.

    That all existing mail is in is noted at once: people wait for it.
    """
    account.refresh_from_db()
    recover(account)
    is_first = met.is_whole and account.first_complete_at is None
    last = account.last_complete_at
    if not is_first and last and (now - last).total_seconds() < NOTE_EVERY_SECONDS:
        return
    account.tier = met.tier
    account.capabilities = sorted(name[:80] for name in met.capabilities)[:200]
    if is_first:
        account.first_complete_at = now
    account.last_complete_at = now
    account.save(update_fields=["tier", "capabilities", "first_complete_at", "last_complete_at"])
    announce_account(account.pk)
