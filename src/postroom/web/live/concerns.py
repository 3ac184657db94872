"""Whom an announcement can concern: one question for all open pages. No content, no viewer."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db.models import OuterRef, Subquery

from postroom.accounts.models import EmailAccount
from postroom.archive.models import EveryParticipant, Inquiry
from postroom.association import known_addresses


def find_concerned(
    emails: Collection[int], watched: Collection[int]
) -> Mapping[int, Collection[int]]:
    """Of the people whose pages are open, those who are on these emails, and on which."""
    addresses = known_addresses().filter(person__in=watched)
    person_of = dict(addresses.values_list("canonical", "person"))
    on_them = EveryParticipant.objects.filter(email__in=emails, canonical__in=person_of)
    concerned: dict[int, set[int]] = defaultdict(set)
    for canonical, email in on_them.values_list("canonical", "email"):
        concerned[person_of[canonical]].add(email)
    return concerned


def sight_of(account: int) -> object:
    """What decides, beside sharing, what pages show of an account's mail.

    Whether it is deactivated, and whether older mail is still looked for.
    """
    answered = Inquiry.objects.filter(account=OuterRef("pk")).order_by("-answered_at")
    found = EmailAccount.objects.annotate(answered=Subquery(answered.values("answered_at")[:1]))
    return found.filter(pk=account).values_list("activation", "answered").first()
