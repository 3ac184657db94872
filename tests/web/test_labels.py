"""Labels on the page: by keys, in bulk, undone, beside the email, named and painted."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import expect

from cast import NOON, account_of, message, received
from postroom.accounts.models import EmailAccount, Protocol, Sharing
from postroom.archive.actions import change_label
from postroom.archive.labels import label_called
from postroom.archive.models import Action, Email, Folder, Label, Labelling
from postroom.crm.models import Person
from postroom.team.models import User
from search.worlds import searchable
from web.browser import Visit

SignIn = Callable[[User], Client]
LENA = "lena@customer.example"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def mails(account: EmailAccount, lena: Person) -> dict[str, Email]:
    return {
        subject: received(
            account, message(subject, NOON + timedelta(minutes=n), from_=LENA, to=account.address)
        )
        for n, subject in enumerate(("Order 1", "Order 2", "Order 3"))
    }


def borne() -> set[tuple[str, str]]:
    return set(Labelling.objects.values_list("email__subject", "label__name"))


@pytest.mark.django_db(transaction=True)
def test_labels_are_put_on_by_keys_in_bulk_and_taken_back(
    visit: Visit, alice: User, mails: dict[str, Email]
) -> None:
    label_called(mails["Order 1"].account, "Later")
    page = visit(alice, "/inbox/?column=people")
    chips = page.locator("#email-rows .label")
    page.keyboard.press("j")
    page.keyboard.press("l")
    page.keyboard.press("Enter")
    expect(chips).to_have_text(["Label Later"])
    expect(page.locator("#toast")).to_contain_text("1 email labelled")
    page.keyboard.press("l")
    page.get_by_label("Another label").fill("Trade fair")
    page.keyboard.press("Enter")
    expect(chips).to_have_count(2)
    back = page.locator("#toast [data-back]:visible")
    expect(back).to_have_attribute("data-back", "unlabel:Trade fair")
    page.keyboard.press("z")
    expect(chips).to_have_text(["Label Later"])
    expect(page.locator("#toast")).to_contain_text("without the label")
    page.reload()
    for _ in range(3):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.keyboard.press("l")
    page.locator("[data-menu=label] li button", has_text="Trade fair").click()
    expect(page.locator("#toast")).to_contain_text("3 emails labelled")
    expect(page.locator("#email-rows .label", has_text="Trade fair")).to_have_count(3)
    page.get_by_role("link", name="Order 2").click()
    pane = page.locator("#reading")
    pane.locator("summary", has_text="Label").click()
    pane.get_by_role("button", name="Trade fair").click()
    expect(page.locator("#email-rows .label", has_text="Trade fair")).to_have_count(2)
    expect(pane.locator("p.labels")).to_have_count(0)
    assert borne() == {
        ("Order 1", "Trade fair"),
        ("Order 3", "Trade fair"),
        ("Order 3", "Later"),
    }


def test_beside_the_email_a_label_is_put_on_and_its_place_is_told(
    alice: User, mails: dict[str, Email], as_user: SignIn
) -> None:
    client, address = as_user(alice), f"/emails/{mails['Order 1'].pk}/actions/"
    page = client.post(address, {"do": "label:", "label": "New one"}, headers=HTMX).content.decode()
    assert "Labelled “New one”" in page
    assert "waiting for the mail server" in page
    Folder.objects.update(keeps_keywords=False)
    page = client.get(address, headers=HTMX).content.decode()
    assert "Labels stay here: this mail server keeps none." in page
    page = client.post(address, {"do": "unlabel:New one"}, headers=HTMX).content.decode()
    assert "taken off" in page
    page = client.post(address, {"do": "label:", "label": " "}, headers=HTMX).content.decode()
    assert "Give the label a name" in page
    assert borne() == set()


def test_over_pop3_labels_are_here_alone_and_it_is_said(
    alice: User, mails: dict[str, Email], as_user: SignIn
) -> None:
    EmailAccount.objects.update(protocol=Protocol.POP)
    client, email = as_user(alice), mails["Order 1"]
    address = f"/emails/{email.pk}/actions/"
    page = client.post(address, {"do": "label:Fair"}, headers=HTMX).content.decode()
    assert "here alone, for the mail server keeps no labels" in page
    assert "they stay in Postroom" in client.get("/inbox/labels/").content.decode()


def test_nobody_else_puts_a_label_on_and_who_reads_it_all_sees_it(
    alice: User, bob: User, mails: dict[str, Email], as_user: SignIn
) -> None:
    email, client = mails["Order 1"], as_user(bob)
    change_label(email, "Secret", NOON, is_on=True)
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    for form in (
        {"do": "label:Mine", "email": email.pk},
        {"do": "unlabel:Secret", "email": email.pk},
    ):
        assert client.post("/inbox/actions/", form).status_code == 404
        assert client.post(f"/emails/{email.pk}/actions/", form).status_code == 404
    label = Label.objects.get()
    for path, form in (("", {"name": "x", "colour": "red"}), ("removal/", {})):
        assert client.post(f"/inbox/labels/{label.pk}/{path}", form).status_code == 404
    assert "Secret" not in client.get("/inbox/labels/").content.decode()
    person = Person.objects.get()
    searchable()
    shown = (f"/emails/{email.pk}/", f"/people/{person.pk}/", '/search/?q=label:"Secret" ')
    assert all("Secret</bdi>" in client.get(path).content.decode() for path in shown)
    EmailAccount.objects.update(sight=2)
    assert not any("Secret</bdi>" in client.get(path).content.decode() for path in shown)
    assert borne() == {("Order 1", "Secret")}
    assert Action.objects.count() == 1


def test_a_label_of_one_mailbox_is_made_in_another_when_it_is_put_on_there(
    alice: User, mails: dict[str, Email], as_user: SignIn
) -> None:
    second = account_of(alice, address="second@example.com")
    other = received(second, message("Elsewhere", from_=LENA, to=second.address))
    form = {"do": "label:Fair", "email": [mails["Order 1"].pk, other.pk]}
    answer = as_user(alice).post("/inbox/actions/", form, headers=HTMX).content.decode()
    assert 'data-back="unlabel:Fair"' in answer
    assert set(Label.objects.values_list("account__address", "name")) == {
        (alice.email, "Fair"),
        (second.address, "Fair"),
    }


def test_labels_are_named_painted_and_removed(
    alice: User, mails: dict[str, Email], as_user: SignIn
) -> None:
    client = as_user(alice)
    change_label(mails["Order 1"], "Fair", NOON, is_on=True)
    unused = label_called(mails["Order 1"].account, "Unused")
    fair = Label.objects.get(name="Fair")
    client.post(f"/inbox/labels/{fair.pk}/", {"name": "Trade fair", "colour": "teal"})
    page = client.get("/inbox/labels/").content.decode()
    assert "dot-teal" in page
    assert "1 email<" in page
    client.post(f"/inbox/labels/{fair.pk}/", {"name": "unused", "colour": "teal"})
    client.post(f"/inbox/labels/{fair.pk}/removal/")
    client.post(f"/inbox/labels/{unused.pk}/removal/")
    assert list(Label.objects.values_list("name", "keyword")) == [("Trade fair", "Fair")]
