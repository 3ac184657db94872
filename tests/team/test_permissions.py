"""Who may do what, and who may change that."""

import pytest
from django.db import ProgrammingError, transaction

from cast import NOON
from postroom.accounts.models import EmailAccount, Security
from postroom.setup import AccountRequest, ConnectionFailed, ServerAddress, connect_account
from postroom.team.audit import note
from postroom.team.models import Act, AuditEntry, Permission, Profile, User
from postroom.team.permissions import may, people_who_may, why_not_integrate
from postroom.team.profiles import remove_profile, save_profile
from postroom.team.users import ChangeRefused, give_profile, profile_name_of, set_active

pytestmark = pytest.mark.django_db

EVERYTHING = set(Permission)


@pytest.fixture
def alice() -> User:
    """The administrator."""
    return User.objects.create_user("alice@example.com", name="Alice", is_administrator=True)


def profile(name: str, *permissions: Permission) -> Profile:
    return Profile.objects.create(name=name, permissions=list(permissions))


def allowed(viewer: User) -> set[Permission]:
    viewer = User.objects.get(pk=viewer.pk)
    return {permission for permission in Permission if may(viewer, permission)}


def test_everyone_may_integrate_email_and_administrators_may_everything(
    alice: User, bob: User
) -> None:
    assert allowed(bob) == {Permission.INTEGRATE_EMAIL}
    assert allowed(alice) == EVERYTHING
    give_profile(bob, profile("Reader"), alice, NOON)
    assert allowed(bob) == set()


def test_what_a_profile_allows_holds_at_once(alice: User, bob: User, charlie: User) -> None:
    helpdesk = profile("Helpdesk")
    give_profile(bob, helpdesk, alice, NOON)
    save_profile(helpdesk, "Helpdesk", [Permission.MANAGE_USERS, "anything"], alice, NOON)
    assert allowed(bob) == {Permission.MANAGE_USERS}
    save_profile(Profile.default(), "Standard", [], alice, NOON)
    assert allowed(charlie) == set()
    remove_profile(helpdesk, alice, NOON)
    assert profile_name_of(User.objects.get(pk=bob.pk)) == "Standard"


def test_deactivated_users_may_nothing(alice: User, bob: User) -> None:
    set_active(bob, alice, NOON, is_active=False)
    assert allowed(bob) == set()
    assert bob not in people_who_may(Permission.INTEGRATE_EMAIL)


def test_whom_to_ask_are_those_who_can_change_it(alice: User, bob: User, charlie: User) -> None:
    give_profile(charlie, profile("Reader"), alice, NOON)
    give_profile(bob, profile("Helpdesk", Permission.MANAGE_USERS), alice, NOON)
    charlie.refresh_from_db()
    assert "Ask Alice or Bob to change it" in why_not_integrate(charlie)
    assert why_not_integrate(alice) == ""
    User.objects.exclude(pk=charlie.pk).update(is_active=False)
    assert "Ask the person who runs Postroom" in why_not_integrate(charlie)


def test_nobody_gives_or_takes_what_they_do_not_have(alice: User, bob: User, charlie: User) -> None:
    helpdesk = profile("Helpdesk", Permission.MANAGE_USERS, Permission.INTEGRATE_EMAIL)
    powerful = profile("Powerful", *Permission)
    give_profile(bob, helpdesk, alice, NOON)
    bob.refresh_from_db()
    give_profile(charlie, helpdesk, bob, NOON)
    for beyond in (powerful, None):
        with pytest.raises(ChangeRefused):
            give_profile(charlie, beyond, bob, NOON)
        with pytest.raises(ChangeRefused):
            give_profile(bob, beyond, bob, NOON)
    with pytest.raises(ChangeRefused):
        give_profile(alice, helpdesk, bob, NOON)
    with pytest.raises(ChangeRefused):
        set_active(alice, bob, NOON, is_active=False)
    give_profile(charlie, powerful, alice, NOON)
    with pytest.raises(ChangeRefused):
        set_active(charlie, bob, NOON, is_active=False)
    assert allowed(charlie) == EVERYTHING


def test_one_administrator_stays(alice: User, bob: User) -> None:
    for by in (alice, None):
        with pytest.raises(ChangeRefused):
            give_profile(alice, Profile.default(), by, NOON)
    with pytest.raises(ChangeRefused):
        set_active(alice, None, NOON, is_active=False)
    give_profile(bob, None, alice, NOON)
    give_profile(alice, Profile.default(), bob, NOON)
    assert allowed(alice) == {Permission.INTEGRATE_EMAIL}


def test_who_may_not_connects_nothing_by_any_door(alice: User, bob: User) -> None:
    give_profile(bob, profile("Reader"), alice, NOON)
    bob.refresh_from_db()
    server = ServerAddress("127.0.0.1", 1, Security.NONE)
    request = AccountRequest(owner=bob, address="bob@example.com", imap=server, password="x")
    with pytest.raises(ConnectionFailed, match="Ask Alice"):
        connect_account(request)
    assert not EmailAccount.objects.exists()
    give_profile(bob, Profile.default(), alice, NOON)
    bob.refresh_from_db()
    with pytest.raises(ConnectionFailed) as control:
        connect_account(request)
    assert control.value.kind != "not_permitted"


def test_every_change_is_written_down_with_who_made_it(alice: User, bob: User) -> None:
    give_profile(bob, profile("Reader"), alice, NOON)
    give_profile(bob, Profile.objects.get(name="Reader"), alice, NOON)
    set_active(bob, None, NOON, is_active=False)
    told = [(e.actor, e.act, e.subject, e.detail) for e in AuditEntry.objects.order_by("id")]
    assert told == [
        (alice, Act.PROFILE_GIVEN, "bob@example.com", "Standard before, Reader now"),
        (None, Act.USER_DEACTIVATED, "bob@example.com", ""),
    ]


def test_the_audit_log_knows_its_acts_though_the_database_does_not(alice: User) -> None:
    assert max(len(act) for act in Act) <= 20
    with pytest.raises(ValueError, match="no_such_act"):
        note("no_such_act", alice, "x", NOON)  # type: ignore[arg-type]
    note(Act.USER_ADDED, alice, "Bob", NOON)
    assert str(AuditEntry.objects.get()) == f"{alice} added the user Bob"


def test_the_audit_log_is_only_added_to(alice: User) -> None:
    note(Act.USER_ADDED, alice, "x" * 999, NOON, "y" * 999)
    entries = AuditEntry.objects.all()
    for change in (lambda: entries.update(subject="another"), entries.delete):
        with pytest.raises(ProgrammingError, match="only added to"), transaction.atomic():
            change()
    assert entries.count() == 1
