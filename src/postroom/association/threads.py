"""The emails that answer each other, as one viewer sees them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet

from postroom.archive.models import Email, Participant
from postroom.association.people import among, of_colleagues, own_domains
from postroom.association.reach import InReach, accounts_in_reach
from postroom.association.visibility import at_one_of, premises, seen_by
from postroom.association.whose import addresses_for
from postroom.crm.models import Person
from postroom.team.models import User
from postroom.team.written_once import written_once

MOST_OF_A_THREAD = 20
# An answer that names nothing (Seen: web forms, old Outlook) is found by what it says: the same
# subject behind a mark of answering, the same people outside, and not long after.
NEAR = timedelta(days=60)
MOST_NEAR = 100
MARKS = "re|aw|sv|vs|antw|odp|r|rif|res|ynt|ang|回复|答复|回覆|返信"
ANSWERS = re.compile(rf"\s*(?:{MARKS})(?:\[\d+\])?\s*[:：]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Seen:
    """The emails that an active viewer may see; with one of some addresses on them, if given."""

    viewer: int
    reach: InReach
    addresses: list[str] | None

    def emails(self) -> QuerySet[Email]:
        """All of them."""
        seen = seen_by(User(pk=self.viewer), self.reach)
        if self.addresses is None:
            return seen
        return seen.filter(pk__in=at_one_of(self.addresses).values("email"))


def thread_of(email: Email, viewer: User, person: Person | None) -> list[Email]:
    """The other visible emails of the thread, with this person if one is given, newest first.

    One of each email, the copy that shows most, though colleagues may have others; the newest few
    of a very long thread.
    """
    if not viewer.is_active:
        return []
    seen = Seen(viewer.pk, accounts_in_reach(viewer), addresses_for(person) if person else None)
    found: dict[bytes, Email] = {bytes(email.identity): email}
    for other in [*by_references(email, seen), *by_subject(email, seen)]:
        found.setdefault(bytes(other.identity), other)
    others = [other for other in found.values() if other.pk != email.pk]
    return sorted(others, key=lambda other: (other.sent_at, other.pk), reverse=True)[
        :MOST_OF_A_THREAD
    ]


def by_references(email: Email, seen: Seen) -> list[Email]:
    """Those that name the same beginning (RFC 5322 §3.6.4)."""
    return of_thread(seen, email.thread_root) if email.thread_root else []


@written_once(premises)
def of_thread(seen: Seen, root: str) -> QuerySet[Email]:
    """The newest of a conversation, of each the best copy first."""
    return best_first(seen.emails().filter(thread_root=root))[: 4 * MOST_OF_A_THREAD]


def best_first(emails: QuerySet[Email]) -> QuerySet[Email]:
    """The newest first; of copies the one that shows most."""
    return emails.order_by("-sent_at", F("sight").desc(), "id")


def by_subject(email: Email, seen: Seen) -> Iterator[Email]:
    """Those of which one answers the other by its subject alone.

    Compared is what the viewer sees of both: where a subject is withheld there is none.
    """
    about = plain(email.subject)
    if not about:
        return
    addresses = outside(email.pk)
    near = newest_at(addresses, email.sent_at - NEAR, email.sent_at + NEAR) if addresses else []
    for other in best_among(seen, near) if near else ():
        later = max(email, other, key=lambda one: one.sent_at)
        if plain(other.subject) == about and answers_blindly(later):
            yield other


@written_once(own_domains)
def outside(email: int) -> QuerySet[Participant, str]:
    """The addresses on an email that are nobody's of ours."""
    others = Participant.objects.filter(email=email).exclude(canonical="").exclude(of_colleagues())
    return others.values_list("canonical", flat=True)[:20]


@written_once()
def newest_at(addresses: list[str], begin: datetime, end: datetime) -> QuerySet[Any, int]:
    """The newest emails with one of some addresses on them, between two moments."""
    near = at_one_of(addresses).filter(sent_at__range=(begin, end))
    return near.order_by("-sent_at").values_list("email", flat=True)[:MOST_NEAR]


@written_once(premises)
def best_among(seen: Seen, emails: list[int]) -> QuerySet[Email]:
    """Those of some emails that are seen, of each the best copy first."""
    return best_first(seen.emails().filter(pk__in=among(emails)))


def answers_blindly(email: Email) -> bool:
    """Whether its subject says that it is an answer, and it names no email that it answers."""
    names_nothing = email.thread_root in ("", email.message_id)
    return names_nothing and ANSWERS.match(email.subject) is not None


def plain(subject: str) -> str:
    """The subject without the marks of answering before it."""
    while mark := ANSWERS.match(subject):
        subject = subject[mark.end() :]
    return " ".join(subject.split()).casefold()
