"""What a rule may ask of an email: fields of the mail and fields of the CRM in one table.

Each kind makes a condition for a query, so a rule looks at many emails at once, and a dry run asks
exactly what the rule will. *The other side* is who wrote a received email, or to whom a sent one
went.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import and_, or_
from typing import TypedDict

from django.db.models import Exists, OuterRef, Q, QuerySet

from postroom.archive.models import Folder, Participant, ParticipantRole, ServerCopy
from postroom.association.people import known_addresses, of_colleagues
from postroom.crm.models import Deal, PersonAddress, Stage

MEGABYTE = 1_000_000
LONGEST_TEXT = 200

FROM = (ParticipantRole.FROM,)
TO_AND_CC = (ParticipantRole.TO, ParticipantRole.CC)
OTHER_SIDE = {"received": FROM, "sent": TO_AND_CC}


class Step(TypedDict):
    """A condition or a deed as it is stored."""

    kind: str
    text: str


class Takes(StrEnum):
    """What has to be written beside a kind."""

    NOTHING = "nothing"
    WORDS = "words"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of condition: its words, what they take, and what it asks (text, the other side)."""

    words: str
    takes: Takes
    ask: Callable[[str, Sequence[int]], Q]


def participants(roles: Sequence[int]) -> QuerySet[Participant]:
    """Who stands on the outer email in one of these roles."""
    return Participant.objects.filter(email=OuterRef("pk"), role__in=roles)


def names_contain(roles: Sequence[int], text: str) -> Q:
    """A name or an address with these letters in it."""
    named = Q(name__icontains=text) | Q(address__icontains=text)
    return Q(Exists(participants(roles).filter(named)))


def other_side_in(addresses: QuerySet[PersonAddress], roles: Sequence[int]) -> Q:
    """The other side is somebody with one of these addresses."""
    known = addresses.values("canonical")
    return Q(Exists(participants(roles).filter(canonical__in=known)))


def stands_as(stage: Stage) -> Callable[[str, Sequence[int]], Q]:
    """The other side is a lead, or a contact."""
    return lambda text, roles: other_side_in(known_addresses().filter(person__stage=stage), roles)


def with_open_deal(roles: Sequence[int], least: int = 0) -> Q:
    """The other side is on a deal still to be decided, of at least so much."""
    deals = Deal.objects.filter(closed_at=None)
    if least:
        deals = deals.filter(amount__gte=least)
    people = known_addresses().filter(person__deals__in=deals)
    return other_side_in(people, roles)


def to_nobody_else(text: str, roles: Sequence[int]) -> Q:
    """There is one recipient."""
    others = participants(TO_AND_CC).filter(position__gt=0)
    both = participants((ParticipantRole.CC,))
    return Q(Exists(participants(TO_AND_CC))) & ~Q(Exists(others)) & ~Q(Exists(both))


def lies_in(text: str, roles: Sequence[int]) -> Q:
    """It has a copy in a folder of this name."""
    folders = Folder.objects.filter(name__iexact=text)
    copies = ServerCopy.objects.filter(email=OuterRef("pk"), folder__in=folders, gone_at=None)
    return Q(Exists(copies))


KINDS: dict[str, Kind] = {
    "from": Kind("From contains", Takes.WORDS, lambda text, roles: names_contain(FROM, text)),
    "not_from": Kind(
        "From does not contain", Takes.WORDS, lambda text, roles: ~names_contain(FROM, text)
    ),
    "to": Kind(
        "To or Cc contains", Takes.WORDS, lambda text, roles: names_contain(TO_AND_CC, text)
    ),
    "alone": Kind("Has one recipient", Takes.NOTHING, to_nobody_else),
    "subject": Kind(
        "Subject contains", Takes.WORDS, lambda text, roles: Q(subject__icontains=text)
    ),
    "not_subject": Kind(
        "Subject does not contain", Takes.WORDS, lambda text, roles: ~Q(subject__icontains=text)
    ),
    "attachments": Kind(
        "Has attachments", Takes.NOTHING, lambda text, roles: Q(has_attachments=True)
    ),
    "larger": Kind(
        "Is larger than (MB)", Takes.NUMBER, lambda text, roles: Q(size__gt=int(text) * MEGABYTE)
    ),
    "folder": Kind("Lies in the folder", Takes.WORDS, lies_in),
    "lead": Kind("The other side is a lead", Takes.NOTHING, stands_as(Stage.LEAD)),
    "contact": Kind("The other side is a contact", Takes.NOTHING, stands_as(Stage.CONTACT)),
    "known": Kind(
        "The other side is a lead or contact",
        Takes.NOTHING,
        lambda text, roles: other_side_in(known_addresses(), roles),
    ),
    "unknown": Kind(
        "The other side is not in CRM",
        Takes.NOTHING,
        lambda text, roles: ~other_side_in(known_addresses(), roles) & ~is_colleague(roles),
    ),
    "colleague": Kind(
        "The other side is a colleague", Takes.NOTHING, lambda text, roles: is_colleague(roles)
    ),
    "company": Kind(
        "The other side’s company is",
        Takes.WORDS,
        lambda text, roles: other_side_in(
            known_addresses().filter(person__company__name__iexact=text), roles
        ),
    ),
    "deal": Kind(
        "The other side has an open deal", Takes.NOTHING, lambda text, roles: with_open_deal(roles)
    ),
    "deal_over": Kind(
        "The other side has an open deal of at least",
        Takes.NUMBER,
        lambda text, roles: with_open_deal(roles, int(text)),
    ),
}


def is_colleague(roles: Sequence[int]) -> Q:
    """The other side is one of the organisation's own."""
    return Q(Exists(participants(roles).filter(of_colleagues())))


def asked_of_email(steps: Sequence[Step], direction: str, *, needs_all: bool) -> Q:
    """All of the conditions, or any of them; none at all ask nothing."""
    if not steps:
        return Q()
    roles = OTHER_SIDE[direction]
    asked = [KINDS[step["kind"]].ask(step["text"], roles) for step in steps]
    return reduce(and_ if needs_all else or_, asked)
