"""Send later, in the time zone that the writer's browser tells."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST

from postroom.outbox.drafts import NotSendable
from postroom.outbox.models import OutgoingEmail
from postroom.outbox.moments import is_left_out, moments_from
from postroom.outbox.scheduling import schedule
from postroom.web.refusals import refusals_told
from postroom.web.sign_in import SignedInRequest, signed_in
from postroom.web.writing.owned import get_outgoing

TYPED = "%Y-%m-%dT%H:%M"


def moments_now() -> dict[str, object]:
    """The choices, and in whose time they are."""
    now, zone = timezone.now(), timezone.get_current_timezone()
    return {"moments": moments_from(now, zone), "zone": str(zone).replace("_", " ")}


def send_later(request: SignedInRequest, key: UUID) -> OutgoingEmail:
    """Schedule what was written for the moment that was chosen. Raises NotSendable."""
    local, zone = chosen_moment(request), timezone.get_current_timezone()
    outgoing = schedule(request.user, key, local, zone, timezone.now())
    if outgoing.due_at and is_left_out(local, zone):
        shown = date_format(timezone.localtime(outgoing.due_at), "H:i")
        messages.info(
            request,
            f"The clocks are put forward that night and never show {local:%H:%M}: it is sent"
            f" at {shown}.",
        )
    return outgoing


def chosen_moment(request: SignedInRequest) -> datetime:
    """What a button says, or what was typed beside it. Raises NotSendable."""
    value = request.POST.get("later", "")
    try:
        return datetime.strptime(request.POST.get("at", "") if value == "at" else value, TYPED)  # noqa: DTZ007
    except ValueError:
        raise NotSendable("Choose the day and the time at which it is to be sent.", "at") from None


@require_POST
@signed_in
def another_moment(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Have what is scheduled sent at another moment."""
    get_outgoing(request, key)
    with refusals_told(request):
        send_later(request, key)
    return redirect("writing", key)
