"""Administrators hand out what is known of a person, and erase it; nobody else finds the pages."""

from collections.abc import Callable

import pytest
from django.test import Client

from cast import NOON
from postroom.accounts.holds import place_hold
from postroom.archive.models import Email
from postroom.crm.models import ErasedAddress, Erasure, Person
from postroom.team.models import User
from zips import entries_of

SignIn = Callable[[User], Client]


@pytest.fixture
def ada(alice: User) -> User:
    return User.objects.create_user("ada@example.com", name="Ada", is_administrator=True)


def test_an_administrator_hands_it_out_and_erases_it(
    ada: User, lena: Person, letter: Email, as_user: SignIn
) -> None:
    client = as_user(ada)
    page = client.get(f"/people/{lena.pk}/known/").content.decode()
    assert "1 email with their addresses, in 1 mailbox" in page
    found = entries_of(client.post(f"/people/{lena.pk}/known/").content)
    assert letter.subject.encode() not in b"".join(found.values())
    assert client.post(f"/people/{lena.pk}/erasure/").status_code == 422
    assert Person.objects.filter(pk=lena.pk).exists()
    done = client.post(f"/people/{lena.pk}/erasure/", {"sure": "on"}, follow=True).content.decode()
    assert "Erased: 1 emails." in done
    assert "Allow again" in done
    assert not Person.objects.filter(pk=lena.pk).exists()
    assert not Email.objects.filter(pk=letter.pk).exists()
    erasure = Erasure.objects.get(by=ada)
    client.post(f"/setup/erasures/{erasure.pk}/allowance/")
    assert not ErasedAddress.objects.exists()


def test_a_hold_is_said_and_leaves_no_button(
    ada: User, lena: Person, letter: Email, as_user: SignIn
) -> None:
    place_hold(lena, "Court 7", None, NOON)
    client = as_user(ada)
    page = client.get(f"/people/{lena.pk}/known/").content.decode()
    assert "Court 7" in page
    assert "Erase 1 email" not in page
    client.post(f"/people/{lena.pk}/erasure/", {"sure": "on"})
    assert Email.objects.filter(pk=letter.pk).exists()


def test_a_colleague_is_not_offered_it(alice: User, lena: Person, as_user: SignIn) -> None:
    assert "What is known" not in as_user(alice).get(f"/people/{lena.pk}/edit/").content.decode()
