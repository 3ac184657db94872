"""Be told if nobody answers an email that one sent, or not after all."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.db.models import Exists, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from postroom.archive.models import Direction, Email, ResponseWatch
from postroom.association.awaiting import answers_to_watched
from postroom.team.models import User
from postroom.team.written_once import written_once
from postroom.web.emails.access import get_own_email
from postroom.web.sign_in import SignedInRequest, signed_in

CHOICES = {1: "In a day", 3: "In 3 days", 7: "In a week", 14: "In 2 weeks"}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def watch(request: SignedInRequest, pk: int) -> HttpResponse:
    """The line under an email's subject; POST sets the watch, or ends it."""
    email = get_own_email(request.user, pk)
    if email.direction != Direction.SENT:
        raise Http404
    if request.method == "POST":
        decide(email, request.user, request.POST.get("days", ""), timezone.now())
        if not request.htmx:
            messages.success(request, "Saved.")
            return redirect("email", pk)
    return render(request, "emails/watch.html", watched(email, request.user))


def decide(email: Email, user: User, days: str, now: datetime) -> None:
    """Watch it for so many days from now, or no more; 404 for what is not offered."""
    if days == "0":
        ResponseWatch.objects.filter(email=email, by=user).delete()
    elif days in map(str, CHOICES):
        chosen = {
            "account": email.account,
            "due_at": now + timedelta(days=int(days)),
            "made_at": now,
            "closed_at": None,
            "is_told": False,
        }
        ResponseWatch.objects.update_or_create(email=email, by=user, defaults=chosen)
    else:
        raise Http404


def watched(email: Email, user: User) -> dict[str, object]:
    """What the line shows: the watch, whether it was answered, the choices."""
    found = watches_on(email.pk, user.pk)
    watch = found[0] if found else None
    return {"email": email, "watch": watch, "choices": CHOICES.items()}


@written_once()
def watches_on(email: int, by: int) -> QuerySet[ResponseWatch]:
    """The user's watch of an email, if there is one."""
    watches = ResponseWatch.objects.annotate(is_answered=Exists(answers_to_watched()))
    return watches.filter(email=email, by=by)[:1]
