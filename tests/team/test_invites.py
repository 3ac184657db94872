"""An invitation works once, for a while, while its inviter may invite; every end looks the same."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from cast import NOON, user
from postroom.team.invites import (
    LASTS,
    Guest,
    InviteOver,
    accept,
    digest_of,
    get_invite,
    invite,
    invite_again,
    withdraw,
)
from postroom.team.models import AuditEntry, Invite, Permission, Profile, Role, User
from postroom.team.users import ChangeRefused, give_profile, set_active

pytestmark = pytest.mark.django_db

GUEST = Guest(email="gina@example.com", name="Gina Guest")
PASSWORD = "three words apart"
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def ruth() -> User:
    """The administrator."""
    return User.objects.create_user("ruth@example.com", name="Ruth", is_administrator=True)


@pytest.fixture
def helpdesk(ruth: User) -> User:
    """Bob, who manages users and nothing else."""
    profile = Profile.objects.create(
        name="Helpdesk", permissions=[Permission.MANAGE_USERS, Permission.INTEGRATE_EMAIL]
    )
    bob = user("Bob")
    give_profile(bob, profile, ruth, NOON)
    return User.objects.get(pk=bob.pk)


def test_the_guest_comes_in_as_what_they_were_invited_for(ruth: User) -> None:
    profile, role = Profile.objects.create(name="Reader"), Role.objects.create(name="Sales")
    made, token = invite(
        Guest(email="gina@example.com", name="Gina", profile=profile, role=role), ruth, NOON
    )
    assert get_invite(token, LATER) == made
    gina = accept(digest_of(token), PASSWORD, LATER)
    assert (gina.name, gina.profile, gina.role, gina.is_administrator) == (
        "Gina",
        profile,
        role,
        False,
    )
    assert gina.check_password(PASSWORD)
    lines = AuditEntry.objects.order_by("pk").values_list("act", "actor__name")
    assert list(lines) == [("invite_sent", "Ruth"), ("invite_used", "Gina")]


def test_only_a_digest_of_the_token_is_kept(ruth: User) -> None:
    made, token = invite(GUEST, ruth, NOON)
    kept = " ".join(str(value) for value in vars(Invite.objects.get(pk=made.pk)).values())
    assert token not in kept
    assert digest_of(token) in kept
    assert len(token) >= 43


ENDS: dict[str, Callable[[Invite, str, User], Any]] = {
    "used": lambda made, token, by: accept(digest_of(token), PASSWORD, NOON),
    "withdrawn": lambda made, token, by: withdraw(made, by, NOON),
    "sent again": lambda made, token, by: invite_again(made, by, NOON),
    "inviter gone": lambda made, token, by: set_active(by, None, NOON, is_active=False),
    "inviter may not": lambda made, token, by: give_profile(by, Profile.default(), None, NOON),
    "user made meanwhile": lambda made, token, by: User.objects.create_user(
        "gina@example.com", name="G"
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_link_that_came_to_an_end_opens_nothing(helpdesk: User, end: str) -> None:
    made, token = invite(GUEST, helpdesk, NOON)
    assert get_invite(token, LATER)
    ENDS[end](made, token, helpdesk)
    with pytest.raises(InviteOver):
        get_invite(token, LATER)
    users = User.objects.count()
    with pytest.raises(InviteOver):
        accept(digest_of(token), PASSWORD, LATER)
    assert User.objects.count() == users


@pytest.mark.parametrize(
    ("after", "opens"), [(timedelta(0), True), (LASTS - timedelta(seconds=1), True), (LASTS, False)]
)
def test_it_holds_for_seven_days(ruth: User, after: timedelta, opens: bool) -> None:
    _, token = invite(GUEST, ruth, NOON)
    if opens:
        assert get_invite(token, NOON + after)
    else:
        with pytest.raises(InviteOver):
            get_invite(token, NOON + after)


@pytest.mark.parametrize("token", ["", "x", "\0", "é" * 50, "a" * 600])
def test_what_is_no_token_opens_nothing(ruth: User, token: str) -> None:
    invite(GUEST, ruth, NOON)
    with pytest.raises(InviteOver):
        get_invite(token, NOON)


def test_sent_again_it_has_a_new_link_and_a_new_week(ruth: User) -> None:
    made, _ = invite(GUEST, ruth, NOON)
    token = invite_again(made, ruth, NOON + timedelta(days=9))
    assert get_invite(token, NOON + timedelta(days=15))


def test_nobody_invites_for_more_than_they_may_themselves(helpdesk: User) -> None:
    strong = Profile.objects.create(name="Strong", permissions=list(Permission))
    role = Role.objects.create(name="Chief")
    for more in ({"profile": strong}, {"is_administrator": True}, {"role": role}):
        with pytest.raises(ChangeRefused):
            invite(Guest(email="gina@example.com", name="G", **more), helpdesk, NOON)  # type: ignore[arg-type]
    assert not Invite.objects.exists()
    invite(GUEST, helpdesk, NOON)


def test_a_profile_made_stronger_meanwhile_is_not_taken_by_its_guests(helpdesk: User) -> None:
    profile = Profile.objects.create(name="Reader")
    _, token = invite(Guest(email="g@example.com", name="G", profile=profile), helpdesk, NOON)
    profile.permissions = list(Permission)
    profile.save()
    with pytest.raises(InviteOver):
        get_invite(token, NOON)


def test_of_one_address_one_invitation_is_open(ruth: User) -> None:
    made, _ = invite(GUEST, ruth, NOON)
    with pytest.raises(ChangeRefused, match="invited already"):
        invite(GUEST, ruth, NOON)
    withdraw(made, ruth, NOON)
    invite(GUEST, ruth, NOON)
    with pytest.raises(ChangeRefused, match="user already"):
        invite(Guest(email="ruth@example.com", name="R"), ruth, NOON)


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_use_a_link_at_once_one_comes_in(ruth: User) -> None:
    _, token = invite(GUEST, ruth, NOON)

    def use(number: int) -> bool:
        try:
            accept(digest_of(token), f"{PASSWORD} {number}", LATER)
        except InviteOver:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as all_at_once:
        came_in = list(all_at_once.map(use, range(8)))
    assert came_in.count(True) == 1
    assert User.objects.filter(email="gina@example.com").count() == 1
    assert AuditEntry.objects.filter(act="invite_used").count() == 1
