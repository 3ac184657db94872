"""The image, the links and the refusal of noticed emails. ADR 51.

No cookie is set and nothing of the address is kept. A token that is none is answered as one whose
email is gone; a link leads where its author wrote, and nowhere that a request says.
"""

from base64 import b64decode
from typing import Final
from urllib.parse import urlsplit

from allauth.core.internal.httpkit import get_client_ip
from allauth.core.internal.ratelimit import truncate_ip
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from postroom.mime import canonical_address
from postroom.outbox.models import NoticedPlace, PlaceKind
from postroom.outbox.no_notices import refuse
from postroom.outbox.noticing import find_place
from postroom.outbox.sightings import note_sighting
from postroom.web.noticing.pace import PACE

IMAGE: Final = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
FOLLOWED: Final = ("http", "https")


@require_safe
def image(request: HttpRequest, token: str) -> HttpResponse:
    """The same image always; of a noticed email it is written down that it was asked for."""
    see(request, find_place(PlaceKind.IMAGE, token) if is_in_pace(request) else None)
    answer = HttpResponse(IMAGE, content_type="image/gif")
    answer["Cache-Control"] = "no-store"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """To where the link led that stood in the email."""
    if not is_in_pace(request):
        return render(request, "429.html", status=429)
    place = find_place(PlaceKind.LINK, token)
    see(request, place)
    if place is None or urlsplit(place.target).scheme not in FOLLOWED:
        return unknown(request)
    answer = HttpResponseRedirect(place.target)
    answer["Referrer-Policy"] = "no-referrer"
    answer["Cache-Control"] = "no-store"
    return answer


# Whoever has the email may: the token is all there is, and no cookie is set beside it.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def refusal(request: HttpRequest, token: str) -> HttpResponse:
    """Say no to all further notices. Asked for alone it does nothing, for scanners follow links."""
    place = find_place(PlaceKind.REFUSAL, token) if is_in_pace(request) else None
    if place is None:
        return unknown(request)
    recipients = place.outgoing.recipients
    is_said = request.method == "POST"
    if is_said:
        typed = canonical_address(request.POST.get("address", "").strip()[:320])
        refuse(
            recipients if len(recipients) == 1 else [one for one in recipients if one == typed],
            timezone.now(),
            is_own=True,
        )
    context = {"is_said": is_said, "is_one": len(recipients) == 1}
    return render(request, "noticing/refusal.html", context)


def see(request: HttpRequest, place: NoticedPlace | None) -> None:
    """Write it down, unless a colleague asks: whoever is signed in here is no recipient.

    Who asks is looked at first, so that the answer does not show whether there is a place.
    """
    if not request.user.is_authenticated and place:
        agent = request.headers.get("User-Agent", "")
        note_sighting(place, agent, timezone.now(), is_head=request.method == "HEAD")


def is_in_pace(request: HttpRequest) -> bool:
    """Whether whoever asks has not asked too often in this minute.

    Of IPv6 a whole network counts, as at the door: one machine has more addresses than we count.
    """
    return PACE.allows(truncate_ip(get_client_ip(request) or ""))


def unknown(request: HttpRequest) -> HttpResponse:
    """There is no such email, or none any more."""
    return render(request, "noticing/unknown.html", status=404)
