"""The streams that open pages listen to."""

from collections.abc import Callable, Iterator

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from postroom.archive.wall import seen_by
from postroom.association import own_emails
from postroom.association.inbox import inboxes_of
from postroom.association.whose import people_in
from postroom.crm.models import Company, Deal, Person
from postroom.team.models import User
from postroom.web.emails.access import get_email
from postroom.web.live.arrivals import Heard
from postroom.web.live.health import health_events
from postroom.web.live.hub import Subscriber
from postroom.web.live.inbox import inbox_events
from postroom.web.live.rows import row_events, waiting_requests
from postroom.web.live.streams import Event, live_response
from postroom.web.live.viewer import find_viewer
from postroom.web.mailbox.access import get_account
from postroom.web.threads import ask_once

Emails = frozenset[int] | None


@require_safe
async def person(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Changes of a person's Emails related list."""
    return await related(request, pk, Person)


@require_safe
async def company(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Changes of the list of all who work for a company."""
    return await related(request, pk, Company)


@require_safe
async def deal(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Changes of the list of a deal."""
    return await related(request, pk, Deal)


async def related(
    request: HttpRequest, pk: int, kind: type[Person] | type[Company] | type[Deal]
) -> HttpResponseBase:
    """Changes of an Emails related list. Everyone who is signed in sees who is in the CRM."""
    asked, subscriber = request.GET, Subscriber(people=())

    def get(viewer: User, pk: int) -> Person | Company | Deal:
        if (found := kind._default_manager.filter(pk=pk).first()) is None:
            raise Http404
        subscriber.teams = frozenset(inboxes_of(viewer))
        return found

    def compose(viewer: User, emails: Emails) -> Iterator[Event]:
        whose = get(viewer, pk)
        if emails is None:
            subscriber.people = people_in(whose)
        return row_events(whose, asked, viewer, emails)

    return await stream(request, subscriber, compose, get, pk)


@require_safe
async def email(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Changes of one email: its body has come, or it may not be seen any more."""
    subscriber = Subscriber(email=pk)

    def get(viewer: User, pk: int) -> None:
        get_email(viewer, pk)
        subscriber.teams = teams_of(viewer, pk)

    def compose(viewer: User, emails: Emails) -> Iterator[Event]:
        get(viewer, pk)  # Who is no member any more does not hear who is there.
        yield Event("email", str(pk))
        if emails is None:
            yield waiting_requests(viewer)

    return await stream(request, subscriber, compose, get, pk)


@require_safe
async def inbox(request: HttpRequest) -> HttpResponseBase:
    """Changes of SalesInbox: mail that came, was read, went or was put aside."""
    subscriber = Subscriber()

    def compose(viewer: User, emails: Emails) -> Iterator[Event]:
        # Who is no member any more hears nothing more of a mailbox.
        subscriber.mailboxes = subscriber.teams = frozenset(inboxes_of(viewer))
        return inbox_events(viewer, emails)

    def get(viewer: User, pk: int) -> None:
        subscriber.mailboxes = subscriber.teams = frozenset(inboxes_of(viewer))

    return await stream(request, subscriber, compose, get, 0)


@require_safe
async def outgoing(request: HttpRequest) -> HttpResponseBase:
    """That something which the viewer wrote changed; the page asks for itself what."""

    def get(viewer: User, pk: int) -> None:
        """Whoever is signed in has one."""

    def compose(viewer: User, emails: Emails) -> Iterator[Event]:
        return iter(())

    return await stream(request, Subscriber(), compose, get, 0)


@require_safe
async def account(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Changes of an account's state and progress."""

    def compose(viewer: User, emails: Emails) -> Iterator[Event]:
        return health_events(get_account(viewer, pk), viewer)

    return await stream(request, Subscriber(account=pk), compose, get_account, pk)


@require_safe
async def notices(request: HttpRequest) -> HttpResponseBase:
    """New mail of the columns of which the viewer's browser tells."""
    heard = Heard(Subscriber(is_in_sight=False))

    def get(viewer: User, pk: int) -> None:
        heard.begin(request, viewer)

    return await stream(request, heard.subscriber, heard.events, get, 0)


async def stream(
    request: HttpRequest,
    subscriber: Subscriber,
    compose: Callable[[User, Emails], Iterator[Event]],
    get: Callable[[User, int], object],
    pk: int,
) -> HttpResponseBase:
    """Open the stream for someone signed in who may look; 204 tells a browser not to come back."""
    viewer = await ask_once(find_viewer, request.session.session_key)
    if viewer is None:
        return HttpResponse(status=204)
    await ask_once(look, get, viewer, pk)
    subscriber.viewer = viewer.pk
    return live_response(request, subscriber, compose)


def look(get: Callable[[User, int], object], viewer: User, pk: int) -> None:
    """Raise Http404 unless the viewer finds it."""
    with seen_by(viewer.pk):
        get(viewer, pk)


def teams_of(viewer: User, pk: int) -> frozenset[int]:
    """The team mailbox of an email of the viewer's own, if it is one."""
    found = own_emails(viewer).filter(pk=pk, account__memberships__isnull=False)
    return frozenset(found.values_list("account", flat=True))
