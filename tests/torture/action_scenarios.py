"""What people did here that the pass under test has to tell the server.

The server changes with each run, so each begins with the mailbox as it was kept. On the plain one,
which has no MOVE, every move is refused, and that must end the same too.
"""

from postroom.accounts.models import EmailAccount
from postroom.archive.actions import ask_for
from postroom.archive.models import ActionKind
from postroom.archive.moves import ask_to_move, ask_to_undo
from torture.letters import Letter
from torture.scenarios import SCENARIOS, fill, move, scenario
from torture.stage import NOON, Stage

__all__ = ["SCENARIOS"]


@scenario
def marked_read_here(stage: Stage) -> None:
    mark(stage, ActionKind.MARK_READ)


@scenario
def marked_unread_here(stage: Stage) -> None:
    mark(stage, ActionKind.MARK_UNREAD, flags="S")


@scenario
def flagged_and_answered_here(stage: Stage) -> None:
    mark(stage, ActionKind.FLAG, ActionKind.MARK_ANSWERED)


@scenario
def flagged_here_and_unflagged_at_once(stage: Stage) -> None:
    mark(stage, ActionKind.FLAG, ActionKind.UNFLAG, flags="S")


@scenario
def flagged_here_while_moved_elsewhere(stage: Stage) -> None:
    letter = known_letter(stage)
    stage.passes = (60, 120, 180)
    ask_for(ActionKind.FLAG, stage.email(letter), NOON)
    move(stage, "1", "Projects", "INBOX")
    stage.keep_server()


def mark(stage: Stage, *kinds: ActionKind, flags: str = "") -> None:
    """Ask for marks of an email."""
    letter = known_letter(stage, flags=flags)
    for kind in kinds:
        ask_for(kind, stage.email(letter), NOON)
    stage.keep_server()


def known_letter(stage: Stage, *, flags: str = "", has_id: bool = True) -> Letter:
    """A letter in a folder of its own, synced, and an archive and a trash for it."""
    fill(stage)
    [letter] = stage.deliver("Projects", 1, flags=flags, has_id=has_id)
    stage.deliver("Archive", 1)
    with stage.phone() as phone:
        phone.create("Trash")
    stage.sync()
    # As if nobody knew yet what the server can: that it cannot move is met while moving.
    EmailAccount.objects.update(capabilities=[])
    return letter


@scenario
def archived_here(stage: Stage) -> None:
    moved_here(stage, known_letter(stage), "Archive")


@scenario
def archived_here_without_a_message_id(stage: Stage) -> None:
    moved_here(stage, known_letter(stage, has_id=False), "Archive")


@scenario
def thrown_away_here(stage: Stage) -> None:
    moved_here(stage, known_letter(stage), "Trash")


def moved_here(stage: Stage, letter: Letter, folder: str) -> None:
    """Ask for a move; one pass makes it, and leaves the next nothing to do."""
    ask_to_move(stage.email(letter), stage.folder(folder), NOON)
    stage.keep_server()


@scenario
def thrown_away_and_put_back_here(stage: Stage) -> None:
    letter = known_letter(stage)
    ask_for(ActionKind.FLAG, stage.email(letter), NOON)
    moved_here(stage, letter, "Trash")
    ask_to_undo(stage.email(letter), NOON)


@scenario
def archived_here_and_removed_elsewhere(stage: Stage) -> None:
    moved_here(stage, known_letter(stage), "Archive")
    stage.passes = (60, 120, 180)
    move(stage, "1", "Projects", "INBOX")
    stage.keep_server()


@scenario
def archived_here_and_its_folder_renamed(stage: Stage) -> None:
    moved_here(stage, known_letter(stage), "Archive")
    stage.passes = (60, 120, 180)
    with stage.phone() as phone:
        phone.rename("Projects", "Projects of old")
    stage.keep_server()
