"""Move an email to another folder: to the archive, to the trash and back, or anywhere else.

Nothing is ever removed: the trash is a folder like any other. A move is asked for here, shown at
once, and made on the server by `sync.actions`.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from postroom.accounts.models import EmailAccount, Protocol
from postroom.archive.actions import show_and_tell
from postroom.archive.fence import lock_account
from postroom.archive.models import Action, ActionKind, ActionState, Email, Folder, FolderRole
from postroom.archive.whereabouts import ends_of, folders_of, moves_of
from postroom.team.refusal import Refusal

MOVERS = frozenset({"MOVE", "IMAP4REV2"})  # RFC 6851; RFC 9051 has it built in.

# Where each wish leads, the first that an account has. Of Gmail it is All Mail: ADR 16.
ARCHIVES = (FolderRole.ARCHIVE, FolderRole.ALL)
TRASHES = (FolderRole.TRASH,)

NO_FOLDERS = "This mailbox is read over POP3, which knows no folders, so its mail cannot be moved."
CANNOT_MOVE = (
    "Your mail server cannot move mail safely, so Postroom leaves it where it is."
    " Move it in your mail program; it shows here."
)
THERE_ALREADY = "It is there already."
NOTHING_TO_UNDO = "There is no move to undo."
MOVED_SINCE = "It was moved once more since then, so it stays where it is."
FOLDER_GONE = "The folder “{}” is no longer on the mail server. Choose another one."


class MoveNotPossible(Refusal):
    """The move was not asked for; the sentence says why."""


class MovedAlready(MoveNotPossible):
    """It lies where it was to be moved to, or was moved by another wish since."""


def why_it_cannot_move(account: EmailAccount) -> str:
    """Why no mail of the account can be moved; nothing if it can, or if that is not known yet."""
    if account.protocol == Protocol.POP:
        return NO_FOLDERS
    is_known = bool(account.capabilities)
    return CANNOT_MOVE if is_known and MOVERS.isdisjoint(account.capabilities) else ""


def find_folder(account: EmailAccount, roles: Sequence[FolderRole]) -> Folder | None:
    """The account's folder for one of these roles, the first role first."""
    folders = list(account.folders.filter(role__in=roles, gone_at__isnull=True))
    return min(folders, key=lambda f: (roles.index(FolderRole(f.role)), f.name), default=None)


def sources_for(target: Folder, lying: Sequence[Folder]) -> list[Folder]:
    """From where an email that lies in these folders is moved.

    Thrown away it goes from everywhere; otherwise from the Inbox if it is there: what is sorted
    is what came, and not the copy among the sent mail or in All Mail.
    """
    elsewhere = [folder for folder in lying if folder != target]
    if target.role == FolderRole.TRASH:
        return elsewhere
    return [folder for folder in elsewhere if folder.role == FolderRole.INBOX] or elsewhere


@transaction.atomic
def ask_to_move(email: Email, target: Folder, now: datetime) -> list[Action]:
    """Show the email in its new folder and ask the engine to move it. Raises MoveNotPossible."""
    if target.gone_at:
        raise MoveNotPossible(FOLDER_GONE.format(target.name))
    lock_account(email.account_id)
    ends = [(source, target) for source in sources_for(target, folders_of(email))]
    return ask_to_move_each(email, ends, now)


def ask_to_move_each(
    email: Email, ends: Sequence[tuple[Folder, Folder]], now: datetime
) -> list[Action]:
    """Ask for moves that belong together: what was asked for at one moment is undone at once."""
    if why_not := why_it_cannot_move(email.account):
        raise MoveNotPossible(why_not)
    if not ends:
        raise MovedAlready(THERE_ALREADY)
    asked = [
        Action.objects.create(
            account=email.account,
            email=email,
            kind=ActionKind.MOVE,
            source=source,
            target=target,
            asked_at=now,
        )
        for source, target in ends
    ]
    show_and_tell(email, now)
    return asked


@transaction.atomic
def ask_to_undo(email: Email, now: datetime, meant: datetime | None = None) -> list[Action]:
    """Ask for the last moves the other way round; only for those asked for then, if that is said.

    Raises MoveNotPossible.
    """
    lock_account(email.account_id)
    moves = last_moves(email)
    if not moves:
        raise MoveNotPossible(NOTHING_TO_UNDO)
    if meant and moves[0].asked_at != meant:
        raise MovedAlready(MOVED_SINCE)
    back = [(target, source) for source, target in map(ends_of, moves)]
    for _, target in back:
        if target.gone_at:
            raise MoveNotPossible(FOLDER_GONE.format(target.name))
    return ask_to_move_each(email, back, now)


def last_moves(email: Email) -> list[Action]:
    """The moves that were asked for together last; none if they were refused."""
    moves = moves_of(email)
    last = moves.last()
    if last is None or last.state == ActionState.REFUSED:
        return []
    return list(moves.filter(asked_at=last.asked_at).exclude(state=ActionState.REFUSED))


def landing_before(move: Action) -> list[int]:
    """Where the message came to lie when it was moved the other way, if the server told."""
    moves = moves_of(move.email).filter(source=move.target, target=move.source)
    done = moves.filter(state=ActionState.DONE, landed_uid__isnull=False).last()
    return [done.landed_uid] if done and done.landed_uid else []


@transaction.atomic
def ask_again(move: Action, now: datetime) -> list[Action]:
    """Ask once more for a move that was refused. Raises MoveNotPossible."""
    _, target = ends_of(move)
    if target.gone_at and target.role != FolderRole.OTHER:
        target = find_folder(move.account, [FolderRole(target.role)]) or target
    return ask_to_move(move.email, target, now)
