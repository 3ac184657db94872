"""Columns of one's own on the page: made, seen while they are written, ordered, hidden, removed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import expect

from cast import NOON, message, received
from postroom.accounts.models import EmailAccount
from postroom.archive.models import Email, Triage
from postroom.crm.models import Person
from postroom.team.models import InboxColumn, User
from web.browser import Visit

SignIn = Callable[[User], Client]
LENA = "lena@customer.example"
WRITTEN = {
    "name": "Trade fair",
    "needs_all": "all",
    "is_shown": "on",
    "conditions-0-kind": "lead",
    "conditions-1-kind": "source",
    "conditions-1-text": "Trade Show",
}


@pytest.fixture
def mails(account: EmailAccount, lena: Person) -> dict[str, Email]:
    Person.objects.filter(pk=lena.pk).update(lead_source="Trade Show")
    senders = {"Order 1": LENA, "Order 2": LENA, "News": "news@shop.example"}
    return {
        subject: received(
            account,
            message(subject, NOON + timedelta(minutes=n), from_=sender, to=account.address),
        )
        for n, (subject, sender) in enumerate(senders.items())
    }


@pytest.mark.django_db(transaction=True)
def test_a_column_is_seen_while_it_is_written_and_triaged_beside_its_usual_one(
    visit: Visit, alice: User, mails: dict[str, Email]
) -> None:
    page = visit(alice, "/inbox/own/new/")
    page.get_by_label("Name").fill("Trade fair")
    page.get_by_label("Condition 1", exact=True).select_option("lead")
    expect(page.locator("#preview")).to_contain_text("2 of the newest 1,000")
    page.get_by_label("Condition 2", exact=True).select_option("subject")
    expect(page.locator("#preview")).to_contain_text("needs some words beside it")
    page.get_by_label("Condition 2: words or number").fill("order 2")
    expect(page.locator("#preview")).to_contain_text("1 of the newest 1,000")
    page.get_by_label("Condition 2", exact=True).select_option("source")
    page.get_by_label("Condition 2: words or number").fill("trade show")
    expect(page.locator("#preview")).to_contain_text("2 of the newest 1,000")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("is saved")).to_be_visible()
    own = InboxColumn.objects.get()
    page.goto("/inbox/")
    page.locator(f"#tab-{own.value}").click()
    expect(page.locator(f"#tab-{own.value}")).to_contain_text("2")
    rows = page.locator("#email-rows .subject")
    expect(rows).to_have_text(["Order 2", "Order 1"])

    page.goto("/inbox/columns/")
    both = page.locator(f"[data-id='{mails['Order 2'].pk}']")
    expect(both).to_have_count(2)
    mine = page.locator(f"[data-inbox={own.value}]")
    mine.get_by_role("link", name="Order 2").focus()
    page.keyboard.press("s")
    expect(both.locator(".star:visible")).to_have_count(2)
    expect(page.locator("#toast")).to_contain_text("1 email starred")
    page.keyboard.press("d")
    expect(both).to_have_count(0)
    expect(mine.get_by_role("link", name="Order 1")).to_be_focused()
    expect(page.locator("#toast")).to_contain_text("1 email done")
    page.keyboard.press("z")
    expect(both).to_have_count(2)
    expect(page.locator("#toast")).to_contain_text("back in the inbox")
    assert not Triage.objects.exists()


def test_a_column_from_the_form_to_its_end(
    alice: User, mails: dict[str, Email], as_user: SignIn
) -> None:
    client = as_user(alice)
    seen = client.post("/inbox/own/new/", WRITTEN | {"preview": "1"}).content.decode()
    assert "2 of the newest 1,000 emails in your inbox" in seen
    assert not InboxColumn.objects.exists()
    assert client.post("/inbox/own/new/", WRITTEN).status_code == 302
    own = InboxColumn.objects.get()
    page = text(client, f"/inbox/?column={own.value}")
    assert "Order 2" in page
    assert "News" not in page
    assert "lead source is “Trade Show”" in text(client, "/inbox/own/")
    change = WRITTEN | {"name": "Strangers", "conditions-0-kind": "unknown", "needs_all": "any"}
    client.post(f"/inbox/own/{own.pk}/", change | {"conditions-1-kind": ""})
    page = text(client, f"/inbox/?column={own.value}")
    assert "Strangers" in page
    assert "News" in page
    client.post(f"/inbox/own/{own.pk}/place/", {"way": "hide"})
    assert "Strangers" not in text(client, "/inbox/")
    client.post(f"/inbox/own/{own.pk}/place/", {"way": "show"})
    assert "Strangers" in text(client, "/inbox/columns/")
    client.post(f"/inbox/own/{own.pk}/removal/")
    assert own.value not in text(client, "/inbox/")
    assert Email.objects.filter(in_inbox=True).count() == 3


def test_ready_ones_are_taken(alice: User, mails: dict[str, Email], as_user: SignIn) -> None:
    client = as_user(alice)
    for kind in ("closing_month", "customer"):
        assert f'value="{kind}"' in text(client, "/inbox/own/")
        client.post("/inbox/own/", {"ready": kind})
        assert f'value="{kind}"' not in text(client, "/inbox/own/")
    names = InboxColumn.objects.values_list("name", flat=True)
    assert list(names) == ["Closing this month", "Customers"]
    assert client.post("/inbox/own/", {"ready": "moon"}).status_code == 404
    second = InboxColumn.objects.get(name="Customers")
    client.post(f"/inbox/own/{second.pk}/place/", {"way": "up"})
    assert text(client, "/inbox/").index("Customers") < text(client, "/inbox/").index("Closing")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"name": " "}, "Give the column a name."),
        ({"conditions-0-kind": "", "conditions-1-kind": ""}, "Choose a condition"),
        ({"conditions-1-text": ""}, "needs some words beside it"),
        ({"conditions-0-kind": "larger", "conditions-0-text": "x"}, "needs a whole number"),
        ({"conditions-0-kind": "moon"}, ""),
        ({"needs_all": "none"}, ""),
        ({"conditions-1-text": "\0"}, ""),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(
    wrong: dict[str, str], why: str, alice: User, as_user: SignIn
) -> None:
    client = as_user(alice)
    answer = client.post("/inbox/own/new/", WRITTEN | wrong)
    assert answer.status_code == 422
    assert why in answer.content.decode()
    beside = client.post(
        "/inbox/own/new/", WRITTEN | wrong | {"preview": "1"}, headers={"HX-Request": "true"}
    )
    assert beside.status_code == 200
    assert "emails in your inbox" not in beside.content.decode()
    assert not InboxColumn.objects.exists()


def test_another_ones_column_is_not_there(
    alice: User, bob: User, mails: dict[str, Email], as_user: SignIn
) -> None:
    as_user(alice).post("/inbox/own/new/", WRITTEN)
    own, client = InboxColumn.objects.get(), as_user(bob)
    assert client.get(f"/inbox/own/{own.pk}/").status_code == 404
    for path in ("", "place/", "removal/"):
        assert client.post(f"/inbox/own/{own.pk}/{path}", WRITTEN).status_code == 404
    assert "Order" not in text(client, f"/inbox/?column={own.value}")
    assert "Trade fair" not in text(client, "/inbox/own/")
    assert InboxColumn.objects.get().name == "Trade fair"


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()
