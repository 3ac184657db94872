"""Act on one's own email: mark it, move it, throw it away, take it back.

It shows here at once; whether the mail server knows of it yet is said beside it. A colleague with
whom the mail is shared has none of this.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from postroom.archive.actions import ask_for, ask_for_label, change_label, last_wish
from postroom.archive.labels import LabelUnusable
from postroom.archive.models import Action, ActionKind, ActionState, Email, FolderRole
from postroom.archive.moves import (
    ARCHIVES,
    TRASHES,
    MoveNotPossible,
    ask_again,
    ask_to_move,
    ask_to_undo,
    find_folder,
    last_moves,
    why_it_cannot_move,
)
from postroom.archive.triage import take_up
from postroom.archive.whereabouts import ends_of
from postroom.team.models import User
from postroom.web.emails.access import get_own_email
from postroom.web.emails.aside import NoMoment, done_with, not_done_with, snoozed_until
from postroom.web.emails.standing import standing_of, words_for
from postroom.web.row_ids import parse_row_id
from postroom.web.sign_in import SignedInRequest, signed_in

NO_FOLDER = "This mailbox has no {} folder. Make one in your mail program, and it can be used here."


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said after a wish, and the word that takes it back. A refusal stays until it is read.

    What is quiet is said to those who do not see that its button changed.
    """

    sentence: str
    undo: str = ""
    is_refusal: bool = False
    is_quiet: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def actions(request: SignedInRequest, pk: int) -> HttpResponse:
    """The row of actions under an email's subject; POST does one of them."""
    email = get_own_email(request.user, pk)
    now = timezone.now()
    by = request.user
    answer = answer_to(request.POST, email, by, now) if request.method == "POST" else None
    if answer and not request.htmx:
        note = messages.error if answer.is_refusal else messages.success
        note(request, answer.sentence)
        return redirect("email", pk)
    email.refresh_from_db()
    context = {"standing": standing_of(email, now), "answer": answer}
    return render(request, "emails/acted.html", context)


def answer_to(form: QueryDict, email: Email, by: User, now: datetime) -> Answer:
    """Do what is wished for; 404 for what nobody can wish."""
    word = form.get("do", "")
    try:
        if word.partition(":")[0] in ASIDE:
            return put_aside(word, email, by, now)
        if word in MARKING:
            return marked(MARKING[word], email, now)
        if word.startswith(("label:", "unlabel:")):
            return labelled(word, form.get("label", ""), email, now)
        if word in MOVING:
            return MOVING[word](email, now)
        return moved_to(form.get("folder", ""), email, now)
    except (MoveNotPossible, LabelUnusable, NoMoment) as refusal:
        return Answer(refusal.sentence, is_refusal=True)


# Out of the inbox here alone: what is said, and the word that takes it back.
ASIDE = {
    "done": ("Done: it is out of the inbox.", "not-done"),
    "snooze": ("Snoozed: it comes back by itself.", "wake"),
    "not-done": ("Back in the inbox.", ""),
    "wake": ("Back in the inbox.", ""),
}


def put_aside(wish: str, email: Email, by: User, now: datetime) -> Answer:
    """Done with it, or snoozed until a moment; or neither after all. Raises NoMoment."""
    word, _, moment = wish.partition(":")
    if word == "snooze":
        snoozed_until(email, moment, now)
    elif word == "done":
        done_with(email, by, now)
    elif word == "not-done":
        not_done_with(email, by, now)
    else:
        take_up(email)
    return Answer(*ASIDE[word])


MARKING = {
    "read": ActionKind.MARK_READ,
    "unread": ActionKind.MARK_UNREAD,
    "flag": ActionKind.FLAG,
    "unflag": ActionKind.UNFLAG,
    "answered": ActionKind.MARK_ANSWERED,
    "unanswered": ActionKind.MARK_UNANSWERED,
}


def marked(kind: ActionKind, email: Email, now: datetime) -> Answer:
    """Set or clear a mark."""
    return Answer(f"{words_for(ask_for(kind, email, now))}.", is_quiet=True)


def labelled(word: str, typed: str, email: Email, now: datetime) -> Answer:
    """Put the named label on, or take it off; without a name, the one that was typed."""
    deed, _, name = word.partition(":")
    is_on = deed == "label"
    is_new = change_label(email, name or typed, now, is_on=is_on)
    if not is_new:
        return Answer("It was so already.", is_quiet=True)
    return Answer(f"{words_for(last_wish(email)[0])}.", is_quiet=True)


def archived(email: Email, now: datetime) -> Answer:
    """Into the archive."""
    return moved_by_role(email, ARCHIVES, "Archive", now)


def thrown_away(email: Email, now: datetime) -> Answer:
    """Into the trash, where it stays until somebody empties it in a mail program."""
    return moved_by_role(email, TRASHES, "Trash", now)


def moved_by_role(email: Email, roles: tuple[FolderRole, ...], name: str, now: datetime) -> Answer:
    """To the folder that the mailbox has for it, if it has one."""
    if why_not := why_it_cannot_move(email.account):
        raise MoveNotPossible(why_not)
    target = find_folder(email.account, roles)
    if target is None:
        raise MoveNotPossible(NO_FOLDER.format(name))
    return moved(ask_to_move(email, target, now))


def moved(asked: list[Action]) -> Answer:
    """A move that can be undone."""
    return Answer(f"{words_for(asked[0])}.", undo="undo")


def to_the_inbox(email: Email, now: datetime) -> Answer:
    """Back among what is to be read."""
    return moved_by_role(email, (FolderRole.INBOX,), "Inbox", now)


def put_back(email: Email, now: datetime) -> Answer:
    """Out of the trash: to where it was thrown away from, if that was done here."""
    last = [ends_of(move)[1] for move in last_moves(email)]
    if last and all(target.role == FolderRole.TRASH for target in last):
        return undone(email, now)
    return to_the_inbox(email, now)


def undone(email: Email, now: datetime) -> Answer:
    """The last move the other way round."""
    return Answer(f"{words_for(ask_to_undo(email, now)[0])} again.")


def tried_again(email: Email, now: datetime) -> Answer:
    """What was refused last, once more."""
    refused = [action for action in last_wish(email) if action.state == ActionState.REFUSED]
    if not refused:
        raise Http404
    if refused[0].kind == ActionKind.MOVE:
        return moved(ask_again(refused[0], now))
    if refused[0].label:
        is_on = refused[0].kind == ActionKind.LABEL
        again = ask_for_label(email, refused[0].label, now, is_on=is_on)
        return Answer(f"{words_for(again)}.", is_quiet=True)
    return marked(ActionKind(refused[0].kind), email, now)


MOVING: dict[str, Callable[[Email, datetime], Answer]] = {
    "archive": archived,
    "trash": thrown_away,
    "inbox": to_the_inbox,
    "restore": put_back,
    "undo": undone,
    "again": tried_again,
}


def moved_to(text: str, email: Email, now: datetime) -> Answer:
    """To a folder that was chosen from the list."""
    try:
        offered = standing_of(email, now).targets
        target = next(f for f in offered if f.pk == parse_row_id(text))
    except (ValueError, StopIteration):
        raise Http404 from None
    return moved(ask_to_move(email, target, now))
