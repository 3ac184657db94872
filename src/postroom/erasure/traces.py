"""Where a person is found: their addresses and their name, and every table that may have them.

To add a table that names people is a row here: both what is handed out and what is erased begin
with it. `left` looks through all texts of the database for those that nobody thought of.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from postroom.accounts.models import Exclusion
from postroom.archive.labels import keyword_for
from postroom.archive.models import (
    Correspondent,
    DealLink,
    Email,
    Inquiry,
    Label,
    Participant,
    TeamEntry,
)
from postroom.crm.models import AddressChange, Deal, Note, Person, Task
from postroom.outbox.models import Notice, OutgoingEmail
from postroom.rules.models import Rule
from postroom.team.models import AuditEntry, InboxColumn, SavedSearch, TrustedSender, User

MANY: Final = 100


@dataclass(frozen=True, slots=True)
class Traces:
    """By what a person is found. Who shares a name with somebody else is not found by it."""

    person: Person
    canonicals: Sequence[str]
    addresses: Sequence[str]
    name: str

    @property
    def words(self) -> list[str]:
        """What is looked for in texts."""
        both = dict.fromkeys([*self.canonicals, *self.addresses])
        return [*both, *([self.name] if self.name else [])]

    @property
    def by_address(self) -> "Traces":
        """The same without the name, for which anybody may type what they like."""
        return replace(self, name="")

    @property
    def emails(self) -> QuerySet[Email]:
        """All emails with an address of theirs on it, in every mailbox."""
        on_it = Participant.objects.filter(canonical__in=self.canonicals)
        return Email.objects.filter(pk__in=on_it.values("email"))


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of rows that are about a person, in words; `is_everybodys` if all may read them."""

    words: str
    rows: Callable[[Traces], QuerySet[Any]]
    is_everybodys: bool = False


def traces_of(person: Person) -> Traces:
    """By what this person is found; also by addresses that they had before."""
    had = person.address_changes.values_list("canonical", "address")
    has = person.addresses.values_list("canonical", "address")
    pairs = [pair for pair in (*has, *had) if pair[0]]
    of_others = set(
        Person.objects.exclude(pk=person.pk)
        .filter(addresses__canonical__in=[canonical for canonical, _ in pairs])
        .values_list("addresses__canonical", flat=True)
    )
    mine = [pair for pair in pairs if pair[0] not in of_others]
    canonicals = list(dict.fromkeys(canonical for canonical, _ in mine))
    return Traces(person, canonicals, [address for _, address in mine], unique_name(person))


def unique_name(person: Person) -> str:
    """First and last name, if both are there and nobody else is called so."""
    same = Person.objects.filter(
        first_name__iexact=person.first_name, last_name__iexact=person.last_name
    )
    is_colleague = User.objects.filter(name__iexact=person.name).exists()
    is_unique = bool(person.first_name) and not is_colleague
    is_unique = is_unique and not same.exclude(pk=person.pk).exists()
    return person.name if is_unique else ""


def naming(words: Collection[str], *columns: str) -> Q:
    """Match rows in which one of the words stands in one of the columns."""
    each = (Q(**{f"{column}__icontains": word}) for word in words for column in columns)
    return reduce(or_, each, Q(pk__in=[]))


def written_emails(traces: Traces) -> QuerySet[OutgoingEmail]:
    """What was written here to them, or answers them."""
    texts = ("to", "cc", "bcc", "subject", "text", "html", "quote_html", "quote_text", "reason")
    named = naming(traces.words, *texts) | Q(recipients__overlap=traces.canonicals)
    of_theirs = Q(answers__in=traces.emails) | Q(copy__in=traces.emails)
    return OutgoingEmail.objects.filter(named | of_theirs)


def rules_about(traces: Traces) -> QuerySet[Rule]:
    """Rules that wait for their mail."""
    as_text = Rule.objects.annotate(
        asked=Cast("conditions", TextField()), done=Cast("deeds", TextField())
    )
    return as_text.filter(naming(traces.words, "asked", "done", "name"))


def columns_about(traces: Traces) -> QuerySet[InboxColumn]:
    """Columns of the inbox that wait for their mail."""
    as_text = InboxColumn.objects.annotate(asked=Cast("conditions", TextField()))
    return as_text.filter(naming(traces.words, "asked", "name"))


def labels_as(traces: Traces) -> list[str]:
    """What labels that are called after them are called."""
    return [*traces.words, *(keyword_for(word, ()) for word in traces.words)]


def keywords_called_after(traces: Traces) -> list[str]:
    """The keywords by which mail servers would bring such labels back."""
    named = Label.objects.filter(naming(labels_as(traces), "keyword"))
    return sorted({keyword.lower() for keyword in named.values_list("keyword", flat=True)})


def links_of(traces: Traces) -> QuerySet[DealLink]:
    """What people decided about the deals of their conversations."""
    threads = traces.emails.exclude(thread_root="").values("thread_root")
    return DealLink.objects.filter(thread__in=threads)


def audit_lines(traces: Traces) -> QuerySet[AuditEntry]:
    """Lines of the audit log that name them. These are not deleted: the name in them goes."""
    return AuditEntry.objects.filter(naming(traces.words, "subject", "detail"))


def written_down(traces: Traces, *columns: str) -> Q:
    """Match notes and tasks about them, made from their emails, or naming them."""
    identities = list(traces.emails.values_list("identity", flat=True))
    return (
        Q(person=traces.person) | Q(email_identity__in=identities) | naming(traces.words, *columns)
    )


def notes_about(traces: Traces) -> QuerySet[Note]:
    """What colleagues noted about them."""
    return Note.objects.filter(written_down(traces, "text"))


def tasks_about(traces: Traces) -> QuerySet[Task]:
    """What colleagues had to do, or still have, about them."""
    return Task.objects.filter(written_down(traces, "words"))


def deals_named(traces: Traces) -> QuerySet[Deal]:
    """Deals called after them. They stay; the name in them goes."""
    return Deal.objects.filter(naming(traces.words, "name"))


# What goes with its rows, in this order; the emails themselves go after what hangs on them.
PLACES = (
    Place("emails written here", written_emails),
    Place("notes", notes_about, is_everybodys=True),
    Place("tasks", tasks_about, is_everybodys=True),
    Place("decisions about deals", links_of),
    Place(
        "changes of addresses",
        lambda t: AddressChange.objects.filter(Q(canonical__in=t.canonicals) | Q(person=t.person)),
    ),
    Place("exclusions from sharing", lambda t: Exclusion.objects.filter(pattern__in=t.canonicals)),
    Place(
        "questions to mail servers", lambda t: Inquiry.objects.filter(canonical__in=t.canonicals)
    ),
    Place(
        "suggestions while somebody writes an address",
        lambda t: Correspondent.objects.filter(canonical__in=t.canonicals),
    ),
    Place("saved searches", lambda t: SavedSearch.objects.filter(naming(t.words, "name", "words"))),
    Place(
        "senders whose images are shown",
        lambda t: TrustedSender.objects.filter(address__in=t.canonicals),
    ),
    Place("rules", rules_about),
    Place("columns of the inbox", columns_about),
    Place("labels", lambda t: Label.objects.filter(naming(labels_as(t), "name", "keyword"))),
    Place(
        "comments in team mailboxes",
        lambda t: TeamEntry.objects.filter(naming(t.words, "text") | Q(email__in=t.emails)),
    ),
    Place(
        "notices to colleagues",
        lambda t: Notice.objects.filter(naming(t.words, "subject", "text", "html", "key")),
    ),
)


def told_of(traces: Traces) -> dict[str, int]:
    """How many rows of each kind, as far as an administrator may be told.

    Of what colleagues alone may read, those by address: whoever gave a lead any words for a name
    and read how many texts have them could find out what stands there. ADR 69.
    """
    asked = {p: traces if p.is_everybodys else traces.by_address for p in PLACES}
    return {place.words: place.rows(of).count() for place, of in asked.items()}


def are_many_named(traces: Traces) -> bool:
    """Whether so many of those others have the name that it may be none: "Kind Regards"."""
    of_few = [place for place in PLACES if not place.is_everybodys]
    numbers = [(p.rows(traces).count(), p.rows(traces.by_address).count()) for p in of_few]
    return sum(all_of_them - found for all_of_them, found in numbers) > MANY
