"""The sections of an account's page, for whoever looks: names of folders are its owner's alone."""

from datetime import datetime

from postroom.accounts.models import EmailAccount
from postroom.team.models import User
from postroom.web.email_configuration.evidence import changes_of, evidence_of
from postroom.web.email_configuration.folder_choice import folder_rows
from postroom.web.email_configuration.health import health_of
from postroom.web.email_configuration.set_aside import set_aside_of
from postroom.web.email_configuration.tiers import GMAIL, tier_of

# Parts of pages that change while they are open; a page has those it shows.
LIVE_PARTS = (
    "email_configuration/health.html",
    "email_configuration/proof.html",
    "email_configuration/set_aside.html",
)


def sections_of(account: EmailAccount, viewer: User, now: datetime) -> dict[str, object]:
    """Everything the account's page shows."""
    sections = live_sections_of(account, viewer, now) | {"tier": tier_of(account)}
    if account.owner_id != viewer.pk:
        return sections
    return sections | {
        "changes": changes_of(account),
        "folders": folder_rows(account),
        "is_gmail": GMAIL in account.capabilities,
    }


def live_sections_of(account: EmailAccount, viewer: User, now: datetime) -> dict[str, object]:
    """What LIVE_PARTS show."""
    is_own = account.owner_id == viewer.pk
    return {
        "is_own": is_own,
        "health": health_of(account, now),
        "evidence": evidence_of(account),
        "set_aside": set_aside_of(account) if is_own else None,
    }
