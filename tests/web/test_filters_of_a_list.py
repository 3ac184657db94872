"""The filters of an Emails list on its page: by mouse and keys, in the address, and live."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from cast import NOON, account_of, arrival, folder_of, message, person, received
from postroom.accounts.models import EmailAccount, Sharing
from postroom.archive.actions import ask_for
from postroom.archive.models import ActionKind, Direction, Email
from postroom.archive.record import record
from postroom.association.related import PAGE
from postroom.crm.models import Person
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.team.models import User
from postroom.web.live.rows import row_events
from search.worlds import searchable
from web.browser import Visit, axe_violations

SignIn = Callable[[User], Client]
LENA = "lena@customer.example"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def mail(account: EmailAccount, bob: User, lena: Person) -> list[Email]:
    """Four letters of Lena's, the last one first: two of a thread, one that Bob has too."""
    of_lena = {"from_": f"Lena Lead <{LENA}>", "to": account.address}
    at = [NOON - timedelta(hours=n) for n in range(4)]
    both = message("To both", at[1], "Kettles.", **of_lena)
    made = [
        received(account, message("Re: Offer", at[0], references="<1@x>", **of_lena)),
        received(account, both),
        received(account, message("Offer", at[2], message_id="<1@x>", **of_lena)),
        received(account, message("Lunch", at[3], **of_lena)),
    ]
    received(account_of(bob, Sharing.PUBLIC), both)
    Email.objects.filter(subject="Lunch").update(is_read=True)
    return made


def expect_subjects(page: Page, *subjects: str) -> None:
    expect(page.locator("#email-rows .subject")).to_have_text(list(subjects))


@pytest.mark.django_db(transaction=True)
def test_a_list_is_filtered_by_keys_and_its_address_shows_the_same(
    visit: Visit, alice: User, lena: Person, mail: list[Email]
) -> None:
    searchable()
    page = visit(alice, f"/people/{lena.pk}/", width=360)
    expect(page.locator("#figure-unread")).to_have_text("3")
    expect(page.get_by_text("Also with Bob")).to_be_visible()
    top = page.locator("#email-rows").bounding_box()
    page.keyboard.press("1")
    expect_subjects(page, "Re: Offer", "To both", "Offer")
    page.keyboard.press("3")
    expect_subjects(page, "Re: Offer", "To both")
    expect(page.get_by_text("Thread of 2 emails")).to_be_visible()
    assert page.url.endswith("?unread=1&as=threads")
    page.reload()
    expect_subjects(page, "Re: Offer", "To both")
    page.keyboard.press("0")
    expect_subjects(page, "Re: Offer", "To both", "Offer", "Lunch")
    assert page.locator("#email-rows").bounding_box() == top
    page.keyboard.press(".")
    page.keyboard.type("kettles")
    expect_subjects(page, "To both")
    expect(page).to_have_url(f"{page.url.split('?')[0]}?words=kettles")
    page.get_by_label("Search these emails").fill("")
    expect_subjects(page, "Re: Offer", "To both", "Offer", "Lunch")
    page.get_by_text("More filters").click()
    page.get_by_label("Order").select_option("Oldest first")
    expect_subjects(page, "Lunch", "Offer", "To both", "Re: Offer")
    page.get_by_label("Sent or received").select_option("Sent")
    expect(page.get_by_role("heading", name="No such emails")).to_be_visible()
    assert axe_violations(page) == []


@pytest.mark.django_db(transaction=True)
def test_live_rows_keep_the_filter(
    visit: Visit, alice: User, account: EmailAccount, lena: Person, mail: list[Email]
) -> None:
    page = visit(alice, f"/people/{lena.pk}/?unread=1&sort=oldest")
    expect(page.locator("html[data-live-state=open]")).to_be_attached()
    expect_subjects(page, "Offer", "To both", "Re: Offer")
    ask_for(ActionKind.MARK_UNREAD, mail[3], NOON)
    expect_subjects(page, "Lunch", "Offer", "To both", "Re: Offer")
    received(account, message("Later", NOON + timedelta(minutes=1), from_=LENA))
    expect_subjects(page, "Lunch", "Offer", "To both", "Re: Offer", "Later")


@pytest.mark.django_db
def test_a_row_that_the_filter_leaves_out_changes_only_where_one_is_looking(
    alice: User, lena: Person, mail: list[Email]
) -> None:
    Email.objects.filter(pk=mail[0].pk).update(is_read=True)
    asked = {"unread": "1"}
    [event] = row_events(lena, asked, alice, [mail[0].pk])
    assert event.name == "rows"
    assert "data-only-here" in event.text
    [event] = row_events(lena, asked, alice, [mail[2].pk])
    assert "data-only-here" not in event.text


@pytest.mark.django_db(transaction=True)
def test_a_live_list_of_threads_moves_the_thread_up(
    visit: Visit, alice: User, account: EmailAccount, lena: Person, mail: list[Email]
) -> None:
    page = visit(alice, f"/people/{lena.pk}/?as=threads")
    expect(page.locator("html[data-live-state=open]")).to_be_attached()
    expect_subjects(page, "Re: Offer", "To both", "Lunch")
    again = message("Re: Offer!", NOON + timedelta(minutes=1), from_=LENA, references="<1@x>")
    received(account, again)
    expect_subjects(page, "Re: Offer!", "To both", "Lunch")
    expect(page.get_by_text("Thread of 3 emails")).to_be_visible()


@pytest.mark.django_db(transaction=True)
def test_a_long_list_goes_on_by_keys(
    visit: Visit, alice: User, account: EmailAccount, lena: Person
) -> None:
    raws = [message(f"N{n}", NOON - timedelta(minutes=n), from_=LENA) for n in range(100)]
    record(folder_of(account), 1, [arrival(raw) for raw in raws])
    page = visit(alice, f"/people/{lena.pk}/")
    for shown in (2 * PAGE, 3 * PAGE):
        page.keyboard.press("J")
        expect(page.locator("#email-rows .email-row")).to_have_count(shown)
    page.keyboard.press("K")
    expect(page.locator("#email-rows .email-row a").first).to_be_focused()


@pytest.mark.django_db
def test_what_came_back_says_so_to_whoever_sees_it_whole(
    alice: User, bob: User, account: EmailAccount, lena: Person, as_user: SignIn
) -> None:
    sent = received(account, message("Went out", from_=account.address, to=LENA), "Sent")
    assert sent.direction == Direction.SENT
    OutgoingEmail.objects.create(
        author=alice,
        key="00000000-0000-4000-8000-000000000001",
        account=account,
        copy=sent,
        not_taken={LENA: "No such mailbox."},
        away={LENA: "I am on holiday."},
        state=OutgoingState.SENT,
        changed_at=NOON,
    )
    answer = {"from_": LENA, "to": account.address, "auto_submitted": "auto-replied"}
    received(account, message("I am away", **answer))
    draft = OutgoingEmail(author=alice, key="00000000-0000-4000-8000-000000000002")
    draft.to, draft.subject, draft.changed_at = f"Lena <{LENA.upper()}>", "Begun", NOON
    draft.recipients = [LENA]
    draft.save()
    EmailAccount.objects.update(sharing=Sharing.PUBLIC, sight=1)
    address = f"/people/{lena.pk}/"
    page = as_user(alice).get(address, {"way": "bounced"}).content.decode()
    assert "Went out" in page
    assert "tag-alert" in page
    assert ">Automatic reply<" in page
    assert ">Automatic<" in as_user(alice).get(address).content.decode()
    assert ">Automatic<" in as_user(alice).get("/inbox/?column=people").content.decode()
    assert "Begun" in page
    page = as_user(bob).get(address, {"way": "bounced"}).content.decode()
    assert "No such emails" in page
    assert "tag-alert" not in as_user(bob).get(address).content.decode()
    assert "Automatic" not in as_user(bob).get(address).content.decode()
    assert "Begun" not in as_user(bob).get(address).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "rubbish", ["x", "1", "\0", "9" * 400, "2026-13-40", "0001-01-01", "9999-12-31", "‮", '">']
)
def test_an_address_that_means_nothing_asks_for_nothing(
    alice: User, lena: Person, mail: list[Email], as_user: SignIn, rubbish: str
) -> None:
    names = ("way", "unread", "attachments", "since", "until", "sort", "as", "after", "shared_by")
    for name in names:
        answer = as_user(alice).get(f"/people/{lena.pk}/", {name: rubbish})
        assert answer.status_code == 200
        assert rubbish == "1" or b"Lunch" in answer.content
    for path in ("", "figures/", "outgoing/"):
        asked = dict.fromkeys((*names, "words", "email"), rubbish)
        assert as_user(alice).get(f"/people/{lena.pk}/{path}", asked).status_code == 200


@pytest.mark.django_db
def test_rows_alone_are_for_htmx_and_say_their_address(
    alice: User, lena: Person, mail: list[Email], as_user: SignIn
) -> None:
    client = as_user(alice)
    address = f"/people/{lena.pk}/"
    part = client.get(address, {"unread": "1", "words": "", "way": ""}, headers=HTMX)
    assert part.headers["HX-Push-Url"] == f"{address}?unread=1"
    assert b"<html" not in part.content
    again = client.get(address, headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert b"<html" in again.content


@pytest.mark.django_db
def test_a_list_costs_no_more_questions_with_more_mail(
    alice: User, account: EmailAccount, as_user: SignIn, django_assert_max_num_queries: object
) -> None:
    lena = person("Lena Much", "much@customer.example")
    raws = [
        message(f"N{n}", NOON - timedelta(minutes=n), from_=LENA, to="much@customer.example")
        for n in range(120)
    ]
    record(folder_of(account), 1, [arrival(raw) for raw in raws])
    client = as_user(alice)
    client.get(f"/people/{lena.pk}/")
    with django_assert_max_num_queries(52):  # type: ignore[operator]
        client.get(f"/people/{lena.pk}/")
