"""Setup › Channels › Email › Open notices: whether emails may tell when they are opened. ADR 51."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from postroom.outbox.noticing import why_unavailable
from postroom.team.models import Organisation
from postroom.team.organisation import set_notices
from postroom.web.email_configuration.tabs import tabs_for
from postroom.web.permission import administrators_only
from postroom.web.sign_in import SignedInRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@administrators_only
def notices(request: SignedInRequest) -> HttpResponse:
    """What it means, and the switch; it is off until somebody switches it on."""
    why_not = why_unavailable()
    if request.method == "POST":
        is_on = request.POST.get("notices") == "on"
        if is_on and why_not:
            messages.error(request, why_not)
        else:
            set_notices(is_on, request.user, timezone.now())
            messages.success(request, "Saved. It holds at once.")
        return redirect("open-notices")
    context = {
        "room": "setup",
        "tabs": tabs_for(request.user),
        "is_on": Organisation.get().has_notices,
        "why_not": why_not,
    }
    return render(request, "email_configuration/notices.html", context)
