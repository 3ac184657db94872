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


def folders_of(email: Email) -> list[Folder]:
    """The folders in which the email lies, a move that is still asked for taken as made.

    Of a folder that is not synced nobody tells: mail is believed to be where it was moved last.
    """
    # Before the ledger: a move made between the two is in both; after it, it would be in neither.
    asked = list(moves_of(email).filter(state=ActionState.ASKED))
    lying = set(recorded_folders(email))
    for move in asked:
        source, target = ends_of(move)
        lying.add(target)
        if leaves(source, target):
            lying.discard(source)
    if not lying and (last := moves_of(email).filter(state=ActionState.DONE).last()):
        _, target = ends_of(last)
        lying = set() if target.is_synced or target.gone_at else {target}
    return sorted(lying, key=lambda folder: folder.name)


def recorded_folders(email: Email) -> list[Folder]:
    """The folders in which the ledger has the email; those listed no more if there are no others.

    They may come back, and the mail in them with them.
    """
    copies = living_copies(email).select_related("folder").order_by("folder__name")
    folders = list(dict.fromkeys(copy.folder for copy in copies))
    return [folder for folder in folders if folder.gone_at is None] or folders


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
