"""What decides about some emails, gathered once for all of them and for every user.

The same conditions as in `visibility`, as plain values: what is asked there of one viewer about
all emails is asked here of a few emails for all viewers.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, Q

from postroom.accounts.models import (
    EmailAccount,
    Exclusion,
    Grant,
    Membership,
    Ruling,
    Share,
    SharingInForce,
)
from postroom.archive.models import Email, EveryParticipant
from postroom.association.people import known_addresses
from postroom.association.visibility import excluded_participants
from postroom.crm.models import Person
from postroom.team.hierarchy import roles_above
from postroom.team.models import Organisation, Role


@dataclass(frozen=True, slots=True)
class Excluded:
    """Somebody on an email whose mail is never shared: by which pattern, and on whose list."""

    pattern: str = ""
    is_the_owners: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides about one email; `superiors` are roles whose users see it from above."""

    account: EmailAccount
    is_removed: bool
    members: frozenset[int]
    in_force: SharingInForce
    is_known: bool
    shared: Sequence[Share]
    excluded: Excluded | None
    ruling: Ruling | None
    grants: Mapping[int, Grant]
    superiors: frozenset[int]


def facts_of(emails: Sequence[Email], now: datetime) -> dict[int, Facts]:
    """The facts of each email, by its id: a dozen questions, however many emails these are."""
    accounts = {email.account_id for email in emails}
    in_force = SharingInForce.objects.select_related(
        "account__owner", "rule__user", "rule__role", "rule__set_by"
    ).in_bulk(accounts)
    members = members_of(accounts)
    on, known = participants_of(emails), known_on(emails)
    shared = shares_of(accounts, now)
    excluded = excluded_among(emails, on)
    rulings, grants = rulings_of(emails), grants_of(emails, now)
    superiors = superiors_of([held.account for held in in_force.values()])
    return {
        email.pk: Facts(
            account=in_force[email.account_id].account,
            is_removed=email.removed_at is not None,
            members=members[email.account_id],
            in_force=in_force[email.account_id],
            is_known=not known.keys().isdisjoint(on[email.pk]),
            shared=[
                s for s, at in shared[email.account_id] if at & reached(on[email.pk], known, s)
            ],
            excluded=excluded.get(email.pk),
            ruling=ruling_on(email, rulings),
            grants=best_grants(email, grants),
            superiors=superiors[email.account_id],
        )
        for email in emails
    }


def members_of(accounts: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Who handles each account's mail beside its owner."""
    found: dict[int, frozenset[int]] = defaultdict(frozenset)
    rows = Membership.objects.filter(account__in=accounts).values_list("account", "user")
    for account, user in rows:
        found[account] |= {user}
    return found


def participants_of(emails: Sequence[Email]) -> Mapping[int, set[str]]:
    """The canonical addresses on each email; an empty one is of whom nobody can tell."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = EveryParticipant.objects.filter(email__in=[email.pk for email in emails])
    for email, canonical in rows.values_list("email", "canonical"):
        found[email].add(canonical)
    return found


def known_on(emails: Sequence[Email]) -> Mapping[str, set[int]]:
    """The known people on any of them, by address."""
    on = EveryParticipant.objects.filter(email__in=[email.pk for email in emails])
    found: dict[str, set[int]] = defaultdict(set)
    known = known_addresses().filter(canonical__in=on.values("canonical"))
    for canonical, person in known.values_list("canonical", "person"):
        found[canonical].add(person)
    return found


def shares_of(
    accounts: Collection[int], now: datetime
) -> Mapping[int, Sequence[tuple[Share, set[str]]]]:
    """What owners share person by person, and by which addresses."""
    shares = Share.objects.filter(Q(until=None) | Q(until__gt=now), account__in=accounts)
    found: dict[int, list[tuple[Share, set[str]]]] = defaultdict(list)
    for share in shares.select_related("person").prefetch_related("addresses"):
        addresses = {a.canonical for a in share.addresses.all() if a.is_shared}
        found[share.account_id].append((share, addresses))
    return found


def reached(on: set[str], known: Mapping[str, set[int]], share: Share) -> set[str]:
    """The addresses on an email that are of the shared person."""
    return {address for address in on if share.person_id in known.get(address, ())}


def excluded_among(emails: Sequence[Email], on: Mapping[int, set[str]]) -> Mapping[int, Excluded]:
    """Those with somebody excluded, as the rule itself finds them, and by which pattern."""
    found = Email.objects.filter(
        Exists(excluded_participants()), pk__in=[email.pk for email in emails]
    )
    lists = list(Exclusion.objects.order_by(F("owner_id").asc(nulls_first=True), "pattern"))
    return {
        pk: next(
            (
                Excluded(x.pattern, x.owner_id is not None)
                for x in lists
                if x.owner_id in (None, owner) and hits(x.pattern, on[pk])
            ),
            Excluded(),
        )
        for pk, owner in found.values_list("pk", "account__owner")
    }


def hits(pattern: str, addresses: Collection[str]) -> bool:
    """Whether one of the addresses is the pattern's, at its domain or below it."""
    return any(a == pattern or a.endswith(("@" + pattern, "." + pattern)) for a in addresses)


def rulings_of(emails: Sequence[Email]) -> Sequence[Ruling]:
    """What owners said about any of them or their conversations."""
    return list(Ruling.objects.filter(about(emails)).select_related("by"))


def grants_of(emails: Sequence[Email], now: datetime) -> Sequence[Grant]:
    """What was granted of any of them and still holds."""
    holding = Grant.objects.filter(Q(until=None) | Q(until__gt=now))
    return list(holding.filter(about(emails)).select_related("by"))


def about(emails: Sequence[Email]) -> Q:
    """Match decisions about any of them, and those about conversations of the same root."""
    identities = {bytes(email.identity) for email in emails}
    roots = {email.thread_root for email in emails} - {""}
    of_them = Q(identity__in=identities) | Q(identity=None, thread_root__in=roots)
    return Q(account__in={email.account_id for email in emails}) & of_them


def is_about(decision: Ruling | Grant, email: Email) -> bool:
    """Whether a decision is about this very email or its conversation."""
    if decision.account_id != email.account_id:
        return False
    if decision.identity is None:
        return decision.thread_root == email.thread_root
    return bytes(decision.identity) == bytes(email.identity)


def ruling_on(email: Email, rulings: Sequence[Ruling]) -> Ruling | None:
    """What holds for it: the word about it goes before the one about its conversation."""
    found = [ruling for ruling in rulings if is_about(ruling, email)]
    return min(found, key=lambda ruling: ruling.identity is None, default=None)


def best_grants(email: Email, grants: Sequence[Grant]) -> Mapping[int, Grant]:
    """For each user the grant that shows most."""
    found = [grant for grant in grants if is_about(grant, email)]
    return {grant.user_id: grant for grant in sorted(found, key=lambda grant: grant.sight)}


def superiors_of(accounts: Sequence[EmailAccount]) -> Mapping[int, frozenset[int]]:
    """The roles above each owner's, where superiors see their reports' mail."""
    if not Organisation.get().superiors_see:
        return defaultdict(frozenset)
    superiors = dict(Role.objects.values_list("pk", "superior"))
    return {a.pk: roles_above(a.owner.role_id, superiors) for a in accounts}


def shared_people(facts: Facts) -> list[Person]:
    """Whom the owner shares, of those on the email."""
    return [share.person for share in facts.shared]
