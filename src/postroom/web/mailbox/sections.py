"""The sections of an account's page, from the top down; to add one is a row of the table.

Names of folders, and everything that can be decided, are the owner's alone.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from postroom.accounts.handing_over import may_hand_over
from postroom.accounts.lifecycle import WITHOUT_PASSWORD
from postroom.accounts.members import is_member
from postroom.accounts.models import Activation, EmailAccount
from postroom.team.models import Permission, User
from postroom.team.permissions import may
from postroom.web.mailbox.cleanup_state import cleanup_context
from postroom.web.mailbox.evidence import changes_of, evidence_of
from postroom.web.mailbox.folder_choice import folder_rows
from postroom.web.mailbox.forms import StorageForm
from postroom.web.mailbox.health import health_of
from postroom.web.mailbox.members import member_context
from postroom.web.mailbox.senders import sender_context
from postroom.web.mailbox.set_aside import set_aside_of
from postroom.web.mailbox.sharing import sharing_context
from postroom.web.mailbox.tiers import GMAIL, tier_of
from postroom.web.mailbox.traffic import BudgetForm
from postroom.web.mailbox.window import WindowForm

Context = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: its template, what that shows, and whether only the owner has it.

    What changes while the page is open comes from `live_sections_of` instead.
    """

    template: str
    context: Callable[[EmailAccount, datetime], Context]
    is_owners: bool = True


SECTIONS = (
    Section("health.html", lambda account, now: {}, False),
    Section("proof.html", lambda account, now: {}, False),
    Section("changes.html", lambda account, now: {"changes": changes_of(account)}),
    Section("folders.html", lambda account, now: folder_context(account)),
    Section("sharing.html", lambda account, now: sharing_context(account)),
    Section("senders.html", lambda account, now: sender_context(account)),
    Section("members.html", lambda account, now: member_context(account)),
    Section("storage.html", lambda account, now: {"storage_form": StorageForm.of(account)}),
    Section("window.html", lambda account, now: {"window_form": WindowForm.of(account)}),
    Section("budget.html", lambda account, now: {"budget_form": BudgetForm.of(account)}),
    Section("export.html", lambda account, now: {}),
    Section("cleanup.html", cleanup_context, False),
    Section("handover.html", lambda account, now: {}, False),
    Section("server.html", lambda account, now: {}, False),
    Section("tier.html", lambda account, now: {"tier": tier_of(account)}, False),
)

# Over the whole width, and in the second of two columns; all others are in the first.
WIDE = ("health.html", "proof.html", "changes.html")
# What is to happen to the mailbox soon stands where nobody overlooks it.
WIDE_IN_A_CASE = ("health.html", "cleanup.html", "proof.html", "changes.html")
SECOND = (
    "cleanup.html",
    "storage.html",
    "window.html",
    "budget.html",
    "export.html",
    "handover.html",
    "server.html",
    "tier.html",
)

# Of a mailbox without a password nothing is synced, and nothing is kept that could be compared.
WITHOUT_MAIL = frozenset(
    f"{name}.html"
    for name in ("health", "sharing", "members", "storage", "window", "handover", "server")
)

# Of mail from files there is no server to speak of.
OF_FILES = frozenset(f"{name}.html" for name in ("health", "sharing", "members", "export"))

# Parts of pages that change while they are open; a page has those it shows.
LIVE_PARTS = (
    "email_configuration/health.html",
    "email_configuration/proof.html",
    "email_configuration/set_aside.html",
)


def sections_of(account: EmailAccount, viewer: User, now: datetime) -> dict[str, object]:
    """Everything the account's page shows to this viewer, and in which templates."""
    is_own = account.owner_id == viewer.pk
    shown = [section for section in SECTIONS if is_own or not section.is_owners]
    if account.activation == Activation.IMPORTED:
        shown = [section for section in shown if section.template in OF_FILES]
    elif account.activation in WITHOUT_PASSWORD:
        left = WITHOUT_MAIL | ({"cleanup.html"} if hasattr(account, "case") else set())
        shown = [section for section in shown if section.template in left]
    context = live_sections_of(account, viewer, now)
    for section in shown:
        context |= section.context(account, now)
    names = [section.template for section in shown]
    wide = WIDE_IN_A_CASE if hasattr(account, "case") else WIDE
    columns = (
        [name for name in names if name not in (*wide, *SECOND)],
        [name for name in names if name in SECOND and name not in wide],
    )
    return context | {
        "wide": as_templates(name for name in wide if name in names),
        "columns": [as_templates(column) for column in columns if column],
    }


def as_templates(names: Iterable[str]) -> list[str]:
    """Where they lie."""
    return [f"email_configuration/{name}" for name in names]


def live_sections_of(account: EmailAccount, viewer: User, now: datetime) -> dict[str, object]:
    """What LIVE_PARTS show."""
    is_own = account.owner_id == viewer.pk
    return {
        "is_own": is_own,
        "is_member": is_member(viewer, account),
        "may_hand_over": may_hand_over(account, viewer),
        "may_pause": is_own or may(viewer, Permission.MANAGE_EMAIL_SETTINGS),
        "health": health_of(account, now),
        "evidence": evidence_of(account),
        "set_aside": set_aside_of(account) if is_own else None,
    }


def folder_context(account: EmailAccount) -> Context:
    """The folders to choose among."""
    return {"folders": folder_rows(account), "is_gmail": GMAIL in account.capabilities}
