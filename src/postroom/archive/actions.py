"""The action log: shown here at once, done on the server after the commit, safe to repeat."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from postroom.accounts.models import Activation
from postroom.archive.announce import announce_emails, announce_work
from postroom.archive.fence import lock_account
from postroom.archive.folders import look_again
from postroom.archive.keywords import keywords_of, put_label
from postroom.archive.labels import find_label, label_called
from postroom.archive.models import (
    MARKS,
    Action,
    ActionKind,
    ActionState,
    Email,
    Folder,
    Label,
    ServerCopy,
)
from postroom.archive.whereabouts import actions_on, ends_of, leaves, living_copies, show_as_asked


@transaction.atomic
def ask_for(kind: ActionKind, email: Email, now: datetime) -> Action:
    """Change a mark of the email here and ask the engine to change it on the server.

    The last wish counts: an earlier one about the same mark is forgotten, whatever became of it.
    """
    lock_account(email.account_id)
    mark, is_set = MARKS[kind]
    same = [other for other, (changed, _) in MARKS.items() if changed == mark]
    Action.objects.filter(email=email, kind__in=same).delete()
    action = Action.objects.create(account=email.account, email=email, kind=kind, asked_at=now)
    ServerCopy.objects.filter(email=email).update(**{mark: is_set})
    show_and_tell(email, now)
    if email.account.activation == Activation.IMPORTED:
        finish(action, now)  # There is no server to be told.
    return action


def ask_for_label(email: Email, label: Label, now: datetime, *, is_on: bool) -> Action:
    """Put a label on the email here, or take it off, and ask the engine to do so on the server."""
    action = put_label(email, label, now, is_on=is_on)
    show_and_tell(email, now)
    if email.account.activation == Activation.IMPORTED:
        finish(action, now)
    return action


def change_label(email: Email, name: str, now: datetime, *, is_on: bool) -> bool:
    """Put the label of this name on, or take it off; False if it was so. Raises LabelUnusable."""
    label = label_called(email.account, name) if is_on else find_label(email.account, name)
    if label is None or email.labellings.filter(label=label).exists() == is_on:
        return False
    ask_for_label(email, label, now, is_on=is_on)
    return True


def show_and_tell(email: Email, now: datetime) -> None:
    """Show what is asked for, to open pages too, and wake whoever tells the server."""
    show_as_asked(email, now)
    announce_emails(email.account_id, {email.pk})
    announce_work(email.account_id)


def asked_actions(account_id: int) -> list[Action]:
    """What the server is still to be told for an account, oldest first."""
    asked = Action.objects.filter(account=account_id, state=ActionState.ASKED)
    return list(asked.select_related("email__account", "source", "target", "label"))


@transaction.atomic
def finish(action: Action, now: datetime, refusal: str = "") -> None:
    """The server did it, or refused with these words; then what it holds is shown here again."""
    lock_account(action.account_id)
    if not is_closed(action, ActionState.REFUSED if refusal else ActionState.DONE, now, refusal):
        return
    if refusal:
        for folder in Folder.objects.filter(copies__email=action.email_id).distinct():
            look_again(folder)
    elif action.kind in MARKS:
        mark, is_set = MARKS[ActionKind(action.kind)]
        living_copies(action.email).update(**{mark: is_set})
    show_as_asked(action.email, now)
    announce_emails(action.account_id, {action.email_id})


@transaction.atomic
def finish_move(
    action: Action, uidvalidity: int | None, uids: Sequence[int], now: datetime
) -> None:
    """The server moved it, to these places if they are known.

    Then the ledger has both ends at once and the next pass finds nothing to do. What is not known
    is left to it: it meets the mail in its new folder before its old place is missed.
    """
    lock_account(action.account_id)
    if not is_closed(action, ActionState.DONE, now):
        return
    source, target = ends_of(action)
    target.refresh_from_db()
    action.email.refresh_from_db(fields=["is_read", "is_flagged", "is_answered"])
    is_recorded = bool(uids) and target.is_synced and uidvalidity == target.uidvalidity
    if is_recorded:
        for uid in uids:
            record_copy(action.email, target, uid)
    if leaves(source, target) and (is_recorded or not target.is_synced):
        living_copies(action.email).filter(folder=source).update(gone_at=now)
    if uids:
        action.landed_uid = uids[0]
        action.save(update_fields=["landed_uid"])
    show_as_asked(action.email, now)
    announce_emails(action.account_id, {action.email_id})


def is_closed(action: Action, state: ActionState, now: datetime, refusal: str = "") -> bool:
    """Note the end of an action; False if another wish has taken its place meanwhile."""
    asked = Action.objects.filter(pk=action.pk, state=ActionState.ASKED)
    return asked.update(state=state, finished_at=now, refusal=refusal) == 1


def record_copy(email: Email, folder: Folder, uid: int) -> None:
    """Enter a place into the ledger, with the marks that the email has."""
    marks = {
        "is_seen": email.is_read,
        "is_flagged": email.is_flagged,
        "is_answered": email.is_answered,
        "keywords": keywords_of(email),
    }
    place = {"folder": folder, "uidvalidity": folder.uidvalidity, "uid": uid}
    entered = ServerCopy.objects.filter(**place)
    if not entered.update(email=email, gone_at=None, missed_at=None, **marks):
        ServerCopy.objects.create(email=email, **place, **marks)


def last_wish(email: Email) -> list[Action]:
    """What was asked for last, its moves together; that an email was opened is nobody's wish."""
    wishes = [action for action in actions_on(email) if is_wish(action)]
    if not wishes or wishes[-1].kind != ActionKind.MOVE:
        return wishes[-1:]
    at = wishes[-1].asked_at
    return [move for move in wishes if move.kind == ActionKind.MOVE and move.asked_at == at]


def is_wish(action: Action) -> bool:
    """Whether somebody wished for it, or is to be told that it was refused."""
    return action.kind != ActionKind.MARK_READ or action.state == ActionState.REFUSED
