"""You › API keys: made, shown once, revoked; one's own alone."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client
from playwright.sync_api import expect

from cast import NOON
from postroom.team.api_keys import KeyWish, make_key
from postroom.team.models import ApiKey, AuditEntry, Scope, User
from web.browser import Visit

SignIn = Callable[[User], Client]
PAGE = "/you/api-keys/"
KEY = re.compile("postroom_[0-9A-Za-z]{38}")


def opens(key: str) -> bool:
    """Whether the API lets the key in."""
    answer = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {key}"})
    return answer.status_code == 200


@pytest.fixture
def at_her_desk(alice: User, as_user: SignIn) -> Client:
    """Alice, who entered her password a moment ago."""
    client = as_user(alice)
    client.post("/accounts/reauthenticate/", {"password": "correct horse"})
    return client


def test_a_key_is_shown_once_and_opens_until_it_is_revoked(
    alice: User, at_her_desk: Client
) -> None:
    client = at_her_desk
    made = client.post(PAGE, {"name": "CRM <b>bridge</b>", "scope": "write", "days": "30"})
    assert "no-store" in made.headers["Cache-Control"]
    [text] = KEY.findall(made.content.decode())
    assert opens(text)
    key = ApiKey.objects.get()
    assert key.scope == Scope.WRITE
    assert key.expires_at is not None
    assert (key.expires_at - key.made_at).days == 30
    listed = client.get(PAGE).content.decode()
    assert key.beginning in listed
    assert "CRM &lt;b&gt;bridge" in listed
    assert not KEY.search(listed)
    assert client.post(f"{PAGE}{key.pk}/revocation/").status_code == 302
    assert not opens(text)
    assert [entry.actor for entry in AuditEntry.objects.all()] == [alice, alice]


def test_what_cannot_be_made_is_said_at_its_field(at_her_desk: Client) -> None:
    for wrong in (
        {"name": "", "scope": "read", "days": ""},
        {"name": "x" * 81, "scope": "read", "days": ""},
        {"name": "x", "scope": "everything", "days": ""},
        {"name": "x", "scope": "read", "days": "10000"},
        {"name": "a\0b", "scope": "read", "days": ""},
        {},
    ):
        assert at_her_desk.post(PAGE, wrong).status_code == 422
    assert not ApiKey.objects.exists()
    assert at_her_desk.post(PAGE, {"name": "x", "scope": "read", "days": ""}).status_code == 200


def test_an_unlocked_desk_gives_nobody_a_key(alice: User, as_user: SignIn) -> None:
    client = as_user(alice)
    asked = client.post(PAGE, {"name": "x", "scope": "read", "days": ""})
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    assert not ApiKey.objects.exists()


def test_nobody_revokes_anothers_key(alice: User, charlie: User, as_user: SignIn) -> None:
    key, text = make_key(alice, KeyWish("Bridge"), alice, NOON)
    charlie.is_administrator = True
    charlie.save()
    assert as_user(charlie).post(f"{PAGE}{key.pk}/revocation/").status_code == 404
    assert "Bridge" not in as_user(charlie).get(PAGE).content.decode()
    assert opens(text)


def test_a_person_makes_a_key_and_revokes_it(visit: Visit, alice: User) -> None:
    alice.password = PBKDF2PasswordHasher().encode("correct horse", "salt" * 6)
    alice.save()
    page = visit(alice, "/leads/", width=360)
    page.locator("details.me summary").click()
    page.get_by_role("link", name="API keys").click()
    page.get_by_label("Name").fill("CRM bridge")
    page.get_by_label("Read and write").check()
    page.get_by_role("button", name="Make a key").click()
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("region", name="Your new key")).to_contain_text(KEY)
    page.get_by_role("button", name="Revoke CRM bridge").click()
    expect(page.get_by_role("status")).to_contain_text("opens nothing any more")
    expect(page.get_by_role("list", name="Your keys")).to_contain_text("revoked")
    assert ApiKey.objects.get().revoked_at is not None
