"""Administrators hand out what is known of a person, and erase it; nobody else finds the pages."""

import json
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from cast import NOON
from postroom.accounts.holds import place_hold
from postroom.archive.models import Email
from postroom.crm.models import ErasedAddress, Erasure, Person
from postroom.erasure.erasing import extent_of
from postroom.erasure.traces import PLACES, traces_of
from postroom.outbox.drafts import Written, keep
from postroom.outbox.models import Notice
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


def renamed(person: Person, first_name: str, last_name: str) -> None:
    person.first_name, person.last_name = first_name, last_name
    person.save()


def test_a_name_that_one_types_tells_nothing_of_what_colleagues_write(
    alice: User, ada: User, lena: Person, as_user: SignIn
) -> None:
    """Who renames a lead word by word would read a draft by how many emails have its name."""
    text = "Between us, our last price is nine hundred."
    keep(alice, uuid4(), Written(None, to="tom@x.example", subject="Hm", text=text), [], NOON)
    client, told = as_user(ada), []
    for words in (("our last", "price is nine"), ("our last", "price is eight")):
        renamed(lena, *words)
        page = client.get(f"/people/{lena.pk}/known/").content.decode()
        assert "Emails written here" not in page
        found = entries_of(client.post(f"/people/{lena.pk}/known/").content)
        counts = json.loads(found["manifest.json"])["counts"]
        told.append((extent_of(lena), counts, found["written.ndjson"]))
    assert told[0] == told[1]
    renamed(lena, "our last", "price is nine")
    there = {place.words: place.rows(traces_of(lena)).count() for place in PLACES}
    assert there["emails written here"] == 1, "the control: it goes with the rest"


def test_what_is_no_name_is_asked_about(ada: User, lena: Person, as_user: SignIn) -> None:
    text = {"text": "Kind Regards, Alice", "written_at": NOON, "due_at": NOON}
    Notice.objects.bulk_create(Notice(key=f"k{n}", message_id=f"{n}@x", **text) for n in range(101))
    client, asked = as_user(ada), "More than 100 texts"
    renamed(lena, "Kind", "Regards")
    assert asked in client.get(f"/people/{lena.pk}/known/").content.decode()
    renamed(lena, "Kind", "Regard-Lena")
    assert asked not in client.get(f"/people/{lena.pk}/known/").content.decode()
