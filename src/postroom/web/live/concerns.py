"""Whom an announcement can concern: one question for all open pages. No content, no viewer."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, OuterRef, Subquery, Value

from postroom.accounts.models import EmailAccount
from postroom.archive.models import Inquiry, Participant
from postroom.association import known_addresses


def find_concerned(
    emails: Collection[int], watched: Collection[int]
) -> Mapping[int, Collection[int]]:
    """Of the people whose pages are open, those who are on these emails, and on which."""
    addresses = known_addresses().filter(person__in=watched)
    person_of = dict(addresses.values_list("canonical", "person"))
    on_them = Participant.objects.filter(email__in=emails, canonical__in=person_of)
    concerned: dict[int, set[int]] = defaultdict(set)
    for canonical, email in on_them.values_list("canonical", "email"):
        concerned[person_of[canonical]].add(email)
    return concerned


def sharing_of(account: int) -> object:
    """What decides who sees an account's mail, and whether older mail is still looked for."""
    answered = Inquiry.objects.filter(account=OuterRef("pk")).order_by("-answered_at")
    decided = EmailAccount.objects.filter(pk=account).annotate(
        addresses=Count("shares__addresses", distinct=True),
        answered=Subquery(answered.values("answered_at")[:1]),
        last=Max("shares__addresses__decided_at"),
        members=ArrayAgg("memberships__user", distinct=True, default=Value([])),
    )
    columns = (
        "sharing",
        "activation",
        "owner__is_active",
        "addresses",
        "last",
        "members",
        "answered",
    )
    return decided.values_list(*columns).first()
