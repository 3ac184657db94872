"""Note on the account that a pass was complete."""

from collections.abc import Iterable
from datetime import datetime

from postroom.accounts.lifecycle import clear_trouble
from postroom.accounts.models import EmailAccount
from postroom.archive.announce import announce_account

NOTE_EVERY_SECONDS = 60


def all_is_well(
    account: EmailAccount, tier: str, capabilities: Iterable[str], now: datetime
) -> None:
    """Note a complete pass, at most once a minute: an unchanged mailbox writes nothing else."""
    account.refresh_from_db()
    clear_trouble(account)
    last = account.last_complete_at
    if last and (now - last).total_seconds() < NOTE_EVERY_SECONDS:
        return
    account.tier = tier
    account.capabilities = sorted(name[:80] for name in capabilities)[:200]
    account.first_complete_at = account.first_complete_at or now
    account.last_complete_at = now
    account.save(update_fields=["tier", "capabilities", "first_complete_at", "last_complete_at"])
    announce_account(account.pk)
