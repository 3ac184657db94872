"""Alice's team mailbox on the pages: Bob is a member, Charlie must see nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from cast import NOON, account_of, message, received
from postroom.accounts.members import add_member, remove_member
from postroom.accounts.models import EmailAccount
from postroom.archive.ledger import miss
from postroom.archive.models import Action, Email, ServerCopy
from postroom.crm.models import Person
from postroom.team.models import User
from web.browser import Visit

SignIn = Callable[[User], Client]
SETUP = "/setup/channels/email/"


def test_members_see_its_state_and_decide_nothing(
    alice: User, bob: User, charlie: User, account: EmailAccount, as_user: SignIn
) -> None:
    add_member(account, bob, alice, NOON)
    client, page = as_user(bob), f"{SETUP}{account.pk}/"
    assert "Team mailboxes" in client.get(SETUP).content.decode()
    shown = client.get(page).content.decode()
    assert "A team mailbox. Alice manages it" in shown
    assert "Add member" not in shown
    for refused in ("members", "pause", "sharing", "reconnection", f"members/{bob.pk}/removal"):
        assert client.post(f"{page}{refused}/", {"user": charlie.pk}).status_code == 404
    assert "Add member" in as_user(alice).get(page).content.decode()
    remove_member(account, bob, alice, NOON)
    assert client.get(page).status_code == 404


def test_an_administrator_makes_nobody_a_member(
    bob: User, account: EmailAccount, as_user: SignIn
) -> None:
    User.objects.filter(pk=bob.pk).update(is_administrator=True)
    answer = as_user(bob).post(f"{SETUP}{account.pk}/members/", {"user": bob.pk})
    assert answer.status_code == 404
    assert not account.memberships.exists()


@pytest.mark.parametrize("who", ["", "0", "x", "alice", "gone", "9" * 30])
def test_who_cannot_be_a_member_is_refused(
    who: str, alice: User, bob: User, account: EmailAccount, as_user: SignIn
) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    sent = {"alice": alice.pk, "gone": bob.pk}.get(who, who)
    client = as_user(alice)
    answer = client.post(f"{SETUP}{account.pk}/members/", {"user": sent}, follow=True)
    assert "note-error" in answer.content.decode()
    assert not account.memberships.exists()


def test_a_member_handles_the_mail_and_a_former_one_finds_nothing(
    alice: User, bob: User, letter: Email, as_user: SignIn
) -> None:
    client, actions = as_user(bob), f"/emails/{letter.pk}/actions/"
    assert client.post(actions, {"do": "flag"}).status_code == 404
    add_member(letter.account, bob, alice, NOON)
    assert client.post(actions, {"do": "flag"}).status_code == 302
    assert Action.objects.count() == 1
    page = client.get(f"/emails/{letter.pk}/").content.decode()
    assert "In the team mailbox" in page
    assert "1 email" in client.get("/leads/").content.decode()
    remove_member(letter.account, bob, alice, NOON)
    for address in (actions, f"/emails/{letter.pk}/", f"/emails/{letter.pk}/source/"):
        assert client.get(address).status_code == 404
    assert "No emails" in client.get("/leads/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_bob_is_added_sees_mail_come_and_sees_nothing_once_he_is_out(
    visit: Visit, alice: User, bob: User, charlie: User, account: EmailAccount, lena: Person
) -> None:
    received(account, message("Before", from_="lena@customer.example"))
    his = visit(bob, f"/people/{lena.pk}/")
    expect(his.locator("html[data-live-state=open]")).to_be_attached()
    page = visit(alice, f"{SETUP}{account.pk}/")
    page.get_by_role("combobox", name="Colleague").select_option("Bob")
    page.get_by_role("button", name="Add member").click()
    expect(page.get_by_text("Bob sees and handles the emails")).to_be_visible()
    expect(his.get_by_text("Before")).to_be_visible()
    email = received(account, message("Live", from_="lena@customer.example"))
    expect(his.get_by_text("Live")).to_be_visible()
    alone = visit(bob, f"/emails/{email.pk}/")
    expect(alone.locator("html[data-live-state=open]")).to_be_attached()
    page.get_by_role("button", name="Remove Bob").click()
    expect(page.get_by_text("Bob is no member")).to_be_visible()
    expect(his.locator(".email-row")).to_have_count(0)
    expect(alone.get_by_text("There is nothing here")).to_be_visible()


@pytest.mark.django_db(transaction=True)
def test_where_one_of_two_copies_goes_the_row_stays(
    visit: Visit, alice: User, account: EmailAccount, lena: Person
) -> None:
    raw = message("Twice", from_="lena@customer.example")
    first = received(account, raw)
    second = received(account_of(alice, address="second@example.com"), raw)
    page = visit(alice, f"/people/{lena.pk}/")
    expect(page.locator("html[data-live-state=open]")).to_be_attached()
    expect(page.locator(f"#email-row-{first.pk}")).to_be_visible()
    copy = ServerCopy.objects.get(email=first)
    miss(copy.folder, [copy.uid], timezone.now() - timedelta(hours=1))
    miss(copy.folder, [copy.uid], timezone.now())
    expect(page.locator(f"#email-row-{second.pk}")).to_be_visible()
    expect(page.locator(".email-row")).to_have_count(1)
