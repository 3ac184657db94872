"""Who may see an email, and how much of it: the one sentence from which everything starts.

Design §7. For viewer V and email E of account A with owner U: V is U or a member of the team
mailbox A; or E carries a known person, none of its outside participants is excluded (by the
organisation or by U), U did not hide it, and A is public for V, or custom for V and U shares that
person by that address, or U is among V's reports and the organisation lets superiors see, or U
shows this email or grants it to V. Deactivated viewers see nothing.
"""

from collections.abc import Sequence

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable, RawSQL
from django.db.models.functions import Coalesce, Concat, Greatest, Length, Now, Right
from django.db.models.lookups import GreaterThan, IsNull

from postroom.accounts.models import Exclusion, Ruling, Sight
from postroom.archive.models import Email, EveryParticipant
from postroom.association.people import (
    at_own_domains,
    known_addresses,
    known_participants,
    own_domains,
)
from postroom.association.reach import Ids, InReach, accounts_in_reach, grants_to, ids_of
from postroom.association.redaction import WHOLE, redacted
from postroom.team.models import User
from postroom.team.once_a_page import once_a_page
from postroom.team.prepared import array_of
from postroom.team.written_once import written_once

NOTHING = Q(pk__in=[])


def visible_to(viewer: User, reach: InReach | None = None) -> QuerySet[Email]:
    """All emails that the viewer may see, and not one more.

    Each has its `sight`, and comes without what lies above it: an email of which only *who and
    when* is shown has no subject here. Who has asked for the viewer's `reach` already hands it in.
    """
    if not viewer.is_active:
        return redacted(Email.objects.none(), WHOLE)
    reach = reach or accounts_in_reach(viewer)
    return once_a_page((visible_to, viewer.pk), lambda: seen_by(viewer, reach)).all()


def seen_by(viewer: User, reach: InReach) -> QuerySet[Email]:
    """The same, written."""
    emails = Email.objects.filter(in_sight(reach, viewer), removed_at__isnull=True)
    return redacted(emails, sight(reach, viewer))


def premises() -> tuple[object, ...]:
    """By what `seen_by` is written, beside the viewer and their reach."""
    return own_domains(), are_some_excluded()


def readable_by(viewer: User) -> QuerySet[Email]:
    """Those of which the viewer may see everything: bodies, attachments, sources."""
    return visible_to(viewer).filter(Q(sight=Sight.EVERYTHING))


def in_sight_of(viewer: User) -> Q:
    """What the viewer may see, of emails that are here and of those that were removed."""
    return in_sight(accounts_in_reach(viewer), viewer) if viewer.is_active else NOTHING


def in_sight(reach: InReach, viewer: User) -> Q:
    """Their own mail, and what colleagues show of mail with known people."""
    if not reach.of_colleagues:
        return Q(within(reach.own))
    gate = Q(within(reach.of_colleagues)) & Q(Exists(known_participants()))
    if are_some_excluded():
        gate &= ~Q(Exists(excluded_participants()))
    return Q(within(reach.own)) | (gate & shown(reach, viewer))


def are_some_excluded() -> bool:
    """Whether there is any list of addresses that match nobody."""
    return once_a_page((Exclusion, "any"), lambda: bool(first_excluded()))


@written_once()
def first_excluded() -> QuerySet[Exclusion, int]:
    """One of them."""
    return Exclusion.objects.order_by().values_list("pk", flat=True)[:1]


def shown(reach: InReach, viewer: User) -> Q:
    """What an account's sharing shows, unless its owner ruled otherwise about the one email."""
    shown = Q(within([*ids_of(reach.public), *reach.under]))
    if custom := ids_of(reach.custom):
        shown |= Q(within(custom)) & Q(Exists(participants_with_a_share()))
    if reach.granted:
        granted = grants_to(viewer).filter(about_the_email())
        shown |= Q(within(reach.granted)) & Q(Exists(granted))
    if not reach.has_rulings:
        return shown
    is_shown = Q(GreaterThan(ruling(), 0))
    return (shown & (Q(IsNull(ruling(), True)) | is_shown)) | (Q(within(reach.open)) & is_shown)


def sight(reach: InReach, viewer: User) -> Combinable:
    """How much the viewer sees of an email that is in sight."""
    if reach.shows_all_of_it:
        return WHOLE
    own_and_under = When(within([*reach.own, *reach.under]), then=WHOLE)
    if not reach.has_rulings and not reach.granted:  # What is seen is seen as its mailbox shares.
        return Case(own_and_under, *sharing_shows(reach, is_in_sight=True), default=Value(0))
    of_account = Case(*sharing_shows(reach), default=Value(0))
    granted = grants_to(viewer).filter(about_the_email()).order_by("-sight").values("sight")[:1]
    by_grant = Subquery(granted, output_field=IntegerField())
    by_owner = Coalesce(ruling(), of_account) if reach.has_rulings else of_account
    return Case(own_and_under, default=Greatest(by_owner, Coalesce(by_grant, Value(0))))


def sharing_shows(reach: InReach, *, is_in_sight: bool = False) -> list[When]:
    """How much each account's sharing shows, as conditions on the email.

    Of an email that is seen by sharing alone nobody need look again for who is shared.
    """
    public = [When(within(ids), then=Value(s)) for s, ids in reach.public.items()]
    has_share = Q() if is_in_sight else Q(Exists(participants_with_a_share()))
    custom = [When(Q(within(ids)) & has_share, then=Value(s)) for s, ids in reach.custom.items()]
    return public + custom


def ruling() -> Subquery:
    """What the owner ruled about the email, or else about its thread; null for nothing."""
    rulings = Ruling.objects.filter(about_the_email())
    found = rulings.order_by("identity").values("sight")[:1]  # Nulls come last.
    return Subquery(found, output_field=IntegerField())


class AnyOf(Func):
    """Whether a value is one of an array's."""

    arg_joiner = " = ANY("
    template = "(%(expressions)s))"
    output_field = BooleanField()


def within(accounts: Ids) -> AnyOf:
    """Match emails in these accounts. As one text: 200 numbers take longer to write one by one."""
    return AnyOf(F("account"), RawSQL("%s::bigint[]", [array_of(accounts)]))


def at_one_of(addresses: Sequence[str]) -> QuerySet[EveryParticipant]:
    """Wherever one of these addresses stands on an email. As one array, however many they are."""
    listed = RawSQL("%s::text[]", [list(addresses)])
    return EveryParticipant.objects.filter(AnyOf(F("canonical"), listed))


def about_the_email() -> Q:
    """Match decisions about the outer email or its thread, in its account."""
    of_thread = Q(identity=None, thread_root=OuterRef("thread_root"))
    return Q(account=OuterRef("account")) & (Q(identity=OuterRef("identity")) | of_thread)


def participants_with_a_share() -> QuerySet[EveryParticipant]:
    """Known people on the outer email whom its account's owner shares, by this address.

    Asked of each that is on it: by an IN PostgreSQL goes through all whom the account shares, and
    the mail of each.
    """
    shared = known_addresses().filter(
        Q(person__shares__until=None) | Q(person__shares__until__gt=Now()),
        canonical=OuterRef("canonical"),
        person__shares__account=OuterRef("account"),
        person__shares__addresses__canonical=F("canonical"),
        person__shares__addresses__is_shared=True,
    )
    is_shared = IsNull(Subquery(shared.order_by().values("pk")[:1]), False)
    return EveryParticipant.objects.filter(is_shared, email=OuterRef("pk"))


def excluded_participants() -> QuerySet[EveryParticipant]:
    """Participants from outside on the organisation's or the owner's list.

    Where there is a list, whoever cannot be told may be on it.
    """
    listed = Exclusion.objects.filter(
        Q(owner__isnull=True) | Q(owner=OuterRef(OuterRef("account__owner")))
    )
    end = Right(OuterRef("canonical"), Length("pattern") + 1)
    is_domain = ~Q(pattern__contains="@")
    at_it = Q(end=Concat(Value("@"), "pattern")) | Q(end=Concat(Value("."), "pattern"))
    matching = listed.annotate(end=end).filter(
        Q(pattern=OuterRef("canonical")) | (is_domain & at_it)
    )
    outside = EveryParticipant.objects.filter(email=OuterRef("pk")).exclude(at_own_domains())
    return outside.filter(Q(Exists(matching)) | (Q(canonical="") & Q(Exists(listed))))
