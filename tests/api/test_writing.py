"""What a program changes: what its user may, with a key that may write."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from api.callers import Caller, writer
from api.conftest import LENA
from cast import account_of, person, user
from postroom.accounts.models import Activation, EmailAccount, Sharing
from postroom.api.models import Addition
from postroom.api.repeating import KEPT
from postroom.archive.models import Action, Email, Label
from postroom.association import visible_to
from postroom.crm.models import AddressChange, Person
from postroom.team.models import AuditEntry, User

NEW = {
    "first_name": " Nora ",
    "last_name": "New",
    "company": "Customer Ltd",
    "addresses": ["nora@customer.example", "n@home.example"],
}


def test_a_person_is_added_and_changed(alice: User) -> None:
    program = writer(alice)
    response = program.ask("POST", "/people", NEW)
    assert response.status_code == 201
    added = response.json()
    assert (added["name"], added["company"], added["stage"]) == ("Nora New", "Customer Ltd", "lead")
    assert program.get(f"/people/{added['id']}") == added
    assert {change.by for change in AddressChange.objects.all()} == {alice}
    path = f"/people/{added['id']}"
    changed = program.ask("PATCH", path, {"addresses": ["n@home.example"]}).json()
    assert changed == added | {"addresses": ["n@home.example"]}
    changed = program.ask("PATCH", path, {"first_name": "", "company": ""}).json()
    assert (changed["name"], changed["company"]) == ("New", "")
    changed = program.ask("PATCH", path, {"lead_source": " Trade Show "}).json()
    assert (added["lead_source"], changed["lead_source"]) == ("", "Trade Show")
    assert program.ask("PATCH", path, {}).json() == changed


def test_a_lead_is_converted_once(alice: User, lena: Person, letter: Email) -> None:
    for _ in range(2):
        response = writer(alice).ask("POST", f"/people/{lena.pk}/conversion")
        assert response.json()["stage"] == "contact"
    assert visible_to(alice).get() == letter


BAD_PEOPLE = {
    "no name": ({"last_name": "  "}, "body.last_name"),
    "no address": ({"addresses": []}, "body.addresses"),
    "an address that is none": ({"addresses": ["nobody"]}, "body.addresses"),
    "an address that another has": ({"addresses": [LENA.upper()]}, "body.addresses"),
    "a long name": ({"last_name": "x" * 81}, "body.last_name"),
    "a NUL": ({"first_name": "a\0b"}, "body.first_name"),
    "half a letter": ({"first_name": "\ud800"}, "body.first_name"),
    "a number": ({"company": 7}, "body.company"),
    "a stage that is none": ({"stage": "customer"}, "body.stage"),
    "a field that is none": ({"colour": "red"}, "body.colour"),
    "many addresses": ({"addresses": [f"a{n}@x.example" for n in range(30)]}, "body.addresses"),
}


@pytest.mark.parametrize("what", BAD_PEOPLE)
def test_bad_input_is_named_and_nothing_is_saved(what: str, alice: User, lena: Person) -> None:
    change, field = BAD_PEOPLE[what]
    person("Otto Other", "otto@x.example")
    before = rows()
    other = Person.objects.get(last_name="Other")
    for verb, path, body in (
        ("POST", "/people", NEW | change),
        ("PATCH", f"/people/{other.pk}", change),
    ):
        if (verb, what) == ("PATCH", "a stage that is none"):
            continue  # No field of a change at all; below.
        response = writer(alice).ask(verb, path, body)
        assert response.status_code == 422, response.content
        [error] = response.json()["errors"]
        assert error["field"].startswith(field)
        assert error["detail"]
    assert rows() == before


def rows() -> list[object]:
    """All that is written about people."""
    addresses = Person.objects.values_list("first_name", "last_name", "addresses__address")
    return [*addresses, AddressChange.objects.count(), Addition.objects.count()]


def test_a_request_sent_again_adds_nobody_twice(alice: User, bob: User) -> None:
    program = writer(alice)
    first = program.ask("POST", "/people", NEW, Idempotency_Key="import-1")
    again = program.ask("POST", "/people", NEW, Idempotency_Key="import-1")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.headers["Location"] == again.headers["Location"]
    assert program.get(first.headers["Location"]) == first.json()
    assert Person.objects.count() == 1
    other = program.ask("POST", "/people", NEW | {"last_name": "X"}, Idempotency_Key="import-1")
    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "header.Idempotency-Key"
    # The word is its sender's: with another key the same word is another request.
    theirs = writer(bob).ask("POST", "/people", NEW, Idempotency_Key="import-1")
    assert theirs.json()["errors"][0]["field"] == "body.addresses"


def test_words_are_forgotten_in_time_and_with_the_person(alice: User) -> None:
    program = writer(alice)
    program.ask("POST", "/people", NEW, Idempotency_Key="one")
    Addition.objects.update(at=timezone.now() - KEPT)
    other = NEW | {"addresses": ["other@x.example"]}
    program.ask("POST", "/people", other, Idempotency_Key="two")
    assert [addition.word for addition in Addition.objects.all()] == ["two"]
    Person.objects.all().delete()
    assert not Addition.objects.exists()


def test_what_failed_may_be_sent_again_with_the_same_word(alice: User, lena: Person) -> None:
    program, wrong = writer(alice), NEW | {"addresses": [LENA]}
    assert program.ask("POST", "/people", wrong, Idempotency_Key="w").status_code == 422
    assert program.ask("POST", "/people", NEW, Idempotency_Key="w").status_code == 201


def test_the_same_request_ten_times_at_once_is_done_once(transactional_db: None) -> None:
    program = writer(user("Alice"))
    answers: list[Any] = []

    def send() -> None:
        answers.append(program.ask("POST", "/people", NEW, Idempotency_Key="once"))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {response.status_code for response in answers} == {201}
    assert len({response.content for response in answers}) == 1
    assert Person.objects.count() == 1


def test_a_person_is_shared_by_exactly_the_addresses_named(
    alice: User, bob: User, lena: Person, account: EmailAccount, letter: Email
) -> None:
    program, path = writer(alice), f"/people/{lena.pk}/shares/{account.pk}"
    refused = program.ask("PUT", path, {"addresses": [LENA]})
    assert refused.status_code == 422
    assert "make it custom" in refused.json()["errors"][0]["detail"].lower()
    EmailAccount.objects.update(sharing=Sharing.CUSTOM)
    stranger = program.ask("PUT", path, {"addresses": [LENA, "boss@customer.example"]})
    assert stranger.json()["errors"][0]["field"] == "body.addresses.1"
    assert not visible_to(bob).exists()
    shared = program.ask("PUT", path, {"addresses": [LENA.upper()]})
    told = {"person": lena.pk, "account": account.pk, "addresses": [LENA], "until": None}
    assert shared.json() == told
    assert visible_to(bob).exists()
    past = program.ask("PUT", path, {"addresses": [LENA], "until": "2020-01-01T00:00:00Z"})
    assert past.json()["errors"][0]["field"] == "body.until"
    program.ask("PATCH", f"/people/{lena.pk}", {"addresses": [LENA, "l@home.example"]})
    narrowed = program.ask("PUT", path, {"addresses": ["l@home.example"]})
    assert narrowed.json()["addresses"] == ["l@home.example"]
    assert not visible_to(bob).exists()
    end = "2040-12-03T23:00:00Z"
    for_a_time = program.ask("PUT", path, {"addresses": [LENA], "until": end})
    assert for_a_time.json()["until"] == end
    ended = program.ask("DELETE", path)
    assert (ended.status_code, ended.content) == (204, b"")
    assert program.ask("DELETE", path).status_code == 204
    acts = list(AuditEntry.objects.values_list("act", flat=True))
    assert (acts.count("person_shared"), acts.count("person_unshared")) == (2, 1)


def test_a_mailbox_is_paused_and_resumed(alice: User, account: EmailAccount) -> None:
    program, path = writer(alice), f"/accounts/{account.pk}"
    for word, activation in {"pause": "paused", "resume": "active"}.items():
        assert program.ask("POST", f"{path}/{word}").json()["activation"] == activation
        assert EmailAccount.objects.get().activation == activation
    EmailAccount.objects.update(activation=Activation.WAITING)
    for word in ("pause", "resume"):
        assert program.ask("POST", f"{path}/{word}").status_code == 422
    assert EmailAccount.objects.get().activation == Activation.WAITING


def test_ones_own_email_is_marked_here_and_told_to_the_server(alice: User, letter: Email) -> None:
    marked = writer(alice).ask("PATCH", f"/emails/{letter.pk}", {"read": True, "flagged": True})
    assert (marked.json()["read"], marked.json()["flagged"]) == (True, True)
    assert {a.kind for a in Action.objects.all()} == {"mark_read", "flag"}
    cleared = writer(alice).ask("PATCH", f"/emails/{letter.pk}", {"flagged": False})
    assert (cleared.json()["read"], cleared.json()["flagged"]) == (True, False)


def test_labels_are_put_on_and_taken_off_as_on_the_page(alice: User, letter: Email) -> None:
    program, path = writer(alice), f"/emails/{letter.pk}"
    both = {"put_labels": ["Trade fair", " Later "], "flagged": True}
    assert program.ask("PATCH", path, both).json()["labels"] == ["Later", "Trade fair"]
    told = Action.objects.filter(kind="label").values_list("label__keyword", flat=True)
    assert set(told) == {"Trade_fair", "Later"}
    assert program.ask("PATCH", path, both).json()["labels"] == ["Later", "Trade fair"]
    less = program.ask("PATCH", path, {"take_labels": ["LATER", "No such label"]}).json()
    assert (less["labels"], less["flagged"]) == (["Trade fair"], True)
    assert not Label.objects.filter(name="No such label").exists()
    for bad, field in (
        ({"put_labels": ["x" * 41]}, "body.put_labels.0"),
        ({"put_labels": ["New", " "], "read": True}, "body.put_labels.1"),
        ({"put_labels": ["New", "\u200b"], "read": True}, "body.put_labels"),
        ({"put_labels": ["New"], "take_labels": ["new"]}, "body.take_labels"),
        ({"put_labels": [f"L{n}" for n in range(21)]}, "body.put_labels"),
    ):
        response = program.ask("PATCH", path, bad)
        assert (response.status_code, response.json()["errors"][0]["field"]) == (422, field)
    assert not Label.objects.filter(name="New").exists()
    assert not program.get(path)["read"]


def test_a_team_member_marks_and_does_not_manage(
    alice: User, bob: User, lena: Person, letter: Email, account: EmailAccount
) -> None:
    account.memberships.create(user=bob, added_at=letter.sent_at)
    member: Caller = writer(bob)
    assert member.ask("PATCH", f"/emails/{letter.pk}", {"read": True}).json()["read"]
    assert member.get(f"/accounts/{account.pk}")["owner"] == alice.email
    assert member.ask("POST", f"/accounts/{account.pk}/pause").status_code == 404
    account_of(bob, Sharing.CUSTOM)
    share = f"/people/{lena.pk}/shares/{account.pk}"
    assert member.ask("PUT", share, {"addresses": [LENA]}).status_code == 404
