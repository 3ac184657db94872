"""A team mailbox is its members' as it is its owner's, for as long as they are members."""

import pytest

from cast import NOON, account_of, message, person, received, user
from postroom.accounts.members import add_member, remove_member
from postroom.accounts.models import EmailAccount, Exclusion, Sharing
from postroom.archive.models import Action, Email
from postroom.archive.reading import opened
from postroom.association import (
    Choice,
    all_related_emails,
    own_emails,
    sharers_with,
    visible_to,
)
from postroom.crm.models import Person
from postroom.team.models import AuditEntry, User

pytestmark = pytest.mark.django_db

LENA = "lena@customer.example"


@pytest.fixture
def lena() -> Person:
    return person("Lena Lead", LENA)


@pytest.fixture
def team() -> EmailAccount:
    """Alice's info@, with Bob as a member; Charlie is none."""
    account = account_of(user("Alice"), address="info@example.com")
    add_member(account, user("Bob"), account.owner, NOON)
    user("Charlie")
    return account


def of(name: str) -> User:
    return User.objects.get(name=name)


def sees(name: str, email: Email) -> bool:
    return visible_to(of(name)).filter(pk=email.pk).exists()


def letter(account: EmailAccount, subject: str = "Order", **headers: str) -> Email:
    return received(account, message(subject, from_=LENA, to=account.address, **headers))


def test_members_see_all_of_it_also_what_is_with_nobody_known(team: EmailAccount) -> None:
    stranger = letter(team)
    assert [sees(name, stranger) for name in ("Alice", "Bob", "Charlie")] == [True, True, False]
    Exclusion.objects.create(pattern="customer.example")
    assert sees("Bob", stranger)


def test_former_members_see_nothing_at_once_but_what_every_colleague_sees(
    team: EmailAccount, lena: Person
) -> None:
    email = letter(team)
    assert sees("Bob", email)
    remove_member(team, of("Bob"), team.owner, NOON)
    assert not sees("Bob", email)
    assert not own_emails(of("Bob")).exists()
    assert all_related_emails(lena, of("Bob")) == []
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    assert sees("Bob", email)
    assert sees("Charlie", email)


def test_a_deactivated_member_sees_nothing(team: EmailAccount) -> None:
    email = letter(team)
    User.objects.filter(name="Bob").update(is_active=False)
    assert not sees("Bob", email)


def test_a_members_reading_marks_it_read_and_a_colleagues_does_not(
    team: EmailAccount, lena: Person
) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    email = letter(team)
    opened(email, of("Charlie"), NOON)
    assert not Action.objects.exists()
    opened(email, of("Bob"), NOON)
    assert Action.objects.count() == 1


def test_the_list_has_one_row_for_copies_in_two_mailboxes_of_ones_own(
    team: EmailAccount, lena: Person
) -> None:
    raw = message("To both", from_=LENA, to="info@example.com, alice@example.com")
    in_team = received(team, raw)
    in_own = received(account_of(of("Alice")), raw)
    [row] = all_related_emails(lena, of("Alice"))
    assert (row.email.account.owner.name, row.is_own) == ("Alice", True)
    assert [str(sharer) for sharer in row.shared_by] == ["Alice"]
    [row] = all_related_emails(lena, of("Bob"))
    assert (row.email, row.is_own) == (in_team, True)
    assert all_related_emails(lena, of("Charlie")) == []
    own = received(account_of(of("Bob"), address="bob@example.com"), raw)
    [row] = all_related_emails(lena, of("Bob"))
    assert row.email == own
    assert in_own.identity == own.identity


def test_ones_own_copy_leads_then_the_teams_then_a_colleagues(
    team: EmailAccount, lena: Person
) -> None:
    raw = message("To all", from_=LENA, to="info@example.com")
    charlies = received(account_of(of("Charlie"), Sharing.PUBLIC), raw)
    in_team = received(team, raw)
    assert all_related_emails(lena, of("Bob"))[0].email == in_team
    assert all_related_emails(lena, of("Charlie"))[0].email == charlies
    shown = all_related_emails(lena, of("Bob"))[0]
    assert [str(sharer) for sharer in shown.shared_by] == ["Alice", "Charlie"]


def test_the_drop_down_names_each_colleague_once_however_many_mailboxes(
    team: EmailAccount, lena: Person
) -> None:
    second = account_of(of("Alice"), Sharing.PUBLIC)
    letter(team, "In the team")
    letter(second, "In her own")
    assert [str(user) for user in sharers_with(lena, of("Bob"))] == ["Alice"]
    alice = of("Alice")
    shown = all_related_emails(lena, of("Bob"), Choice(shared_by=alice))
    assert {row.email.subject for row in shown} == {"In the team", "In her own"}
    shown = all_related_emails(lena, of("Charlie"), Choice(shared_by=alice))
    assert {row.email.subject for row in shown} == {"In her own"}


def test_who_was_added_and_taken_out_is_written_down(team: EmailAccount) -> None:
    assert not add_member(team, team.owner, team.owner, NOON)
    assert not add_member(team, of("Bob"), team.owner, NOON)
    remove_member(team, of("Bob"), None, NOON)
    assert not remove_member(team, of("Bob"), None, NOON)
    told = [(str(e.actor), e.act, e.detail) for e in AuditEntry.objects.order_by("id")]
    assert told == [
        ("Alice", "member_added", "bob@example.com"),
        ("None", "member_removed", "bob@example.com"),
    ]
