"""The pages of rules: write one, try it out, see what it did; another's are not there."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cast import account_of, message, person, received, user
from postroom.accounts.models import EmailAccount
from postroom.archive.models import Email
from postroom.rules.meeting import meet_all
from postroom.rules.models import Rule

pytestmark = pytest.mark.django_db

LENA = "lena@customer.example"
WRITTEN = {
    "name": "Offers",
    "trigger": "received",
    "needs_all": "all",
    "is_on": "on",
    "conditions-0-kind": "subject",
    "conditions-0-text": "offer",
    "deeds-0-kind": "flag",
}


@pytest.fixture
def mailbox() -> EmailAccount:
    person("Lena Lead", LENA)
    return account_of(user("Alice"))


@pytest.fixture
def alice(mailbox: EmailAccount, client: Client) -> Client:
    client.force_login(mailbox.owner)
    return client


def letter(mailbox: EmailAccount, subject: str) -> Email:
    email = received(mailbox, message(subject, from_=LENA, to=mailbox.address))
    Email.objects.filter(pk=email.pk).update(received_at=timezone.now() + timedelta(minutes=1))
    return email


def test_a_rule_from_the_form_to_its_log(alice: Client, mailbox: EmailAccount) -> None:
    letter(mailbox, "An offer of yesterday")
    tried = alice.post("/rules/new/", WRITTEN | {"try": "1"}).content.decode()
    assert "It would meet 1 of the emails that are here" in tried
    assert "An offer of yesterday" in tried
    assert not Rule.objects.exists()

    assert alice.post("/rules/new/", WRITTEN).status_code == 302
    rule = Rule.objects.get()
    assert "An email is received: subject contains “offer” → flag it" in text(alice, "/rules/")
    letter(mailbox, "An offer of today")
    assert meet_all(timezone.now()) == 1
    log = text(alice, f"/rules/{rule.pk}/log/")
    assert "An offer of today" in log
    assert "An offer of yesterday" not in log

    shown = text(alice, f"/rules/{rule.pk}/")
    assert 'value="offer"' in shown
    assert alice.post(f"/rules/{rule.pk}/removal/").status_code == 302
    assert not Rule.objects.exists()


def test_what_is_wrong_is_said_where_it_is_mended(alice: Client) -> None:
    answer = alice.post("/rules/new/", WRITTEN | {"deeds-0-kind": "", "conditions-0-text": "offer"})
    assert answer.status_code == 422
    assert "Choose what is to happen." in answer.content.decode()
    assert 'value="offer"' in answer.content.decode()
    for wrong in ({"deeds-0-kind": "erase"}, {"trigger": "x"}, {"conditions-0-text": "\0"}):
        assert alice.post("/rules/new/", WRITTEN | wrong).status_code == 422
    assert not Rule.objects.exists()


def test_rules_change_places(alice: Client) -> None:
    for name in ("one", "two", "three"):
        alice.post("/rules/new/", WRITTEN | {"name": name})
    third = Rule.objects.get(name="three")
    alice.post(f"/rules/{third.pk}/place/", {"way": "up"})
    assert list(Rule.objects.values_list("name", flat=True)) == ["one", "three", "two"]


def test_another_ones_rule_is_not_there(alice: Client) -> None:
    alice.post("/rules/new/", WRITTEN)
    pk, bob = Rule.objects.get().pk, Client()
    bob.force_login(user("Bob"))
    for path in ("", "log/"):
        assert bob.get(f"/rules/{pk}/{path}").status_code == 404
    for path in ("", "place/", "removal/"):
        assert bob.post(f"/rules/{pk}/{path}", WRITTEN).status_code == 404
    assert Rule.objects.get().name == "Offers"


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()
