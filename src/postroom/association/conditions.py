"""What may be asked of an email: fields of the mail and fields of the CRM in one language.

Rules and columns of the inbox are written in it. Each kind makes a condition for a query, so many
emails are looked at at once, and what is shown beforehand is what is asked later. *The other side*
is who wrote a received email, or to whom a sent one went.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce
from operator import and_, or_

from django.db.models import Exists, OuterRef, Q, QuerySet

from postroom.accounts.models import FromAddress
from postroom.archive.models import (
    EveryParticipant,
    Folder,
    Labelling,
    ParticipantRole,
    ServerCopy,
)
from postroom.association.few_emails import from_colleagues, from_one_of
from postroom.association.people import known_addresses, of_colleagues
from postroom.association.steps import Step, Takes
from postroom.crm.models import Deal, Outcome, Person, PersonAddress, Stage

MEGABYTE = 1_000_000

FROM = (ParticipantRole.FROM,)
TO = (ParticipantRole.TO,)
TO_AND_CC = (ParticipantRole.TO, ParticipantRole.CC)
OTHER_SIDE = {"received": FROM, "sent": TO_AND_CC}


@dataclass(frozen=True, slots=True)
class Asked:
    """How it is asked: with which text, where the other side stands, on which day.

    `of_few`: of received emails by name, whose senders are looked up beforehand.
    """

    text: str
    roles: Sequence[int]
    today: date
    of_few: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of condition: its words, what they take, and what it asks of an email.

    `whose`: the people whom it is about, where it is about who they are.
    """

    words: str
    takes: Takes
    ask: Callable[[Asked], Q]
    whose: Callable[[Asked], QuerySet[Person]] | None = None


def participants(roles: Sequence[int]) -> QuerySet[EveryParticipant]:
    """Who stands on the outer email in one of these roles."""
    return EveryParticipant.objects.filter(email=OuterRef("pk"), role__in=roles)


def names_contain(roles: Sequence[int], text: str) -> Q:
    """A name or an address with these letters in it."""
    named = Q(name__icontains=text) | Q(address__icontains=text)
    return Q(Exists(participants(roles).filter(named)))


def to_nobody_else(asked: Asked) -> Q:
    """There is one recipient."""
    others = participants(TO_AND_CC).filter(position__gt=0)
    both = participants((ParticipantRole.CC,))
    return Q(Exists(participants(TO_AND_CC))) & ~Q(Exists(others)) & ~Q(Exists(both))


def to_me(asked: Asked) -> Q:
    """The mailbox's own address is in To, or one that it writes from."""
    written_from = FromAddress.objects.filter(
        account=OuterRef(OuterRef("account")), verified_at__isnull=False
    )
    mine = Q(canonical=OuterRef("account__address")) | Q(
        canonical__in=written_from.values("address")
    )
    return Q(Exists(participants(TO).filter(mine)))


def bears(asked: Asked) -> Q:
    """It has the label of this name."""
    return Q(Exists(Labelling.objects.filter(email=OuterRef("pk"), label__name__iexact=asked.text)))


def lies_in(asked: Asked) -> Q:
    """It has a copy in a folder of this name."""
    folders = Folder.objects.filter(name__iexact=asked.text)
    copies = ServerCopy.objects.filter(email=OuterRef("pk"), folder__in=folders, gone_at=None)
    return Q(Exists(copies))


def is_colleague(asked: Asked) -> Q:
    """The other side is one of the organisation's own."""
    if asked.of_few:
        return from_colleagues()
    return Q(Exists(participants(asked.roles).filter(of_colleagues())))


def is_unknown(asked: Asked) -> Q:
    """The other side is neither a lead or contact nor a colleague."""
    return ~other_side_in(Person.objects.all(), asked) & ~is_colleague(asked)


def other_side_in(people: QuerySet[Person], asked: Asked) -> Q:
    """The other side is one of these people."""
    if asked.of_few:
        return from_one_of(people)
    known = addresses_of(people).order_by().values("canonical")
    return Q(Exists(participants(asked.roles).filter(canonical__in=known)))


def addresses_of(people: QuerySet[Person]) -> QuerySet[PersonAddress]:
    """The addresses of some people, as far as they may match mail."""
    return known_addresses().filter(person__in=people.order_by())


def with_deals(deals: QuerySet[Deal]) -> QuerySet[Person]:
    """People who are on one of these deals."""
    return Person.objects.filter(deals__in=deals)


def open_deals() -> QuerySet[Deal]:
    """Deals still to be decided."""
    return Deal.objects.filter(closed_at=None)


def closing_within(days: int, today: date) -> QuerySet[Deal]:
    """Open deals that are to be decided from today on, in so many days at most."""
    last = today + timedelta(days=min(days, 36_500))
    return open_deals().filter(closing_on__gte=today, closing_on__lte=last)


def closing_this_month(today: date) -> QuerySet[Deal]:
    """Open deals that are to be decided in this month of the organisation's."""
    return open_deals().filter(closing_on__year=today.year, closing_on__month=today.month)


def of_mail(words: str, takes: Takes, ask: Callable[[Asked], Q]) -> Kind:
    """A condition about the email itself."""
    return Kind(words, takes, ask)


def of_people(words: str, takes: Takes, whose: Callable[[Asked], QuerySet[Person]]) -> Kind:
    """A condition about who the other side is."""
    return Kind(words, takes, lambda asked: other_side_in(whose(asked), asked), whose)


KINDS: dict[str, Kind] = {
    "from": of_mail("From contains", Takes.WORDS, lambda a: names_contain(FROM, a.text)),
    "not_from": of_mail(
        "From does not contain", Takes.WORDS, lambda a: ~names_contain(FROM, a.text)
    ),
    "to": of_mail("To or Cc contains", Takes.WORDS, lambda a: names_contain(TO_AND_CC, a.text)),
    "to_me": of_mail("It is to me", Takes.NOTHING, to_me),
    "alone": of_mail("Has one recipient", Takes.NOTHING, to_nobody_else),
    "subject": of_mail("Subject contains", Takes.WORDS, lambda a: Q(subject__icontains=a.text)),
    "not_subject": of_mail(
        "Subject does not contain", Takes.WORDS, lambda a: ~Q(subject__icontains=a.text)
    ),
    "unread": of_mail("Is unread", Takes.NOTHING, lambda a: Q(is_read=False)),
    "starred": of_mail("Is starred", Takes.NOTHING, lambda a: Q(is_flagged=True)),
    "label": of_mail("Bears the label", Takes.WORDS, bears),
    "attachments": of_mail("Has attachments", Takes.NOTHING, lambda a: Q(has_attachments=True)),
    "larger": of_mail(
        "Is larger than (MB)", Takes.NUMBER, lambda a: Q(size__gt=int(a.text) * MEGABYTE)
    ),
    "folder": of_mail("Lies in the folder", Takes.WORDS, lies_in),
    "lead": of_people(
        "The other side is a lead",
        Takes.NOTHING,
        lambda a: Person.objects.filter(stage=Stage.LEAD),
    ),
    "contact": of_people(
        "The other side is a contact",
        Takes.NOTHING,
        lambda a: Person.objects.filter(stage=Stage.CONTACT),
    ),
    "known": of_people(
        "The other side is a lead or contact", Takes.NOTHING, lambda a: Person.objects.all()
    ),
    "unknown": of_mail("The other side is not in CRM", Takes.NOTHING, is_unknown),
    "colleague": of_mail("The other side is a colleague", Takes.NOTHING, is_colleague),
    "source": of_people(
        "The other side’s lead source is",
        Takes.WORDS,
        lambda a: Person.objects.filter(lead_source__iexact=a.text),
    ),
    "company": of_people(
        "The other side’s company is",
        Takes.WORDS,
        lambda a: Person.objects.filter(company__name__iexact=a.text),
    ),
    "deal": of_people(
        "The other side has an open deal", Takes.NOTHING, lambda a: with_deals(open_deals())
    ),
    "deal_over": of_people(
        "The other side has an open deal of at least",
        Takes.NUMBER,
        lambda a: with_deals(open_deals().filter(amount__gte=int(a.text))),
    ),
    "deal_stage": of_people(
        "The other side has a deal in the stage",
        Takes.WORDS,
        lambda a: with_deals(Deal.objects.filter(stage__name__iexact=a.text)),
    ),
    "deal_owner": of_people(
        "The other side has an open deal of (name or email)",
        Takes.WORDS,
        lambda a: with_deals(
            open_deals().filter(Q(owner__name__iexact=a.text) | Q(owner__email__iexact=a.text))
        ),
    ),
    "closing": of_people(
        "The other side has a deal closing within days",
        Takes.NUMBER,
        lambda a: with_deals(closing_within(int(a.text), a.today)),
    ),
    "closing_month": of_people(
        "The other side has a deal closing this month",
        Takes.NOTHING,
        lambda a: with_deals(closing_this_month(a.today)),
    ),
    "customer": of_people(
        "The other side has a won deal",
        Takes.NOTHING,
        lambda a: with_deals(Deal.objects.filter(stage__outcome=Outcome.WON)),
    ),
}


def asked_of_email(steps: Sequence[Step], direction: str, today: date, *, needs_all: bool) -> Q:
    """All of the conditions, or any of them; none at all ask nothing."""
    return joined(steps, Asked("", OTHER_SIDE[direction], today), needs_all=needs_all)


def asked_of_few(steps: Sequence[Step], today: date, *, needs_all: bool) -> Q:
    """The same of a few received emails, for `few_emails.answers_to`."""
    return joined(steps, Asked("", FROM, today, of_few=True), needs_all=needs_all)


def joined(steps: Sequence[Step], how: Asked, *, needs_all: bool) -> Q:
    """The conditions as one, each with its text."""
    if not steps:
        return Q()
    asked = [KINDS[step["kind"]].ask(replace(how, text=step["text"])) for step in steps]
    return reduce(and_ if needs_all else or_, asked)


def senders_asked_for(
    steps: Sequence[Step], today: date, *, needs_all: bool
) -> QuerySet[PersonAddress] | None:
    """Addresses that may have sent such mail, colleagues' too; None where it may be anybody's."""
    about = [(KINDS[s["kind"]].whose, Asked(s["text"], FROM, today)) for s in steps]
    whose = [ask(asked) for ask, asked in about if ask]
    if not whose or (len(whose) < len(steps) and not needs_all):
        return None
    each = [Q(person__in=people.order_by()) for people in whose]
    return PersonAddress.objects.filter(reduce(and_ if needs_all else or_, each)).order_by()
