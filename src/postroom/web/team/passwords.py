"""Setup › Users › a user: a link to a new password, sent or shown once."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from postroom.outbox.at_once import NotSent
from postroom.outbox.password_letters import password_link_of, send_password_link
from postroom.team.models import Permission, User
from postroom.team.password_links import offer_password_link
from postroom.team.users import ChangeRefused
from postroom.web.permission import needs
from postroom.web.sign_in import SignedInRequest, signed_in


@require_POST
@signed_in
@needs(Permission.MANAGE_USERS)
def offer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let somebody choose a new password who forgot theirs."""
    user = get_object_or_404(User, pk=pk)
    now = timezone.now()
    try:
        token = offer_password_link(user, request.user, now)
        send_password_link(user, request.user, token, now)
    except ChangeRefused as refusal:
        messages.error(request, refusal.sentence)
    except NotSent as failure:
        shown = {"room": "setup", "shown": user, "link": password_link_of(token)}
        return render(request, "team/password_link.html", shown | {"why": failure.sentence})
    else:
        messages.success(request, f"A link to a new password went to {user.email}.")
    return redirect("user", user.pk)
