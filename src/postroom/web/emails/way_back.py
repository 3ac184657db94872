"""The way back from an email's own page: to the list it was opened from, whichever it was.

The browser says where its reader comes from (Referer), and keeps the last list in a cookie while
they go on to the email's further pages or answer it. Who comes from elsewhere, by a link in a
letter for instance, is led to the person it is with, else to the inbox.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve, reverse

from postroom.crm.models import Company, Deal, Person
from postroom.web.sign_in import SignedInRequest

COOKIE = "way_back"
LONGEST = 1000
PLACES = {
    "inbox": "Inbox",
    "inbox-columns": "Inbox",
    "inbox-team": "Team",
    "awaiting": "Awaiting an answer",
    "search": "Search",
    "tasks": "Tasks",
    "requests": "Requests",
    "own-column": "Your column",
    "mail-rule": "Mail rule",
    "mail-rule-log": "What the rule did",
}
RECORDS = {"person": Person, "company": Company, "deal": Deal}
# From here an email's reader comes back to it, and is still on the way from the same list.
ON_THE_WAY = ("emails/", "writing/")


@dataclass(frozen=True, slots=True)
class WayBack:
    """Where it leads, and what that is called."""

    address: str
    words: str


def way_back(request: SignedInRequest, people: list[Person]) -> WayBack | None:
    """To the list, else to the first of these people, else to the inbox."""
    address = list_before(request)
    if words := called(address):
        return WayBack(address, words)
    if people:
        return WayBack(reverse("person", args=[people[0].pk]), str(people[0]))
    return WayBack(reverse("inbox"), PLACES["inbox"]) if request.user.salesinbox_on else None


def list_before(request: HttpRequest) -> str:
    """The page of ours from which the reader came, now or a few pages ago."""
    came = urlsplit(request.headers.get("Referer", ""))
    if came.netloc != request.get_host():
        return ""
    match = page_at(came.path)
    if match and match.route.startswith(ON_THE_WAY):
        return request.COOKIES.get(COOKIE, "")
    return f"{came.path}?{came.query}"[:LONGEST] if came.query else came.path


def called(address: str) -> str:
    """What the list is called; nothing for what is none of ours."""
    split = urlsplit(address)
    match = None if split.scheme or split.netloc else page_at(split.path)
    if match is None or match.url_name is None:
        return ""
    if kind := RECORDS.get(match.url_name):
        return str(kind._default_manager.filter(pk=match.kwargs["pk"]).first() or "")
    return PLACES.get(match.url_name, "")


def page_at(path: str) -> ResolverMatch | None:
    """The page of this path, if it is one."""
    try:
        return resolve(path)
    except Resolver404:
        return None


def keep(way: WayBack | None, request: SignedInRequest, response: HttpResponse) -> HttpResponse:
    """Let the browser remember it for the email's further pages."""
    if way:
        response.set_cookie(
            COOKIE,
            way.address,
            path="/emails/",
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response
