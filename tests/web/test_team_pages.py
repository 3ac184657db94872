"""Users, profiles and the audit log on their pages; and what the pages say without permission."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import expect

from cast import NOON
from postroom.accounts.models import Activation, EmailAccount
from postroom.crm.models import Task
from postroom.team.models import Act, AuditEntry, Permission, Profile, User
from postroom.team.users import give_profile
from web.browser import Visit

SignIn = Callable[[User], Client]
SETUP = "/setup/channels/email/"
CONNECTION = "/setup/channels/email/connection/"
OTHER_MAIL = f"{SETUP}other-mail/"


@pytest.fixture
def ruth(db: None) -> User:
    """The administrator."""
    return User.objects.create_user("ruth@example.com", name="Ruth", is_administrator=True)


@pytest.fixture
def reader(ruth: User, charlie: User) -> User:
    """Charlie, who may not integrate email."""
    give_profile(charlie, Profile.objects.create(name="Reader"), ruth, NOON)
    return User.objects.get(pk=charlie.pk)


@pytest.fixture
def helpdesk(ruth: User, bob: User) -> User:
    """Bob, who manages users and email settings."""
    allowed = list(Permission)
    give_profile(bob, Profile.objects.create(name="Helpdesk", permissions=allowed), ruth, NOON)
    return User.objects.get(pk=bob.pk)


def test_without_permission_the_page_says_whom_to_ask(reader: User, as_user: SignIn) -> None:
    client = as_user(reader)
    page = client.get(SETUP).content.decode()
    assert "Ask Ruth to change it under Setup › Users" in page
    assert "other-mail" not in page
    for response in (client.get(OTHER_MAIL), client.post(CONNECTION, {"address": "c@x.example"})):
        assert response.status_code == 403
        assert "Ask Ruth" in response.content.decode()
    assert not EmailAccount.objects.exists()


def test_with_permission_it_offers_to_connect(alice: User, as_user: SignIn) -> None:
    client = as_user(alice)
    assert "other-mail" in client.get(SETUP).content.decode()
    assert client.get(OTHER_MAIL).status_code == 200


def test_who_manages_email_settings_sees_health_and_pauses_and_no_content(
    helpdesk: User, charlie: User, account: EmailAccount, as_user: SignIn
) -> None:
    client, page = as_user(helpdesk), f"{SETUP}{account.pk}/"
    shown = client.get(page).content.decode()
    assert "You see how it is doing, not what is in it" in shown
    assert "Pause" in shown
    for sent, state in (("pause", Activation.PAUSED), ("resumption", Activation.ACTIVE)):
        assert client.post(f"{page}{sent}/", {"because": "She is away."}).status_code == 302
        account.refresh_from_db()
        assert account.activation == state
    for refused in ("sharing", "folders", "reconnection"):
        assert client.post(f"{page}{refused}/", {"sharing": "public"}).status_code == 404
    assert as_user(charlie).post(f"{page}pause/").status_code == 404
    acts = list(AuditEntry.objects.order_by("id").values_list("act", "actor__name"))
    assert acts[-2:] == [("account_paused", "Bob"), ("account_resumed", "Bob")]


def test_users_are_found_by_name_and_address(ruth: User, alice: User, as_user: SignIn) -> None:
    client = as_user(ruth)
    assert "Alice" in client.get("/setup/users/").content.decode()
    page = client.get("/setup/users/", {"q": "RUTH example"}).content.decode()
    assert "Ruth" in page
    assert "Alice" not in page
    for rubbish in ("nobody\0", "%", "x" * 5000):
        answer = client.get("/setup/users/", {"q": rubbish, "page": rubbish})
        assert "Nobody matches" in answer.content.decode()


@pytest.mark.parametrize("chosen", ["", "0", "99999999999999999999", "x", "administrator'"])
def test_a_profile_that_is_none_changes_nothing(
    chosen: str, ruth: User, alice: User, as_user: SignIn
) -> None:
    answer = as_user(ruth).post(f"/setup/users/{alice.pk}/", {"profile": chosen})
    assert answer.status_code == 422
    assert not AuditEntry.objects.exists()


def test_what_one_may_not_give_is_refused_in_words(
    helpdesk: User, ruth: User, alice: User, as_user: SignIn
) -> None:
    client = as_user(helpdesk)
    answer = client.post(f"/setup/users/{alice.pk}/", {"profile": "administrator"})
    assert "Only an administrator makes another one" in answer.content.decode()
    client.post(f"/setup/users/{ruth.pk}/access/", {"access": "end"})
    client.post(f"/setup/users/{helpdesk.pk}/access/", {"access": "end"})
    assert User.objects.filter(is_active=False).count() == 0
    for page in ("/setup/profiles/", "/setup/audit-log/"):
        assert client.get(page).status_code == 404


def test_a_profile_needs_a_name_of_its_own(ruth: User, as_user: SignIn) -> None:
    Profile.default()
    for name in ("", "standard", "ADMINISTRATOR"):
        answer = as_user(ruth).post("/setup/profiles/new/", {"name": name})
        assert answer.status_code == 422
    default = Profile.default()
    assert as_user(ruth).post(f"/setup/profiles/{default.pk}/removal/").status_code == 404


def test_all_tasks_of_a_leaver_are_given_away_in_one_step(
    ruth: User, bob: User, charlie: User, as_user: SignIn
) -> None:
    for _ in range(3):
        Task.objects.create(words="Call", due_on=NOON.date(), assignee=bob, made_at=NOON)
    Task.objects.filter(pk=Task.objects.first().pk).update(done_at=NOON)  # type: ignore[union-attr]
    client, page = as_user(ruth), f"/setup/users/{bob.pk}/"
    assert "Open tasks" not in client.get(page).content.decode()
    assert client.post(f"{page}tasks/", {"to": charlie.pk}).status_code == 404
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert "left 2 open tasks" in client.get(page).content.decode()
    client.post(f"{page}tasks/", {"to": bob.pk})
    assert not charlie.tasks.exists()
    assert as_user(charlie).post(f"{page}tasks/", {"to": charlie.pk}).status_code in (403, 404)
    client.post(f"{page}tasks/", {"to": charlie.pk})
    assert (charlie.tasks.count(), bob.tasks.count()) == (2, 1)
    assert AuditEntry.objects.get(act=Act.TASKS_GIVEN).detail == f"2 to {charlie.email}"
    assert "Open tasks" not in client.get(page).content.decode()


def test_the_audit_log_goes_on_page_by_page(ruth: User, as_user: SignIn) -> None:
    from postroom.team.audit import note
    from postroom.team.models import Act

    for number in range(60):
        note(Act.USER_ADDED, ruth, f"n{number}@example.com <b>", NOON)
    client = as_user(ruth)
    first = client.get("/setup/audit-log/").content.decode()
    assert first.count("added the user <bdi>") == 50
    assert "<b>" not in first
    older = client.get("/setup/audit-log/", {"before": AuditEntry.objects.all()[49].pk})
    assert older.content.decode().count("added the user <bdi>") == 10
    for rubbish in ("x", "-1", "0", "9" * 30, "\0"):
        page = client.get("/setup/audit-log/", {"before": rubbish}).content.decode()
        assert page.count("added the user <bdi>") == 50


@pytest.mark.django_db(transaction=True)
def test_an_administrator_takes_a_permission_away_and_gives_it_back(
    visit: Visit, ruth: User, alice: User
) -> None:
    page = visit(ruth, "/setup/")
    page.get_by_role("navigation", name="Setup").get_by_role("link", name="Profiles").click()
    page.get_by_role("link", name="New profile").click()
    page.get_by_label("Name").fill("Reader")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Reader is saved.")).to_be_visible()
    page.get_by_role("navigation", name="Setup").get_by_role("link", name="Users").click()
    page.get_by_role("link", name="Alice").click()
    page.get_by_label("Profile").select_option("Reader")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Alice has the profile Reader now.")).to_be_visible()
    hers = visit(alice, SETUP)
    expect(hers.get_by_text("Ask Ruth to change it")).to_be_visible()
    page.get_by_role("button", name="End access").click()
    expect(page.get_by_text("Alice cannot sign in any more")).to_be_visible()
    hers.reload()
    expect(hers.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_role("button", name="Restore access").click()
    expect(page.get_by_text("Alice can sign in again.")).to_be_visible()
    page.goto("/setup/audit-log/")
    expect(page.locator(".audit").get_by_text("restored the access of")).to_be_visible()
