"""Carry out the action log on the server, after the commit; repeating one changes nothing.

Killed at any point and begun again it ends the same: a mark that is there is there, and a message
that has left its folder is looked for where it was to go. Only a message that carries the email's
own header is touched, whatever UID it has.
"""

from datetime import timedelta
from functools import partial

from postroom.archive.actions import asked_actions, finish, finish_move
from postroom.archive.keywords import note_kept
from postroom.archive.models import MARKS, Action, ActionKind, Folder
from postroom.archive.moves import CANNOT_MOVE, FOLDER_GONE, landing_before
from postroom.archive.whereabouts import ends_of, recorded_folders
from postroom.imap.uid_set import UidSet
from postroom.net.errors import CommandRefused, FolderVanished
from postroom.sync.breaking_off import BROKE_OFF
from postroom.sync.database import in_database
from postroom.sync.finding import Found, find_message
from postroom.sync.keywords import would_keep
from postroom.sync.visit import Visit

FLAGS = {"is_seen": "\\Seen", "is_flagged": "\\Flagged", "is_answered": "\\Answered"}
NOT_IN_SOURCE = "It is no longer in “{}”: another program moved it, or removed it, first."
NOT_OPENED = (
    "The mail server lists “{}” and does not open it, so this was not done there. Look at the"
    " folder in your mail program, then try again."
)
NOT_SHOWN = (
    "The mail server does not show this email where it was, so this was not done there. It is done"
    " in your mail program at once."
)
BREAKS_OFF = (
    "The connection to the mail server broke off while this was done there. Look at the email in"
    " your mail program, then try again."
)
PATIENCE = timedelta(minutes=10)
NOT_NOW = frozenset({"INUSE", "SERVERBUG"})  # RFC 5530 §3: the same may go well later.
NOT_MOVED = "The mail server did not move it to “{}”. {}"


class ActionRefused(Exception):
    """An action cannot be done on the server; the sentence says why, and the server's code."""

    def __init__(self, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


async def carry_out(visit: Visit) -> None:
    """Tell the server everything it has not been told yet, oldest first.

    What is refused is shown here again as the server has it; what it will know after the next
    listing, or may do later, stays asked for. One at which the connection breaks off for as long is
    refused too: it comes before everything else, and no mail would ever come.
    """
    for action in await in_database(asked_actions, visit.account.pk):
        tell = move if action.kind == ActionKind.MOVE else mark
        try:
            await tell(visit, action)
        except (ActionRefused, CommandRefused) as refusal:
            if refusal.code not in NOT_NOW or has_waited_long(action, visit):
                await in_database(finish, action, visit.clock(), refusal.sentence)
        except BROKE_OFF:
            if has_waited_long(action, visit):
                await in_database(finish, action, visit.clock(), BREAKS_OFF)
            raise


async def mark(visit: Visit, action: Action) -> None:
    """Change a flag of every copy of the email (RFC 3501 §6.4.6).

    If none is where we believe, it was moved this moment: the next pass knows more, but for ever
    nobody waits. If none is left anywhere, there is nothing to be told.
    """
    folders = await in_database(recorded_folders, action.email)
    was_told, closed = False, []
    for folder in folders:
        try:
            found = await find_message(visit, action.email, folder)
        except FolderVanished:
            closed.append(folder.name)
            continue
        if found.uids:
            await store(visit, folder, found, action)
            was_told = True
    if was_told or not folders:
        await in_database(finish, action, visit.clock())
    else:
        wait_on(action, visit, NOT_OPENED.format(closed[0]) if closed else NOT_SHOWN)


def wait_on(action: Action, visit: Visit, sentence: str) -> None:
    """Leave it to the next pass; once it has waited long, it is refused with this sentence."""
    if has_waited_long(action, visit):
        raise ActionRefused(sentence)


def has_waited_long(action: Action, visit: Visit) -> bool:
    """Whether its owner is to know that it does not get done."""
    return visit.clock() - action.asked_at > PATIENCE


async def store(visit: Visit, folder: Folder, found: Found, action: Action) -> None:
    """Set or clear the flag of messages in the open folder.

    A label that the server would not keep stays here, and the folder's keywords with it.
    """
    name, is_set = flag_of(action)
    if action.label:
        keeps = would_keep(found.permanent, name)
        await in_database(partial(note_kept, folder, keeps=keeps))
        if not keeps:
            return
    flag, none = {name}, ()
    add, remove = (flag, none) if is_set else (none, flag)
    await visit.client.uid_store(found.uids, add=add, remove=remove)


def flag_of(action: Action) -> tuple[str, bool]:
    """The flag that an action is about, and whether it is to be set."""
    if action.label:
        return action.label.keyword, action.kind == ActionKind.LABEL
    mark, is_set = MARKS[ActionKind(action.kind)]
    return FLAGS[mark], is_set


async def move(visit: Visit, action: Action) -> None:
    """Move the email's message from one folder to the other (RFC 6851)."""
    if not visit.client.can_move:
        raise ActionRefused(CANNOT_MOVE)
    source, target = await in_database(present_ends, action)
    if target.gone_at:
        raise ActionRefused(FOLDER_GONE.format(target.name))
    hint = UidSet(await in_database(landing_before, action))
    try:
        uids = (await find_message(visit, action.email, source, hint)).uids
    except FolderVanished:
        if not source.gone_at:
            # Renamed this moment: the listing of this pass tells, the next one moves.
            wait_on(action, visit, NOT_OPENED.format(source.name))
            return
        uids = UidSet()
    landed = await move_found(visit, uids, target) if uids else UidSet()
    await look_in_target(visit, action, landed, was_moved=bool(uids))


def present_ends(action: Action) -> tuple[Folder, Folder]:
    """The ends of a move; if its source is listed no more, from where the mail is found now."""
    source, target = ends_of(action)
    if source.gone_at:
        others = [folder for folder in recorded_folders(action.email) if folder != target]
        action.source = source = others[0] if others else source
        action.save(update_fields=["source"])
    return source, target


async def move_found(visit: Visit, uids: UidSet, target: Folder) -> UidSet:
    """Move messages of the open folder; where they lie now, if the server tells."""
    try:
        copied = await visit.client.uid_move(uids, target.name)
    except FolderVanished:
        raise ActionRefused(FOLDER_GONE.format(target.name)) from None
    except CommandRefused as refusal:
        sentence = NOT_MOVED.format(target.name, refusal.sentence)
        raise ActionRefused(sentence, refusal.code) from refusal
    return UidSet(copied.uids.values()) if copied else UidSet()


async def look_in_target(visit: Visit, action: Action, hint: UidSet, *, was_moved: bool) -> None:
    """See where it lies now.

    Not in the source and found here, it was moved before we learnt of it. Found in neither, another
    program was faster.
    """
    source, target = ends_of(action)
    try:
        found = await find_message(visit, action.email, target, hint)
    except FolderVanished:
        raise ActionRefused(FOLDER_GONE.format(target.name)) from None
    if not found.uids and not was_moved:
        raise ActionRefused(NOT_IN_SOURCE.format(source.name))
    await in_database(finish_move, action, found.numbering, list(found.uids), visit.clock())
