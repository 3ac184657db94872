"""Where an email lies once everything that was asked for is done, and what lists show of it."""

from datetime import datetime

from django.db.models import QuerySet

from postroom.archive.models import (
    Action,
    ActionKind,
    ActionState,
    Email,
    Folder,
    FolderRole,
    ServerCopy,
)
from postroom.archive.record import refresh_flags
from postroom.team.once_a_page import once_a_page
from postroom.team.written_once import written_once


def folders_of(email: Email) -> list[Folder]:
    """The folders in which the email lies, a move that is still asked for taken as made.

    Of a folder that is not synced nobody tells: mail is believed to be where it was moved last.
    """
    # Before the ledger: a move made between the two is in both; after it, it would be in neither.
    moves = [action for action in actions_on(email) if action.kind == ActionKind.MOVE]
    asked = [move for move in moves if move.state == ActionState.ASKED]
    done = [move for move in moves if move.state == ActionState.DONE]
    lying = set(recorded_folders(email))
    for move in asked:
        source, target = ends_of(move)
        lying.add(target)
        if leaves(source, target):
            lying.discard(source)
    if not lying and done:
        _, target = ends_of(done[-1])
        lying = set() if target.is_synced or target.gone_at else {target}
    return sorted(lying, key=lambda folder: folder.name)


def recorded_folders(email: Email) -> list[Folder]:
    """The folders in which the ledger has the email; those listed no more if there are no others.

    They may come back, and the mail in them with them.
    """
    folders = list(dict.fromkeys(copy.folder for copy in copies_with_folders(email.pk)))
    return [folder for folder in folders if folder.gone_at is None] or folders


@written_once()
def copies_with_folders(email: int) -> QuerySet[ServerCopy]:
    """The same, by the folders' names."""
    return living_copies(Email(pk=email)).select_related("folder").order_by("folder__name")


def actions_on(email: Email) -> list[Action]:
    """All that was asked for about an email, oldest first."""
    return once_a_page((Action, email.pk), lambda: every_action(email.pk))


@written_once()
def every_action(email: int) -> QuerySet[Action]:
    """The same, asked."""
    found = Action.objects.filter(email=email).select_related("source", "target", "label")
    return found.order_by("pk")


def living_copies(email: Email) -> QuerySet[ServerCopy]:
    """Where the email lies on the server, as far as its folders were looked at."""
    return ServerCopy.objects.filter(email=email, gone_at__isnull=True)


def moves_of(email: Email) -> QuerySet[Action]:
    """The email's moves, oldest first."""
    moves = Action.objects.filter(email=email, kind=ActionKind.MOVE)
    return moves.select_related("source", "target").order_by("pk")


def ends_of(move: Action) -> tuple[Folder, Folder]:
    """Where a move begins and where it leads."""
    assert move.source is not None  # noqa: S101 - `a_move_has_both_ends`
    assert move.target is not None  # noqa: S101
    return move.source, move.target


def leaves(source: Folder, target: Folder) -> bool:
    """Whether mail that is moved is no longer in its old folder.

    What lies in All Mail stays there under every label (RFC 6154 §2), until it is thrown away.
    """
    return source.role != FolderRole.ALL or target.role == FolderRole.TRASH


def show_as_asked(email: Email, now: datetime) -> None:
    """Bring what lists show of the email in line with its copies and with what is asked for.

    As after a move by another program, mail in a folder that is not synced is out of sight.
    """
    refresh_flags({email.pk})
    if moves_of(email).filter(state=ActionState.ASKED).exists():
        lying = folders_of(email)
        Email.objects.filter(pk=email.pk).update(
            removed_at=None if any(folder.is_synced for folder in lying) else now,
            in_inbox=any(folder.role == FolderRole.INBOX for folder in lying),
        )
