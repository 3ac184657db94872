"""Where an email stands: in which folder, what can be done with it, and how far that came."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from postroom.accounts.models import Activation, EmailAccount, Protocol
from postroom.archive.actions import last_wish
from postroom.archive.labels import is_kept_here_alone, labels_of
from postroom.archive.models import (
    Action,
    ActionKind,
    ActionState,
    Email,
    Folder,
    FolderRole,
    Label,
    Triage,
)
from postroom.archive.whereabouts import ends_of, folders_of
from postroom.team.written_once import written_once
from postroom.web.emails.aside import aside_of
from postroom.web.emails.snoozing import CHOICES

RECENT = timedelta(hours=1)
NOT_OFFERED = frozenset({FolderRole.DRAFTS, FolderRole.SENT, FolderRole.ALL, FolderRole.TRASH})

HERE_ALONE = "here alone, for the mail server keeps no labels"

DONE_WORDS = {
    ActionKind.MARK_READ: "Marked as read",
    ActionKind.MARK_UNREAD: "Marked as unread",
    ActionKind.FLAG: "Flagged",
    ActionKind.UNFLAG: "Unflagged",
    ActionKind.MARK_ANSWERED: "Marked as answered",
    ActionKind.MARK_UNANSWERED: "Marked as not answered",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was asked for last, and how far it came; `why` is set when it was refused.

    `place` is where a move led.
    """

    words: str
    told: str = ""
    why: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the row of actions on an email's page shows to its owner."""

    email: Email
    folders: list[Folder]
    targets: list[Folder]
    outcome: Outcome | None
    labels: list[Label]
    borne: list[Label]
    aside: Triage | None = None

    @property
    def keeps_labels_here(self) -> bool:
        """Whether the labels it bears are seen here and nowhere else."""
        return bool(self.borne) and is_kept_here_alone(self.email.account)

    @property
    def snoozes(self) -> tuple[tuple[str, str], ...]:
        """Until when it may be snoozed: what lies in the Inbox."""
        return CHOICES if self.email.in_inbox else ()

    @property
    def is_gone(self) -> bool:
        """Whether the email lies nowhere any more."""
        return not self.folders

    @property
    def is_in_trash(self) -> bool:
        """Whether it was thrown away."""
        return bool(self.folders) and all(f.role == FolderRole.TRASH for f in self.folders)

    @property
    def is_archived(self) -> bool:
        """Whether it lies in the archive, or in All Mail alone."""
        archives = (FolderRole.ARCHIVE, FolderRole.ALL)
        return bool(self.folders) and all(f.role in archives for f in self.folders)

    @property
    def needs_place(self) -> bool:
        """Whether the outcome does not say already where the email lies."""
        return self.outcome is None or self.outcome.place != self.place

    @property
    def place(self) -> str:
        """The folders in words."""
        names = [called(folder) for folder in self.folders if folder.role != FolderRole.ALL]
        return " and ".join(names or [called(folder) for folder in self.folders])


def standing_of(email: Email, now: datetime) -> Standing:
    """Where the owner's email stands."""
    folders = folders_of(email)
    labels, borne = labels_in(email.account_id), labels_of([email]).get(email.pk, [])
    outcome = outcome_of(email, now)
    targets, aside = targets_of(email, folders), aside_of(email)
    return Standing(email, folders, targets, outcome, labels, borne, aside)


def targets_of(email: Email, lying: list[Folder]) -> list[Folder]:
    """The folders to choose from: where mail stays in sight. With All Mail it does everywhere."""
    folders = folders_in(email.account_id)
    keeps_all = any(f.role == FolderRole.ALL and f.is_synced for f in folders)
    return [
        folder
        for folder in folders
        if folder.role not in NOT_OFFERED
        and (folder.is_synced or keeps_all)
        and folder not in lying
    ]


@written_once()
def folders_in(account: int) -> QuerySet[Folder]:
    """The folders that a mailbox has now, by name."""
    return Folder.objects.filter(account=account, gone_at__isnull=True).order_by("name")


@written_once()
def labels_in(account: int) -> QuerySet[Label]:
    """The labels of a mailbox."""
    return Label.objects.filter(account=account)


def outcome_of(email: Email, now: datetime) -> Outcome | None:
    """What was asked for last, unless it was done a while ago."""
    wish = last_wish(email)
    worst = min(wish, key=lambda action: STATES.index(ActionState(action.state)), default=None)
    if worst is None or is_old(worst, now):
        return None
    words = words_for(worst)
    if worst.state == ActionState.REFUSED:
        return Outcome(f"Could not be {words[0].lower()}{words[1:]}", why=worst.refusal)
    place = called(ends_of(worst)[1]) if worst.kind == ActionKind.MOVE else ""
    if worst.label and is_kept_here_alone(email.account):
        return Outcome(words, HERE_ALONE)
    return Outcome(words, told(email.account, ActionState(worst.state)), place=place)


STATES = [ActionState.REFUSED, ActionState.ASKED, ActionState.DONE]


def is_old(action: Action, now: datetime) -> bool:
    """Whether an action that was done is no news any more."""
    is_done = action.state == ActionState.DONE
    return is_done and action.finished_at is not None and action.finished_at < now - RECENT


def words_for(action: Action) -> str:
    """What an action comes to, in words."""
    if action.kind == ActionKind.MOVE:
        _, target = ends_of(action)
        return f"Moved to {called(target)}"
    if action.label:
        is_on = action.kind == ActionKind.LABEL
        return f"Labelled “{action.label}”" if is_on else f"Label “{action.label}” taken off"
    return DONE_WORDS[ActionKind(action.kind)]


def told(account: EmailAccount, state: ActionState) -> str:
    """Whether the mail server knows of it."""
    if account.protocol == Protocol.POP:
        return "here alone, for POP3 knows no marks"
    if state == ActionState.DONE:
        return "on the server too"
    if account.activation == Activation.PAUSED:
        return "waiting until the mailbox is resumed"
    if account.trouble:
        return "waiting: the mail server cannot be used at the moment"
    return "waiting for the mail server"


def called(folder: Folder) -> str:
    """A folder as people call it: without what stands before all names of the account."""
    if folder.role == FolderRole.INBOX:
        return "Inbox"
    if folder.role == FolderRole.OTHER or not folder.delimiter:
        return folder.name
    return folder.name.rpartition(folder.delimiter)[2]
