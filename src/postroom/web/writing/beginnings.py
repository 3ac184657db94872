"""With what the page opens: an answer, an email to a person, a draft, or nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import TypeVar

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from postroom.accounts.models import FromAddress
from postroom.crm.models import Deal, Person
from postroom.outbox.answering import Origin, Way, begun, signature_of, typed
from postroom.outbox.compose_settings import compose_settings_of, first_sender
from postroom.outbox.drafts import Written
from postroom.outbox.models import OutgoingEmail
from postroom.team.models import User
from postroom.web.emails.access import get_own_email
from postroom.web.row_ids import parse_row_id

Row = TypeVar("Row", Person, Deal)


def find_origin(user: User, request: HttpRequest) -> Origin | None:
    """The email of one's own that is answered; 404 for one that is none of theirs."""
    if not (text := request.GET.get("answers", "")):
        return None
    try:
        return Origin(get_own_email(user, parse_row_id(text)), Way(request.GET.get("as", "reply")))
    except ValueError:
        raise Http404 from None


def beginning_of(
    user: User, request: HttpRequest, origin: Origin | None, senders: Sequence[FromAddress]
) -> Written:
    """The fields of a new email, as its author likes to write."""
    settings = compose_settings_of(user)
    if origin:
        return begun(origin, sender_for(origin, senders), settings)
    sender = first_sender(settings, senders)
    signature = signature_of(sender)
    text = f"\n\n{signature}" if signature and not settings.is_rich else ""
    return Written(
        sender,
        to=people_in(request),
        text=text,
        is_rich=settings.is_rich,
        wants_notice=settings.wants_notices,
    )


def sender_for(origin: Origin, senders: Sequence[FromAddress]) -> FromAddress | None:
    """The address it was sent to, else the default one of its mailbox, else one's own."""
    named = set(origin.email.participants.values_list("canonical", flat=True))
    of_mailbox = [one for one in senders if one.account_id == origin.email.account_id]
    addressed = [one for one in of_mailbox if one.address in named]
    return next(iter([*addressed, *of_mailbox, *senders]), None)


def people_in(request: HttpRequest) -> str:
    """The person, or the people of the deal, whose id stands in the query, as addresses."""
    if text := request.GET.get("person", ""):
        return addressed([get_named(Person, text)])
    if text := request.GET.get("deal", ""):
        return addressed(get_named(Deal, text).people.all())
    return ""


def get_named(kind: type[Row], text: str) -> Row:
    """The row of this id; 404 where there is none."""
    try:
        return get_object_or_404(kind, pk=parse_row_id(text))
    except ValueError:
        raise Http404 from None


def addressed(people: Iterable[Person]) -> str:
    """The primary addresses of some people, as one types them."""
    primary = [(one, one.addresses.order_by("-is_primary", "pk").first()) for one in people]
    return ", ".join(typed(str(one), address.canonical) for one, address in primary if address)


def draft_of(outgoing: OutgoingEmail) -> Written:
    """The fields of a draft."""
    names = [field.name for field in fields(Written)]
    return Written(**{name: getattr(outgoing, name) for name in names})
