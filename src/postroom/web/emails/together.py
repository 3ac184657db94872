"""Work on a conversation of a team mailbox together: whose it is, what members say, who is at it.

For the mailbox's owner and members; for everybody else there is nothing here. ADR 50.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.accounts.members import team_of, team_on
from postroom.archive.models import Email, TeamEntry
from postroom.archive.presence import appear, leave, others_at
from postroom.archive.teamwork import (
    NotInTheTeam,
    assign,
    assigned_to,
    newest_lines_of,
    remove_comment,
    say,
)
from postroom.outbox.mentions import write_mentions
from postroom.team.models import User
from postroom.web.emails.access import get_own_email
from postroom.web.row_ids import parse_row_id
from postroom.web.sign_in import SignedInRequest, signed_in

NOTHING_SAID = "Write something first; a comment has up to 10,000 letters."


@dataclass(frozen=True, slots=True)
class Together:
    """What a team sees of a conversation; `team` is empty where there is none to show."""

    email: Email
    viewer: User
    team: list[User] = field(default_factory=list)
    assigned: User | None = None
    lines: list[TeamEntry] = field(default_factory=list)

    @property
    def colleagues(self) -> list[User]:
        """The others of the team."""
        return [user for user in self.team if user != self.viewer]


def together_on(email: Email, viewer: User) -> Together:
    """Whose it is and its history, newest lines of a very long one."""
    team = team_on(email.account)
    if viewer not in team:
        return Together(email, viewer)
    return Together(email, viewer, team, assigned_to(email), newest_lines_of(email))


def get_team_email(viewer: User, pk: int) -> Email:
    """An email of a team mailbox of theirs; 404 for every other."""
    email = get_own_email(viewer, pk)
    if not team_of(email.account).filter(pk=viewer.pk).exists():
        raise Http404
    return email


@require_safe
@signed_in
def team(request: SignedInRequest, pk: int) -> HttpResponse:
    """Whose it is and what was said, asked for again when something changed."""
    return shown(request, get_team_email(request.user, pk))


@require_POST
@signed_in
def assignment(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make the conversation a member's, or nobody's."""
    email = get_team_email(request.user, pk)
    try:
        assign(email, find_member(request.POST.get("to", "")), request.user, timezone.now())
    except NotInTheTeam as refusal:
        return shown(request, email, refusal.sentence)
    return shown(request, email)


@require_POST
@signed_in
def comments(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say something to the other members; who is mentioned gets a notice."""
    email, now = get_team_email(request.user, pk), timezone.now()
    try:
        entry = say(email, request.POST.get("text", ""), request.user, now)
    except ValueError:
        return shown(request, email, NOTHING_SAID)
    told = write_mentions(entry, now)
    return shown(request, email, says=said_to(told), is_new=True)


@require_POST
@signed_in
def comment_removal(request: SignedInRequest, pk: int, comment: int) -> HttpResponse:
    """Take away a comment of one's own."""
    email = get_team_email(request.user, pk)
    if not remove_comment(email, comment, request.user):
        raise Http404
    return shown(request, email, says="The comment is removed.")


@require_http_methods(["POST"])
@signed_in
def presence(request: SignedInRequest, pk: int) -> HttpResponse:
    """A sign that one is at it, or is not any more; tells who else is."""
    email = get_team_email(request.user, pk)
    is_writing = request.POST.get("doing") == "writing"
    if request.POST.get("gone"):
        leave(email, request.user, is_writing=is_writing)
        return HttpResponse(status=204)
    now = timezone.now()
    appear(email, request.user, now, is_writing=is_writing)
    return render(request, "emails/present.html", present_at(email, request.user, now, is_writing))


def present_at(email: Email, user: User, now: datetime, is_writing: bool) -> dict[str, object]:
    """Who else reads or answers it."""
    return {"others": others_at(email, user, now), "is_writing": is_writing}


def shown(
    request: SignedInRequest, email: Email, wrong: str = "", *, says: str = "", is_new: bool = False
) -> HttpResponse:
    """The part of the page, with what came of it; without htmx the page itself."""
    if not request.htmx:
        if words := wrong or says:
            (messages.error if wrong else messages.success)(request, words)
        return redirect("email", email.pk)
    context = {"together": together_on(email, request.user), "says": says, "is_new": is_new}
    return render(request, "emails/team_state.html", context | {"wrong": wrong})


def find_member(text: str) -> User | None:
    """The user of that id; None for nobody. Of the team or not is asked where it matters."""
    if not text:
        return None
    try:
        return User.objects.get(pk=parse_row_id(text))
    except (ValueError, User.DoesNotExist):
        raise Http404 from None


def said_to(told: list[User]) -> str:
    """Who is told, in a sentence."""
    names = ", ".join(map(str, told))
    return f"{names} {'is' if len(told) == 1 else 'are'} told by email." if told else ""
