"""Who may see an email: the one sentence from which every list, page and event starts.

Design §7. For viewer V and email E of account A with owner U: V is U or a member of the team
mailbox A; or E carries a known person, none of its outside participants is excluded (by the
organisation or by U), and A is public, or A is custom and U shares that person by that address.
Deactivated viewers see nothing.
"""

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat, Length, Right

from postroom.accounts.members import mailboxes_of
from postroom.accounts.models import Activation, EmailAccount, Exclusion, Sharing
from postroom.archive.models import Email, Participant
from postroom.association.people import at_own_domains, known_addresses, known_participants
from postroom.team.models import User

NOTHING = Q(pk__in=[])


def visible_to(viewer: User) -> QuerySet[Email]:
    """All emails that the viewer may see, and not one more."""
    return Email.objects.filter(in_sight_of(viewer), removed_at__isnull=True)


def in_sight_of(viewer: User) -> Q:
    """What the viewer may see, of emails that are here and of those that were removed.

    Accounts are few and emails are many: which accounts come into question is asked first, so
    that PostgreSQL looks for known people only where that decides something.
    """
    if not viewer.is_active:
        return NOTHING
    accounts = EmailAccount.objects.exclude(activation=Activation.DEACTIVATED)
    own = list(accounts.filter(pk__in=mailboxes_of(viewer)).values_list("pk", flat=True))
    return Q(account__in=own) | shared_with_colleagues(accounts.exclude(pk__in=own))


def shared_with_colleagues(accounts: QuerySet[EmailAccount]) -> Q:
    """Mail with a known person, nobody excluded on it, of those accounts that share it."""
    public = list(accounts.filter(sharing=Sharing.PUBLIC).values_list("pk", flat=True))
    custom = list(accounts.filter(sharing=Sharing.CUSTOM).values_list("pk", flat=True))
    shared = NOTHING
    if public:
        shared |= Q(account__in=public) & Q(Exists(known_participants()))
    if custom:
        shared |= Q(account__in=custom) & Q(Exists(participants_with_a_share()))
    return shared & ~Q(Exists(excluded_participants())) if Exclusion.objects.exists() else shared


def participants_with_a_share() -> QuerySet[Participant]:
    """Known people on the outer email whom its account's owner shares, by this address."""
    shared = known_addresses().filter(
        person__shares__account=OuterRef(OuterRef("account")),
        person__shares__addresses__canonical=F("canonical"),
        person__shares__addresses__is_shared=True,
    )
    return Participant.objects.filter(
        email=OuterRef("pk"), canonical__in=shared.values("canonical")
    )


def excluded_participants() -> QuerySet[Participant]:
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
    outside = Participant.objects.filter(email=OuterRef("pk")).exclude(at_own_domains())
    return outside.filter(Q(Exists(matching)) | (Q(canonical="") & Q(Exists(listed))))
