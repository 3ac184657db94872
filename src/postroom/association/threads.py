"""The emails that answer each other, as one viewer sees them."""

import re
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import F, QuerySet

from postroom.archive.models import Email, EveryParticipant
from postroom.association.people import among, of_colleagues, participations_of
from postroom.association.visibility import visible_to
from postroom.crm.models import Person
from postroom.team.models import User

MOST_OF_A_THREAD = 20
# An answer that names nothing (Seen: web forms, old Outlook) is found by what it says: the same
# subject behind a mark of answering, the same people outside, and not long after.
NEAR = timedelta(days=60)
MOST_NEAR = 100
MARKS = "re|aw|sv|vs|antw|odp|r|rif|res|ynt|ang|回复|答复|回覆|返信"
ANSWERS = re.compile(rf"\s*(?:{MARKS})(?:\[\d+\])?\s*[:：]\s*", re.IGNORECASE)


def thread_of(email: Email, viewer: User, person: Person | None) -> list[Email]:
    """The other visible emails of the thread, with this person if one is given, newest first.

    One of each email, the copy that shows most, though colleagues may have others; the newest few
    of a very long thread.
    """
    emails = visible_to(viewer)
    if person:
        emails = emails.filter(pk__in=participations_of(person).values("email"))
    found: dict[bytes, Email] = {bytes(email.identity): email}
    for other in [*by_references(email, emails), *by_subject(email, emails)]:
        found.setdefault(bytes(other.identity), other)
    others = [other for other in found.values() if other.pk != email.pk]
    return sorted(others, key=lambda other: (other.sent_at, other.pk), reverse=True)[
        :MOST_OF_A_THREAD
    ]


def by_references(email: Email, emails: QuerySet[Email]) -> list[Email]:
    """Those that name the same beginning (RFC 5322 §3.6.4)."""
    if not email.thread_root:
        return []
    of_thread = emails.filter(thread_root=email.thread_root)
    best_first = of_thread.order_by("-sent_at", F("sight").desc(), "id")
    return list(best_first[: 4 * MOST_OF_A_THREAD])


def by_subject(email: Email, emails: QuerySet[Email]) -> Iterator[Email]:
    """Those of which one answers the other by its subject alone.

    Compared is what the viewer sees of both: where a subject is withheld there is none.
    """
    about = plain(email.subject)
    if not about:
        return
    near = EveryParticipant.objects.filter(
        canonical__in=outside(email),
        sent_at__range=(email.sent_at - NEAR, email.sent_at + NEAR),
    )
    newest = near.order_by("-sent_at").values_list("email", flat=True)[:MOST_NEAR]
    best_first = emails.filter(pk__in=among(newest)).order_by("-sent_at", F("sight").desc(), "id")
    for other in best_first:
        later = max(email, other, key=lambda one: one.sent_at)
        if plain(other.subject) == about and answers_blindly(later):
            yield other


def outside(email: Email) -> list[str]:
    """The addresses on it that are nobody's of ours."""
    others = email.participants.exclude(canonical="").exclude(of_colleagues())
    return list(others.values_list("canonical", flat=True)[:20])


def answers_blindly(email: Email) -> bool:
    """Whether its subject says that it is an answer, and it names no email that it answers."""
    names_nothing = email.thread_root in ("", email.message_id)
    return names_nothing and ANSWERS.match(email.subject) is not None


def plain(subject: str) -> str:
    """The subject without the marks of answering before it."""
    while mark := ANSWERS.match(subject):
        subject = subject[mark.end() :]
    return " ".join(subject.split()).casefold()
