"""What one does with mail of the inbox, one by one or many at once, and takes back.

Marks and moves are told to the mail server as everywhere; done, snooze and mute it has no word for.
A browser that lost its connection asks again, for it may not have been heard: nothing is done
twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from postroom.archive.actions import ask_for, change_label
from postroom.archive.labels import LabelUnusable
from postroom.archive.models import ActionKind, Email, Folder, FolderRole
from postroom.archive.moves import (
    ARCHIVES,
    TRASHES,
    MovedAlready,
    MoveNotPossible,
    ask_to_move,
    ask_to_undo,
    find_folder,
    why_it_cannot_move,
)
from postroom.archive.teamwork import NotInTheTeam, assign, take_back
from postroom.archive.triage import mute, take_up, unmute
from postroom.association import own_emails
from postroom.team.models import User
from postroom.web.emails.actions import NO_FOLDER
from postroom.web.emails.aside import NoMoment, done_with, not_done_with, snoozed_until
from postroom.web.row_ids import parse_row_id
from postroom.web.sign_in import SignedInRequest, signed_in

MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """When it is asked for, and what was chosen with it: a folder, a moment.

    `is_again`: it may have been done already, and nobody heard the answer.
    """

    what: str
    now: datetime
    by: User
    is_again: bool = False


@dataclass(slots=True)
class Outcome:
    """What came of it: the emails that changed, and those that stay with the reason."""

    changed: list[int] = field(default_factory=list)
    stays: list[int] = field(default_factory=list)
    why: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to do with an email: how, the word that takes it back, and how it is told.

    `do` is false where there was nothing to do, which is then not taken back either.
    """

    do: Callable[[Email, Wish], bool]
    back: str
    words: str


def mark(kind: ActionKind, name: str, *, to: bool) -> Callable[[Email, Wish], bool]:
    """Set or clear a mark, unless it is so already."""

    def marked(email: Email, wish: Wish) -> bool:
        if getattr(email, name) == to:
            return False
        ask_for(kind, email, wish.now)
        return True

    return marked


def to_role(roles: tuple[FolderRole, ...], name: str) -> Callable[[Email, Wish], bool]:
    """To the folder that its mailbox has for it."""

    def moved(email: Email, wish: Wish) -> bool:
        if why_not := why_it_cannot_move(email.account):
            raise MoveNotPossible(why_not)
        target = find_folder(email.account, roles)
        if target is None:
            raise MoveNotPossible(NO_FOLDER.format(name))
        ask_to_move(email, target, wish.now)
        return True

    return moved


def to_folder(email: Email, wish: Wish) -> bool:
    """To the folder that was chosen, if it is of its mailbox."""
    try:
        pk = parse_row_id(wish.what)
    except ValueError:
        raise Http404 from None
    target = Folder.objects.filter(pk=pk, account=email.account_id).first()
    if target is None:
        raise MoveNotPossible("That folder is of another mailbox.")
    ask_to_move(email, target, wish.now)
    return True


def moved_back(email: Email, wish: Wish) -> bool:
    """The move that was meant the other way round."""
    ask_to_undo(email, wish.now, parse_moment(wish.what))
    return True


def snoozed(email: Email, wish: Wish) -> bool:
    """Out of sight until the chosen moment."""
    try:
        return snoozed_until(email, wish.what, wish.now)
    except NoMoment as refusal:
        raise MoveNotPossible(refusal.sentence) from None


def done(email: Email, wish: Wish) -> bool:
    """Dealt with."""
    return done_with(email, wish.by, wish.now)


def not_done(email: Email, wish: Wish) -> bool:
    """Back to its place, for it is not dealt with after all."""
    return not_done_with(email, wish.by, wish.now)


def taken_up(email: Email, wish: Wish) -> bool:
    """Back to its place."""
    take_up(email)
    return True


def assigned(email: Email, wish: Wish) -> bool:
    """Its conversation is a member's of the team, or nobody's."""
    try:
        to = User.objects.get(pk=parse_row_id(wish.what)) if wish.what else None
        return assign(email, to, wish.by, wish.now)
    except (ValueError, User.DoesNotExist):
        raise Http404 from None
    except NotInTheTeam as refusal:
        raise MoveNotPossible(refusal.sentence) from None


def given_back(email: Email, wish: Wish) -> bool:
    """Whose it was before."""
    try:
        return take_back(email, wish.by, wish.now, parse_moment(wish.what))
    except NotInTheTeam as refusal:
        raise MoveNotPossible(refusal.sentence) from None


def muted(email: Email, wish: Wish) -> bool:
    """Its conversation is heard no more."""
    mute(email, wish.now)
    return True


def unmuted(email: Email, wish: Wish) -> bool:
    """Its conversation is heard again."""
    unmute(email)
    return True


def labelled(*, is_on: bool) -> Callable[[Email, Wish], bool]:
    """Put the label of this name on, or take it off, unless it is so already."""

    def done_so(email: Email, wish: Wish) -> bool:
        try:
            return change_label(email, wish.what, wish.now, is_on=is_on)
        except LabelUnusable as refusal:
            raise MoveNotPossible(refusal.sentence) from refusal

    return done_so


DEEDS = {
    "archive": Deed(to_role(ARCHIVES, "Archive"), "undo", "archived"),
    "trash": Deed(to_role(TRASHES, "Trash"), "undo", "moved to the trash"),
    "move": Deed(to_folder, "undo", "moved"),
    "undo": Deed(moved_back, "", "moved back"),
    "done": Deed(done, "not-done", "done"),
    "not-done": Deed(not_done, "", "back in the inbox"),
    "assign": Deed(assigned, "assign-back", "assigned"),
    "assign-back": Deed(given_back, "", "as before"),
    "snooze": Deed(snoozed, "wake", "snoozed"),
    "wake": Deed(taken_up, "", "back in the inbox"),
    "mute": Deed(muted, "unmute", "muted"),
    "unmute": Deed(unmuted, "", "heard again"),
    "flag": Deed(mark(ActionKind.FLAG, "is_flagged", to=True), "unflag", "starred"),
    "unflag": Deed(mark(ActionKind.UNFLAG, "is_flagged", to=False), "flag", "without a star"),
    "label": Deed(labelled(is_on=True), "unlabel", "labelled"),
    "unlabel": Deed(labelled(is_on=False), "label", "without the label"),
    "read": Deed(mark(ActionKind.MARK_READ, "is_read", to=True), "unread", "marked as read"),
    "unread": Deed(mark(ActionKind.MARK_UNREAD, "is_read", to=False), "read", "marked as unread"),
}


@require_POST
@signed_in
def actions(request: SignedInRequest) -> HttpResponse:
    """Do one thing with some of one's own emails; what stays is named with the reason."""
    word, _, what = request.POST.get("do", "").partition(":")
    deed = DEEDS.get(word)
    emails = chosen(request)
    if deed is None or not emails:
        raise Http404
    wish = Wish(what, timezone.now(), request.user, "again" in request.POST)
    outcome = do_all(deed, emails, wish)
    context = {"back": back_of(deed, wish), "outcome": outcome, "said": said(deed, outcome)}
    if request.htmx:
        return render(request, "inbox/toast.html", context)
    note = messages.error if outcome.why else messages.success
    note(request, f"{context['said']} {outcome.why}".strip())
    return redirect("inbox")


def chosen(request: SignedInRequest) -> list[Email]:
    """The named emails, as far as they are the user's own."""
    try:
        ids = [parse_row_id(text) for text in request.POST.getlist("email")[:MOST_AT_ONCE]]
    except ValueError:
        raise Http404 from None
    return list(own_emails(request.user).select_related("account").filter(pk__in=ids))


def do_all(deed: Deed, emails: list[Email], wish: Wish) -> Outcome:
    """Do it with each; one that cannot stops none of the others."""
    outcome = Outcome()
    for email in emails:
        try:
            if deed.do(email, wish) or wish.is_again:
                outcome.changed.append(email.pk)
        except MoveNotPossible as refusal:
            if wish.is_again and isinstance(refusal, MovedAlready):
                outcome.changed.append(email.pk)
                continue
            outcome.stays.append(email.pk)
            outcome.why = refusal.sentence
    return outcome


def back_of(deed: Deed, wish: Wish) -> str:
    """The word that takes it back, with what it is about: the label, or the moment of this wish.

    Not of one that was asked for again: it may have been done at an earlier moment.
    """
    if deed.back in ("label", "unlabel"):
        return f"{deed.back}:{wish.what}"
    if deed.back in ("undo", "assign-back") and not wish.is_again:
        return f"{deed.back}:{wish.now.isoformat()}"
    return deed.back


def parse_moment(text: str) -> datetime | None:
    """The moment of the wish that is to be taken back; None for the last one, whichever it was."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise Http404 from None


def said(deed: Deed, outcome: Outcome) -> str:
    """What was done, in a sentence; nothing when nothing was."""
    number = len(outcome.changed)
    if not number:
        return "" if outcome.why else "There was nothing to change."
    return f"{number} email{'s' if number > 1 else ''} {deed.words}."
