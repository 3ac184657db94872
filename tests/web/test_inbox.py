"""SalesInbox on the page: sorted, triaged by keys, in bulk, undone, and switched off."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page, Route, expect

from cast import NOON, message, received
from postroom.accounts.models import EmailAccount, Sharing
from postroom.archive.actions import ask_for
from postroom.archive.models import (
    Action,
    ActionKind,
    Email,
    Folder,
    FolderRole,
    MutedThread,
    Triage,
)
from postroom.archive.triage import finish
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Deal, Person
from postroom.crm.pipeline import first_stage
from postroom.team.models import AuditEntry, User
from web.browser import Visit, wait_for

SignIn = Callable[[User], Client]
LENA, ALICE = "lena@customer.example", "alice@example.com"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def mails(account: EmailAccount, lena: Person) -> dict[str, Email]:
    """Mail for every column, the oldest first."""
    EmailAccount.objects.update(capabilities=["MOVE"])
    for name, role in (("Archive", FolderRole.ARCHIVE), ("Trash", FolderRole.TRASH)):
        Folder.objects.create(account=account, name=name, role=role)
    senders = {f"Order {n}": f"Lena Lead <{LENA}>" for n in range(4)}
    senders |= {"News": "news@shop.example", "Lunch": "bob@example.com"}
    return {
        subject: received(
            account,
            message(subject, NOON + timedelta(minutes=n), from_=sender, to=account.address),
        )
        for n, (subject, sender) in enumerate(senders.items())
    }


@pytest.fixture
def offer(lena: Person) -> Deal:
    made = Deal()
    entry = DealEntry("Big order", first_stage(), people=[LENA], amount=12500)
    keep_deal(made, entry, NOON)
    return made


def subjects(page: Page) -> list[str]:
    return page.locator("#email-rows .subject").all_inner_texts()


def shows(page: Page, *wanted: str) -> None:
    expect(page.locator("#email-rows .subject")).to_have_text(list(wanted))


@pytest.mark.django_db(transaction=True)
def test_mail_is_triaged_by_keys_alone_and_taken_back(
    visit: Visit, alice: User, bob: User, mails: dict[str, Email], offer: Deal
) -> None:
    page = visit(alice, "/leads/")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/inbox/")
    shows(page, "Order 3", "Order 2", "Order 1", "Order 0")
    expect(page.get_by_text("12,500 EUR").first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("e")
    shows(page, "Order 2", "Order 1", "Order 0")
    expect(page.locator("#toast")).to_contain_text("1 email archived")
    page.keyboard.press("s")
    expect(page.locator("#toast")).to_contain_text("starred")
    page.keyboard.press("u")
    expect(page.locator("#toast")).to_contain_text("marked as read")
    expect(page.locator("#tab-deals")).to_contain_text("2")
    page.keyboard.press("j")
    page.keyboard.press("#")
    expect(page.locator("#toast")).to_contain_text("trash")
    shows(page, "Order 2", "Order 0")
    page.keyboard.press("z")
    shows(page, "Order 2", "Order 1", "Order 0")
    expect(page.locator("#toast")).to_contain_text("moved back")
    page.keyboard.press("d")
    expect(page.locator("#toast")).to_contain_text("done")
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("snoozed")
    shows(page, "Order 2")
    page.reload()
    shows(page, "Order 2")
    order = {name: Email.objects.get(pk=email.pk) for name, email in mails.items()}
    assert not order["Order 3"].in_inbox
    assert order["Order 2"].is_flagged
    assert order["Order 2"].is_read
    assert order["Order 1"].in_inbox
    assert Triage.objects.get(email=order["Order 1"]).done_at
    assert Triage.objects.get(email=order["Order 0"]).snoozed_until
    assert set(Action.objects.values_list("kind", flat=True)) == {"move", "flag", "mark_read"}


SEEN_AT_ONCE = """
(key) => {
  const row = document.activeElement.closest(".email-row");
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  return [!row.isConnected, row.classList.contains("unread"), !row.querySelector(".star").hidden];
}
"""


@pytest.mark.django_db(transaction=True)
def test_it_is_seen_before_the_server_answers_and_put_back_if_it_cannot(
    visit: Visit, alice: User, bob: User, mails: dict[str, Email]
) -> None:
    page = visit(alice, "/inbox/?column=people")
    page.keyboard.press("j")
    page.route("**/inbox/actions/", lambda route: route.fulfill(status=500))
    assert page.evaluate(SEEN_AT_ONCE, "u")[1] is False
    assert page.evaluate(SEEN_AT_ONCE, "s")[2] is True
    assert page.evaluate(SEEN_AT_ONCE, "e")[0] is True
    expect(page.locator("#toast")).to_contain_text("it was put back")
    shows(page, "Order 3", "Order 2", "Order 1", "Order 0")
    expect(page.locator(".inbox-row.unread")).to_have_count(4)
    expect(page.locator(".star:visible")).to_have_count(0)
    assert not Action.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_without_a_connection_it_is_kept_and_told_when_it_is_back(
    visit: Visit, alice: User, bob: User, mails: dict[str, Email]
) -> None:
    page = visit(alice, "/inbox/?column=people")
    toast = page.locator("#toast")
    page.keyboard.press("j")
    page.context.set_offline(True)
    for key in "eds":
        page.keyboard.press(key)
    shows(page, "Order 1", "Order 0")
    expect(toast).to_contain_text("The last 3 things you did are kept here")
    page.keyboard.press("z")
    expect(toast).to_contain_text("The last 2 things you did are kept here")
    expect(page.locator(".star:visible")).to_have_count(0)
    assert not Action.objects.exists()
    page.context.set_offline(False)
    expect(toast).to_contain_text("1 email done.")
    expect(page.locator(".toast-held")).to_have_count(0)
    shows(page, "Order 1", "Order 0")
    assert not Email.objects.get(pk=mails["Order 3"].pk).in_inbox
    page.keyboard.press("z")
    shows(page, "Order 2", "Order 1", "Order 0")
    expect(toast.get_by_text("1 email archived.")).not_to_be_visible()
    page.locator("[data-closes=toast]:visible").click()
    page.keyboard.press("z")
    shows(page, "Order 3", "Order 2", "Order 1", "Order 0")
    expect(toast).to_contain_text("1 email moved back.")
    for key in "ez":  # Taken back before its answer came: that, and not what was done before.
        page.keyboard.press(key)
    wait_for(lambda: Action.objects.count() == 4)
    shows(page, "Order 3", "Order 2", "Order 1", "Order 0")
    assert Email.objects.filter(in_inbox=True).count() == len(mails)
    assert not Triage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_is_lost_makes_nothing_happen_twice(
    visit: Visit, alice: User, bob: User, mails: dict[str, Email]
) -> None:
    page = visit(alice, "/inbox/?column=people")

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/inbox/actions/", lose_the_answer, times=1)
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.locator("#toast")).to_contain_text("What you did is kept here")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#toast")).to_contain_text("1 email archived.")
    shows(page, "Order 2", "Order 1", "Order 0")
    assert Action.objects.count() == 1


def test_what_is_asked_for_again_is_done_once(
    alice: User, mails: dict[str, Email], as_user: SignIn
) -> None:
    client, pk = as_user(alice), mails["News"].pk

    def ask(do: str, **more: str) -> str:
        form = {"do": do, "email": pk, **more}
        return client.post("/inbox/actions/", form, headers=HTMX).content.decode()

    moment = ask("archive").partition('data-back="undo:')[2].partition('"')[0]
    assert "1 email archived." in ask("archive", again="yes")
    assert "It is there already." in ask("archive")
    assert "1 email moved back." in ask(f"undo:{moment}")
    assert "1 email moved back." in ask(f"undo:{moment}", again="yes")
    assert "moved once more since" in ask(f"undo:{moment}")
    assert Email.objects.get(pk=pk).in_inbox
    assert Action.objects.count() == 2
    assert client.post("/inbox/actions/", {"do": "undo:never", "email": pk}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_what_came_and_went_meanwhile_is_there_after_a_look(
    visit: Visit, alice: User, bob: User, account: EmailAccount, mails: dict[str, Email]
) -> None:
    page = visit(alice, "/inbox/?column=people")
    shows(page, "Order 3", "Order 2", "Order 1", "Order 0")
    received(account, message("New", NOON + timedelta(hours=1), from_=LENA, to=ALICE))
    ask_for(ActionKind.MARK_READ, mails["Order 2"], NOON)
    finish(mails["Order 1"], NOON)
    page.evaluate("dispatchEvent(new Event('online'))")
    shows(page, "New", "Order 3", "Order 2", "Order 0")
    expect(page.locator(".inbox-row.unread")).to_have_count(3)
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.locator("#toast")).to_contain_text("archived")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#tab-people")).to_contain_text("2")
    shows(page, "Order 3", "Order 2", "Order 0")


@pytest.mark.django_db(transaction=True)
def test_many_are_chosen_and_dealt_with_at_once(
    visit: Visit, alice: User, bob: User, mails: dict[str, Email]
) -> None:
    page = visit(alice, "/inbox/?column=people")
    page.keyboard.press("j")
    for _ in range(3):
        page.keyboard.press("x")
        page.keyboard.press("j")
    expect(page.get_by_text("3 chosen")).to_be_visible()
    page.get_by_title("Archive (e)").click()
    expect(page.locator("#toast")).to_contain_text("3 emails archived")
    shows(page, "Order 0")
    page.locator("#toast").get_by_role("button", name="Undo").click()
    shows(page, "Order 3", "Order 2", "Order 1", "Order 0")
    expect(page.locator("#toast")).to_contain_text("3 emails moved back")
    assert Email.objects.filter(in_inbox=True).count() == len(mails)


@pytest.mark.django_db(transaction=True)
def test_an_email_read_beside_the_list_leaves_it_too(
    visit: Visit, alice: User, bob: User, mails: dict[str, Email]
) -> None:
    page = visit(alice, "/inbox/?column=people")
    page.get_by_role("link", name="Order 2").click()
    pane = page.locator("#reading")
    expect(pane.get_by_role("heading", name="Order 2")).to_be_visible()
    expect(page.locator(f"#email-row-{mails['Order 2'].pk}")).not_to_have_class("unread")
    pane.get_by_role("button", name="Archive").click()
    shows(page, "Order 3", "Order 1", "Order 0")
    expect(page.locator("#toast")).to_contain_text("Moved to Archive")
    page.get_by_role("link", name="Order 1").click()
    expect(pane.get_by_role("heading", name="Order 1")).to_be_visible()
    pane.locator("summary", has_text="Snooze").click()
    pane.get_by_role("button", name="Next Monday").click()
    shows(page, "Order 3", "Order 0")
    expect(page.locator("#toast")).to_contain_text("Snoozed")
    page.locator("#toast").get_by_role("button", name="Undo").click()
    shows(page, "Order 3", "Order 1", "Order 0")
    expect(page.locator("#toast")).to_contain_text("Back in the inbox.")
    page.context.set_offline(True)
    pane.get_by_role("button", name="Archive").click()
    expect(page.locator("#toast")).to_contain_text("so this was not done")
    shows(page, "Order 3", "Order 1", "Order 0")
    page.context.set_offline(False)


def test_who_reads_an_email_is_done_with_it_or_snoozes_it_there(
    alice: User, bob: User, mails: dict[str, Email], as_user: SignIn
) -> None:
    client, news = as_user(alice), mails["News"]

    def ask(do: str) -> str:
        answer = client.post(f"/emails/{news.pk}/actions/", {"do": do}, headers=HTMX)
        return answer.content.decode()

    done = ask("done")
    assert "Done: it is out of the inbox." in done
    assert done.count('value="not-done"') == 2  # The button, and the way back in the note.
    assert b"News" not in client.get("/inbox/?column=outside").content
    assert 'value="done"' in ask("not-done")
    assert b"News" in client.get("/inbox/?column=outside").content
    assert "Snoozed until" in ask("snooze:tomorrow")
    assert Triage.objects.get().snoozed_until
    assert "Choose a moment that is still to come" in ask("snooze:never")
    assert "Back in the inbox." in ask("wake")
    assert not Triage.objects.exists()
    his = as_user(bob).post(f"/emails/{news.pk}/actions/", {"do": "done"}, headers=HTMX)
    assert his.status_code == 404


def test_the_columns_show_who_wrote(
    alice: User, bob: User, mails: dict[str, Email], as_user: SignIn
) -> None:
    client = as_user(alice)
    for column, has in (("people", "Order 1"), ("outside", "News"), ("colleagues", "Lunch")):
        page = client.get("/inbox/", {"column": column}).content.decode()
        for subject in ("Order 1", "News", "Lunch"):
            assert (subject in page) == (subject == has), (column, subject)
    whole = client.get("/inbox/columns/").content.decode()
    assert all(subject in whole for subject in mails)
    assert "Nothing in Deals" in client.get("/inbox/").content.decode()


def test_what_cannot_be_moved_stays_with_the_reason_and_can_be_done_with(
    alice: User, bob: User, mails: dict[str, Email], as_user: SignIn
) -> None:
    EmailAccount.objects.update(capabilities=["IDLE"])
    client, pk = as_user(alice), mails["News"].pk
    answer = client.post("/inbox/actions/", {"do": "archive", "email": pk}, headers=HTMX)
    assert f'data-stays="{pk} "' in answer.content.decode()
    assert "cannot move mail safely" in answer.content.decode()
    client.post("/inbox/actions/", {"do": "done", "email": pk})
    assert b"News" not in client.get("/inbox/?column=outside").content
    client.post("/inbox/actions/", {"do": "not-done", "email": pk})
    assert b"News" in client.get("/inbox/?column=outside").content
    client.post("/inbox/actions/", {"do": "mute", "email": pk})
    assert b"News" not in client.get("/inbox/?column=outside").content
    client.post("/inbox/actions/", {"do": "unmute", "email": pk})
    assert not MutedThread.objects.exists()
    assert not Triage.objects.exists()


@pytest.mark.parametrize(
    "what", ["", "yesterday", "2020-01-01T10:00", "0001-01-01T00:00", "9" * 99]
)
def test_a_snooze_until_never_is_refused(
    what: str, alice: User, mails: dict[str, Email], as_user: SignIn
) -> None:
    form = {"do": f"snooze:{what}", "email": mails["News"].pk}
    answer = as_user(alice).post("/inbox/actions/", form, headers=HTMX)
    assert "Choose a moment that is still to come" in answer.content.decode()
    assert not Triage.objects.exists()


def test_colleagues_act_on_nothing_and_see_no_inbox(
    bob: User, mails: dict[str, Email], as_user: SignIn
) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    client = as_user(bob)
    for do in ("archive", "done", "read", "flag", "mute", "snooze:later", "undo"):
        form = {"do": do, "email": [email.pk for email in mails.values()]}
        assert client.post("/inbox/actions/", form).status_code == 404
    assert not Action.objects.exists()
    assert not Triage.objects.exists()
    for address in ("/inbox/?column=people", "/inbox/columns/"):
        assert b"Order" not in client.get(address).content


def test_a_read_state_that_was_so_already_is_not_taken_back(
    alice: User, mails: dict[str, Email], as_user: SignIn
) -> None:
    client, both = as_user(alice), [mails["News"].pk, mails["Lunch"].pk]
    client.post("/inbox/actions/", {"do": "read", "email": both[0]})
    answer = client.post("/inbox/actions/", {"do": "read", "email": both}, headers=HTMX)
    assert f'data-ids="{both[1]}"' in answer.content.decode()


def test_it_can_be_switched_off_and_on(
    alice: User, mails: dict[str, Email], as_user: SignIn
) -> None:
    client = as_user(alice)
    client.post("/inbox/switch/", {"on": "no"})
    for address in ("/inbox/?column=people", "/inbox/columns/"):
        page = client.get(address).content.decode()
        assert "SalesInbox is switched off" in page
        assert "Order" not in page
    assert 'data-key="g i"' not in client.get("/leads/").content.decode()
    client.post("/inbox/switch/", {"on": "yes"})
    assert b"Order" in client.get("/inbox/?column=people").content
    acts = AuditEntry.objects.order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["salesinbox_off", "salesinbox_on"]


@pytest.mark.parametrize("rubbish", ["x", "_", "1_", "_1", "9" * 400 + "_1", "1_é", "1_-1"])
def test_a_place_that_is_none_means_the_beginning(
    rubbish: str, alice: User, mails: dict[str, Email], as_user: SignIn
) -> None:
    page = as_user(alice).get("/inbox/", {"column": "people", "after": rubbish})
    assert b"Order 3" in page.content
