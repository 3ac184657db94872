"""Roles in a tree: added, moved, removed, given; nothing ever stands above itself."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from cast import NOON, user
from postroom.team.models import AuditEntry, Permission, Profile, Role, User
from postroom.team.roles import below, give_role, remove_role, save_role, tree
from postroom.team.users import ChangeRefused, give_profile

pytestmark = pytest.mark.django_db


@pytest.fixture
def ruth() -> User:
    """The administrator."""
    return User.objects.create_user("ruth@example.com", name="Ruth", is_administrator=True)


def roles(*names: str) -> list[Role]:
    """Each below the one before."""
    made: list[Role] = []
    for name in names:
        made.append(Role.objects.create(name=name, superior=made[-1] if made else None))
    return made


def shown() -> list[tuple[int, str]]:
    return [(place.depth, place.role.name) for place in tree()]


def test_the_tree_has_reports_below_their_superiors(ruth: User) -> None:
    chief, lead, _ = roles("Chief", "Lead", "Agent")
    save_role(Role(), "Assistant", chief, ruth, NOON)
    user("Alice")
    give_role(User.objects.get(name="Alice"), lead, ruth, NOON)
    assert shown() == [(0, "Chief"), (1, "Assistant"), (1, "Lead"), (2, "Agent")]
    assert [str(who) for place in tree() for who in place.users] == ["Alice"]


def test_a_role_does_not_come_to_stand_above_itself(ruth: User) -> None:
    chief, lead, agent = roles("Chief", "Lead", "Agent")
    for superior in (chief, lead, agent):
        with pytest.raises(ChangeRefused, match="would stand above itself"):
            save_role(Role.objects.get(pk=chief.pk), "Chief", superior, ruth, NOON)
    assert below(chief) == {lead.pk, agent.pk}
    save_role(agent, "Agent", None, ruth, NOON)
    assert shown() == [(0, "Agent"), (0, "Chief"), (1, "Lead")]


def test_of_a_removed_role_users_and_reports_go_where_it_is_said(ruth: User) -> None:
    chief, lead, agent = roles("Chief", "Lead", "Agent")
    alice = user("Alice")
    give_role(alice, lead, ruth, NOON)
    remove_role(lead, chief, ruth, NOON)
    alice.refresh_from_db()
    agent.refresh_from_db()
    assert (alice.role, agent.superior) == (chief, chief)
    with pytest.raises(ChangeRefused):
        remove_role(chief, chief, ruth, NOON)
    remove_role(chief, agent, ruth, NOON)
    alice.refresh_from_db()
    assert alice.role == agent
    assert shown() == [(0, "Agent")]
    remove_role(agent, None, ruth, NOON)
    alice.refresh_from_db()
    assert alice.role is None
    removed = AuditEntry.objects.filter(act="role_removed").order_by("pk")
    assert [line.detail for line in removed] == [
        "its users have Chief now",
        "its users have Agent now",
        "its users have no role now",
    ]


def test_who_is_no_administrator_gives_roles_below_their_own_and_none_to_themselves(
    ruth: User,
) -> None:
    chief, lead, agent = roles("Chief", "Lead", "Agent")
    manager = Profile.objects.create(name="Manager", permissions=list(Permission))
    bob, alice = user("Bob"), user("Alice")
    give_profile(bob, manager, ruth, NOON)
    bob = User.objects.get(pk=bob.pk)
    with pytest.raises(ChangeRefused, match="not below your own role"):
        give_role(alice, agent, bob, NOON)
    give_role(bob, lead, ruth, NOON)
    bob = User.objects.get(pk=bob.pk)
    for role in (chief, lead):
        with pytest.raises(ChangeRefused, match="not below your own role"):
            give_role(alice, role, bob, NOON)
    with pytest.raises(ChangeRefused, match="yourself"):
        give_role(bob, agent, bob, NOON)
    give_role(alice, agent, bob, NOON)
    give_role(alice, chief, ruth, NOON)
    with pytest.raises(ChangeRefused, match="not below your own role"):
        give_role(alice, None, bob, NOON)


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_make_no_ring(ruth: User) -> None:
    one, two = Role.objects.create(name="One"), Role.objects.create(name="Two")

    def move(role: Role, superior: Role) -> bool:
        try:
            save_role(role, role.name, superior, None, NOON)
        except ChangeRefused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as both:
        moved = list(both.map(move, [one, two], [two, one]))
    assert sorted(moved) == [False, True]
    assert len(tree()) == 2
