"""Whoever may edit people opens no mail of a custom account with it; its owner decides."""

import pytest

from cast import NOON, account_of, message, person, received, shared, user
from postroom.accounts.models import EmailAccount, Share, Sharing
from postroom.accounts.shares import decide, share_person, undecided_addresses, unshare_person
from postroom.archive.models import Email
from postroom.association import visible_to
from postroom.crm.models import AddressChange, Person, PersonAddress
from postroom.crm.people import set_addresses
from postroom.team.models import User

pytestmark = pytest.mark.django_db

LENA = "lena@customer.example"
LAWYER = "lawyer@family.example"


@pytest.fixture
def account() -> EmailAccount:
    return account_of(user("Alice"), Sharing.CUSTOM)


@pytest.fixture
def lena() -> Person:
    return person("Lena Lead", LENA)


@pytest.fixture
def share(account: EmailAccount, lena: Person) -> Share:
    return shared(account, lena)


@pytest.fixture
def secret(account: EmailAccount) -> Email:
    return received(account, message("The divorce", from_=LAWYER, to="alice@example.com"))


def sees(viewer: User, email: Email) -> bool:
    return visible_to(viewer).filter(pk=email.pk).exists()


def would_see(email: Email) -> bool:
    """The unprotected twin: a share of a person counts for all their addresses, however new."""
    addresses = PersonAddress.objects.filter(person__shares__account=email.account)
    return email.participants.filter(canonical__in=addresses.values("canonical")).exists()


def test_an_address_added_to_a_shared_person_opens_nothing(
    bob: User, lena: Person, share: Share, secret: Email
) -> None:
    set_addresses(lena, [LENA, LAWYER], by=bob)
    assert would_see(secret)
    assert not sees(bob, secret)
    assert [a.canonical for a in undecided_addresses(share)] == [LAWYER]


def test_an_address_moved_to_a_shared_person_opens_nothing(
    bob: User, lena: Person, share: Share, secret: Email
) -> None:
    other = person("Lou Lawyer", LAWYER)
    set_addresses(other, [], by=bob)
    set_addresses(lena, [LENA, LAWYER], by=bob)
    assert would_see(secret)
    assert not sees(bob, secret)


def test_a_new_lead_opens_nothing(bob: User, share: Share, secret: Email) -> None:
    person("Lou Lawyer", LAWYER)
    assert not sees(bob, secret)


@pytest.mark.parametrize("is_shared", [True, False])
def test_the_owner_decides_about_a_new_address(
    bob: User, lena: Person, share: Share, secret: Email, is_shared: bool
) -> None:
    known = received(share.account, message("The order", from_=LENA, to="alice@example.com"))
    set_addresses(lena, [LENA, LAWYER], by=bob)
    decide(share, LAWYER, NOON, is_shared=is_shared)
    assert sees(bob, secret) == is_shared
    assert sees(bob, known)
    assert not undecided_addresses(share).exists()


def test_a_decision_can_be_changed(bob: User, lena: Person, share: Share, secret: Email) -> None:
    set_addresses(lena, [LENA, LAWYER], by=bob)
    decide(share, LAWYER, NOON, is_shared=True)
    decide(share, LAWYER, NOON, is_shared=False)
    assert not sees(bob, secret)


def test_nothing_is_decided_about_an_address_the_person_does_not_have(
    bob: User, lena: Person, share: Share, secret: Email
) -> None:
    decide(share, LAWYER, NOON, is_shared=True)
    set_addresses(lena, [LENA, LAWYER], by=bob)
    assert not sees(bob, secret)


def test_only_what_the_owner_saw_is_shared(
    bob: User, account: EmailAccount, lena: Person, secret: Email
) -> None:
    set_addresses(lena, [LENA, LAWYER], by=bob)  # After Alice opened the page, before her click.
    share_person(account, lena, [LENA, "stranger@x.example"], NOON)
    assert not sees(bob, secret)
    assert [a.canonical for a in lena.shares.get().addresses.all()] == [LENA]


def test_a_decision_for_one_person_does_not_follow_the_address_to_another(
    bob: User, account: EmailAccount, lena: Person, share: Share, secret: Email
) -> None:
    set_addresses(lena, [LENA, LAWYER], by=bob)
    decide(share, LAWYER, NOON, is_shared=True)
    set_addresses(lena, [LENA], by=bob)
    otto = person("Otto Other", "otto@x.example")
    shared(account, otto)
    set_addresses(otto, ["otto@x.example", LAWYER], by=bob)
    assert not sees(bob, secret)


def test_what_is_shared_no_more_begins_anew(
    bob: User, account: EmailAccount, lena: Person, share: Share, secret: Email
) -> None:
    set_addresses(lena, [LENA, LAWYER], by=bob)
    decide(share, LAWYER, NOON, is_shared=True)
    unshare_person(account, lena, NOON)
    assert not sees(bob, secret)
    share_person(account, lena, [LENA], NOON)
    assert not sees(bob, secret)


def test_every_address_that_comes_or_goes_is_written_down(bob: User, lena: Person) -> None:
    set_addresses(lena, [LAWYER], by=bob)
    set_addresses(lena, [LAWYER], by=bob)
    changes = AddressChange.objects.order_by("id").values_list("address", "is_added", "by__name")
    assert list(changes) == [(LENA, True, None), (LENA, False, "Bob"), (LAWYER, True, "Bob")]


def test_what_was_written_down_outlives_whom_it_is_about(bob: User, lena: Person) -> None:
    set_addresses(lena, [LENA, LAWYER], by=bob)
    lena.delete()
    assert AddressChange.objects.count() == 2
