"""A query as conditions on emails. What a viewer may not read of an email is not looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import reduce
from operator import and_, or_

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    Expression,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.utils import timezone

from postroom.accounts.members import mailboxes_of
from postroom.accounts.models import Sight
from postroom.archive.models import (
    Direction,
    Email,
    EveryParticipant,
    Folder,
    Label,
    Labelling,
    ServerCopy,
)
from postroom.archive.search_query import WORDS, Kind, Query, Term
from postroom.archive.search_terms import all_of, condition_of, negated, one_of
from postroom.association.people import known_addresses
from postroom.crm.people import find_people, find_person
from postroom.mime.words import fold
from postroom.team.models import User
from postroom.team.once_a_page import once_a_page

MOST_PEOPLE = 100
MARKS = {
    "unread": Q(is_read=False),
    "read": Q(is_read=True),
    "flagged": Q(is_flagged=True),
    "answered": Q(is_answered=True),
    "sent": Q(direction=Direction.SENT),
    "received": Q(direction=Direction.RECEIVED),
    # Beside the emails there are notes and tasks (`searching_diary`), and no email is one.
    "note": Q(pk__in=[]),
    "task": Q(pk__in=[]),
}


class Matches(Func):
    """Whether a vector has the words of a condition, which is only ever a parameter."""

    arg_joiner = " @@ "
    template = "(%(expressions)s::tsquery)"

    def __init__(self, vector: Expression | F, condition: str) -> None:
        said = Value(condition, output_field=TextField())
        super().__init__(vector, said, output_field=BooleanField())


def readable_words() -> Expression:
    """The vector of what the viewer may read of an email, by its sight."""
    return Case(
        When(sight__gte=Sight.EVERYTHING, then=F("search_entry__everything")),
        When(sight__gte=Sight.SUBJECT, then=F("search_entry__subject")),
        default=F("search_entry__people"),
    )


@dataclass(frozen=True, slots=True)
class Conditions:
    """All that must hold of an email, beside that the viewer may see it: words, and the rest.

    `is_settled`: whoever proposed the emails found the words in all that is known of them, so that
    only of those which are not seen whole it is to be asked again.
    """

    words: str
    rest: Q
    is_settled: bool = False

    def __bool__(self) -> bool:
        return bool(self.words or self.rest)

    def told_of(self, seen: QuerySet[Email], *, of_hits_alone: bool) -> QuerySet[Email]:
        """The emails with whether the rest holds; if that is enough, those of which it does."""
        if not self.rest:
            return seen.annotate(in_rest=Value(True))
        if of_hits_alone:
            return seen.filter(self.rest).annotate(in_rest=Value(True))
        return seen.annotate(in_rest=Case(When(self.rest, Value(True)), default=Value(False)))

    def leaves_open(self, sight: int) -> bool:
        """Whether the words are still to be looked for in an email of which so much is seen."""
        return bool(self.words) and not (self.is_settled and sight >= Sight.EVERYTHING)


EVERY_EMAIL = Conditions("", Q())


def conditions_of(query: Query, viewer: User) -> Conditions:
    """The query's conditions."""
    holds = Q()
    for group in query.groups:
        if not is_of_words(group):
            holds &= reduce(or_, filter(None, (condition_for(term, viewer) for term in group)), Q())
    words = words_in(query)
    is_proposed = words == words_in(query, is_positive=True)
    return Conditions(words, holds, is_settled=is_proposed)


def is_of_words(group: Sequence[Term]) -> bool:
    """Whether PostgreSQL's full text can answer the group alone."""
    return all(term.kind in WORDS for term in group)


def words_in(query: Query, *, is_positive: bool = False) -> str:
    """The groups of words as one condition."""
    return all_of(groups_of_words(query, is_positive=is_positive))


def groups_of_words(query: Query, *, is_positive: bool = False) -> tuple[str, ...]:
    """The groups of words; `is_positive` leaves out whatever has a not in it.

    An email that holds a word is known to hold it whatever of it may be read; one that holds it not
    is not known to.
    """
    groups = []
    for group in filter(is_of_words, query.groups):
        if not (is_positive and any(term.is_negated for term in group)):
            groups.append(one_of([said for term in group if (said := said_of(term))]))
    return tuple(filter(None, groups))


def said_of(term: Term) -> str:
    """A term of words, negated if it is."""
    said = condition_of(term)
    return negated(said) if said and term.is_negated else said


def condition_for(term: Term, viewer: User) -> Q:
    """One term; empty when it says nothing."""
    if term.kind in WORDS:
        said = said_of(term)
        return Q(Matches(readable_words(), said)) if said else Q()
    holds = CONDITIONS[term.kind](term, viewer)
    return ~holds if term.is_negated else holds


def with_person(term: Term, viewer: User) -> Q:
    """Somebody is on it whose name, company or address has all the words."""
    canonicals = addresses_of_people(term.text)
    return Q(
        Exists(EveryParticipant.objects.filter(email=OuterRef("pk"), canonical__in=canonicals))
    )


def addresses_of_people(words: str) -> list[str]:
    """The addresses of leads and contacts that somebody means."""
    known = known_addresses().filter(person__in=people_meant(words))
    return list(known.values_list("canonical", flat=True))


def people_meant(words: str) -> list[int]:
    """The ids of leads and contacts: of the one whose address it is, or of all called so."""
    return once_a_page((people_meant, words), lambda: find_people_meant(words))


def find_people_meant(words: str) -> list[int]:
    """Ask for them."""
    if "@" in words and (one := find_person(words)):
        return [one.pk]
    return list(find_people(words).values_list("pk", flat=True)[:MOST_PEOPLE])


def shared_by(term: Term, viewer: User) -> Q:
    """It is in a mailbox of a colleague whose name or address has all the words."""
    return Q(account__owner__in=colleagues_called(term.text, viewer))


def colleagues_called(words: str, viewer: User) -> list[int]:
    """The ids of users that somebody means; `me` is the viewer."""
    if words.lower() == "me":
        return [viewer.pk]
    called = (Q(name__icontains=word) | Q(email__icontains=word) for word in words.split())
    found = User.objects.filter(reduce(and_, called, Q()))
    return list(found.values_list("pk", flat=True)[:MOST_PEOPLE])


def in_folder(term: Term, viewer: User) -> Q:
    """It lies in a folder of the viewer's: colleagues' folders are their own affair."""
    wanted = fold(term.text)
    folders = Folder.objects.filter(account__in=mailboxes_of(viewer), gone_at__isnull=True)
    meant = [
        pk
        for pk, name, role in folders.values_list("pk", "name", "role")
        if wanted in (fold(name), role)
    ]
    copies = ServerCopy.objects.filter(email=OuterRef("pk"), folder__in=meant, gone_at__isnull=True)
    return Q(Exists(copies))


def labelled(term: Term, viewer: User) -> Q:
    """It bears a label of this name, of which only a viewer of everything is told."""
    wanted = fold(term.text)
    meant = [pk for pk, name in Label.objects.values_list("pk", "name") if fold(name) == wanted]
    bears = Labelling.objects.filter(email=OuterRef("pk"), label__in=meant)
    return Q(Exists(bears), sight__gte=Sight.EVERYTHING)


def with_attachment(term: Term, viewer: User) -> Q:
    """It has attachments, of which only a viewer of everything is told."""
    return Q(has_attachments=True, sight__gte=Sight.EVERYTHING)


def marked(term: Term, viewer: User) -> Q:
    """It is unread, flagged, sent and so on."""
    return MARKS[term.text]


def sent_when(term: Term, viewer: User) -> Q:
    """It was sent before a day, from a day on, or on it, as the viewer's clock has days."""
    first, end = term.period
    match term.kind:
        case Kind.BEFORE:
            return Q(sent_at__lt=midnight(first))
        case Kind.AFTER:
            return Q(sent_at__gte=midnight(first))
    return Q(sent_at__gte=midnight(first), sent_at__lt=midnight(end))


def midnight(day: date) -> datetime:
    """The beginning of a day where the viewer is."""
    return timezone.make_aware(datetime.combine(day, time()))


CONDITIONS = {
    Kind.PERSON: with_person,
    Kind.SHARED_BY: shared_by,
    Kind.IN: in_folder,
    Kind.LABEL: labelled,
    Kind.HAS: with_attachment,
    Kind.IS: marked,
    Kind.BEFORE: sent_when,
    Kind.AFTER: sent_when,
    Kind.ON: sent_when,
}
