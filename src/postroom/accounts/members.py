"""Team mailboxes: whose mail a mailbox's is, beside its owner's. Design §7."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from postroom.accounts.models import EmailAccount, Membership
from postroom.team.audit import note
from postroom.team.models import Act, User
from postroom.team.once_a_page import once_a_page
from postroom.team.written_once import written_once


def mailboxes_of(user: User) -> QuerySet[EmailAccount]:
    """The mailboxes whose mail is the user's: their own, and those of which they are a member."""
    memberships = Membership.objects.filter(user=user)
    return EmailAccount.objects.filter(Q(owner=user) | Q(pk__in=memberships.values("account")))


def holds(user: User, account: EmailAccount) -> bool:
    """Whether the account's mail is the user's own."""
    return account.owner_id == user.pk or is_member(user, account)


def is_team(account: EmailAccount) -> bool:
    """Whether others than its owner handle its mail."""
    return once_a_page(("team of", account.pk), lambda: bool(first_member(account.pk)))


@written_once()
def first_member(account: int) -> QuerySet[Membership, int]:
    """One of those who handle it beside its owner."""
    return Membership.objects.filter(account=account).order_by().values_list("pk", flat=True)[:1]


def team_of(account: EmailAccount) -> QuerySet[User]:
    """Who handles a team mailbox's mail: its owner and its members, as far as they can sign in.

    Nobody where it is one person's alone.
    """
    if not is_team(account):
        return User.objects.none()
    return owner_and_members(account.pk, account.owner_id)


def team_on(account: EmailAccount) -> list[User]:
    """The same for a page that only shows them."""
    return owner_and_members_on(account.pk, account.owner_id) if is_team(account) else []


def owner_and_members(account: int, owner: int) -> QuerySet[User]:
    """Those of an account's team who can sign in."""
    members = Membership.objects.filter(account=account).values("user")
    return User.objects.filter(Q(pk=owner) | Q(pk__in=members), is_active=True)


owner_and_members_on = written_once()(owner_and_members)


def is_member(user: User, account: EmailAccount) -> bool:
    """Whether the user is a member of the account's team."""
    return once_a_page(
        (Membership, account.pk, user.pk), lambda: bool(memberships_in(account.pk, user.pk))
    )


@written_once()
def memberships_in(account: int, user: int) -> QuerySet[Membership, int]:
    """The one, if it is there."""
    found = Membership.objects.filter(account=account, user=user).order_by()
    return found.values_list("pk", flat=True)


def possible_members(account: EmailAccount) -> QuerySet[User]:
    """Who may be added: colleagues who can sign in."""
    members = account.memberships.values("user")
    return User.objects.filter(is_active=True).exclude(Q(pk=account.owner_id) | Q(pk__in=members))


@transaction.atomic
def add_member(account: EmailAccount, user: User, by: User | None, now: datetime) -> bool:
    """Let a colleague see and handle all of the account's mail. False if they do already."""
    if user.pk == account.owner_id:
        return False
    _, is_new = Membership.objects.get_or_create(
        account=account, user=user, defaults={"added_at": now}
    )
    if is_new:
        note(Act.MEMBER_ADDED, by, account, now, user.email)
    return is_new


@transaction.atomic
def remove_member(account: EmailAccount, user: User, by: User | None, now: datetime) -> bool:
    """They see nothing of it from this moment on, but what is shared with every colleague."""
    deleted, _ = account.memberships.filter(user=user).delete()
    if deleted:
        note(Act.MEMBER_REMOVED, by, account, now, user.email)
    return bool(deleted)
