"""An open page changes by itself: for whom it should, quickly, and for nobody else."""

import json
import re
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse, QueryDict
from django.test import Client, RequestFactory
from django.utils import timezone
from playwright.sync_api import Page, expect

from cast import NOON, arrival, folder_of, message, received
from postroom.accounts.lifecycle import meet_trouble
from postroom.accounts.members import add_member, remove_member
from postroom.accounts.models import EmailAccount, Ruling, Sharing
from postroom.archive.actions import ask_for
from postroom.archive.announce import IN_SIGHT, announce_account
from postroom.archive.arrivals import Body
from postroom.archive.bodies import body_unavailable, store_bodies
from postroom.archive.ledger import miss
from postroom.archive.models import ActionKind, Email, ServerCopy, SyncRun
from postroom.archive.record import record
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Deal, Person
from postroom.crm.people import set_addresses
from postroom.crm.pipeline import first_stage
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.team.models import User
from postroom.web.live import streams, views
from postroom.web.live.hub import Hub, Subscriber
from postroom.web.live.rows import row_events
from web.browser import Visit, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

LENA = "lena@customer.example"
ROWS = "#email-rows .email-row"


def from_lena(subject: str, days_ago: int = 0) -> bytes:
    return message(subject, NOON - timedelta(days=days_ago), from_=f"Lena <{LENA}>")


def listening(page: Page) -> Page:
    """The page, once its stream is open and has caught up."""
    page.wait_for_selector("html[data-live-state=open]")
    page.wait_for_timeout(1200)
    return page


def subjects(page: Page) -> list[str]:
    return page.locator("#email-rows .subject").all_inner_texts()


def test_a_new_email_takes_its_place_without_a_reload(
    visit: Visit, alice: User, account: EmailAccount, lena: Person
) -> None:
    received(account, from_lena("Newest"))
    received(account, from_lena("Oldest", days_ago=9))
    page = listening(visit(alice, f"/people/{lena.pk}/"))
    received(account, from_lena("Between", days_ago=3))
    expect(page.locator(ROWS)).to_have_count(3)
    assert subjects(page) == ["Newest", "Between", "Oldest"]


def test_a_companys_and_a_deals_list_change_too(
    visit: Visit, alice: User, bob: User, account: EmailAccount, lena: Person
) -> None:
    deal = Deal()
    keep_deal(deal, DealEntry("Offer", first_stage(), company="Lead Ltd", people=[LENA]), NOON)
    Person.objects.update(company=deal.company)
    received(account, from_lena("First", days_ago=1))
    company = visit(alice, f"/companies/{deal.company_id}/")
    offer, others = company.context.new_page(), visit(bob, f"/companies/{deal.company_id}/")
    offer.goto(f"/deals/{deal.pk}/")
    for page in (company, offer, others):
        expect(page.locator("html[data-live-state=open]")).to_be_attached()
    letter = received(account, from_lena("Second"))
    for page in (company, offer):
        expect(page.locator(ROWS)).to_have_count(2)
        assert subjects(page) == ["Second", "First"]
    ask_for(ActionKind.MARK_READ, letter, timezone.now())
    read = re.compile(r"^email-row( arrived)?$")
    for page in (company, offer):
        expect(page.locator(f"#email-row-{letter.pk}")).to_have_class(read)
    people = "section[aria-labelledby=people-title]"
    expect(company.locator(people)).to_contain_text("2 emails")
    expect(others.locator(people)).not_to_contain_text("email")
    nina = Person.objects.create(last_name="New", company=deal.company)
    received(account, message("From Nina", NOON, from_="nina@customer.example"))
    set_addresses(nina, ["nina@customer.example"])
    expect(company.locator(ROWS)).to_have_count(3)
    expect(others.locator(ROWS)).to_have_count(0)


@pytest.mark.alone
def test_it_is_on_the_page_in_the_blink_of_an_eye(
    visit: Visit, alice: User, account: EmailAccount, lena: Person
) -> None:
    page = listening(visit(alice, f"/people/{lena.pk}/"))
    page.evaluate(
        """() => { window.arrived = []; new MutationObserver((changes) => {
        for (const c of changes) for (const n of c.addedNodes) if (n.id) arrived.push(Date.now());
        }).observe(document.getElementById("email-rows"), { childList: true }); }"""
    )
    folder, delays = folder_of(account), []
    for number in range(12):
        record(folder, 1, [arrival(from_lena(f"Number {number}"))])
        told = time.time() * 1000
        expect(page.locator(ROWS)).to_have_count(number + 1)
        delays.append(page.evaluate("arrived.at(-1)") - told)
        page.wait_for_timeout(400)
    delays.sort()
    print(f"from NOTIFY to the page, ms: best {delays[0]:.0f}, median {delays[6]:.0f}")
    assert len(delays) == 12
    # 29 ms at best and 93 as a median were seen; the rest is room for a machine with other work.
    assert delays[0] <= 250


def test_an_empty_page_fills(
    visit: Visit, alice: User, account: EmailAccount, lena: Person
) -> None:
    page = listening(visit(alice, f"/people/{lena.pk}/"))
    expect(page.get_by_text("No emails with Lena Lead yet")).to_be_visible()
    received(account, from_lena("First"))
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.get_by_text("No emails with Lena Lead yet")).to_be_hidden()


def test_reading_elsewhere_clears_unread_here_and_keeps_the_focus(
    visit: Visit, alice: User, lena: Person, letter: Email
) -> None:
    page = listening(visit(alice, f"/people/{lena.pk}/"))
    row = page.locator(f"#email-row-{letter.pk}")
    expect(row).to_have_class("email-row unread")
    row.locator("a").focus()
    ask_for(ActionKind.MARK_READ, letter, timezone.now())
    expect(row).to_have_class("email-row")
    expect(row.locator("a")).to_be_focused()


def test_a_removed_email_goes(visit: Visit, alice: User, lena: Person, letter: Email) -> None:
    page = listening(visit(alice, f"/people/{lena.pk}/"))
    copy = ServerCopy.objects.get(email=letter)
    long_ago = timezone.now() - timedelta(hours=1)
    miss(copy.folder, [copy.uid], long_ago)
    miss(copy.folder, [copy.uid], timezone.now())
    expect(page.locator(ROWS)).to_have_count(0)
    expect(page.get_by_text("No emails with Lena Lead yet")).to_be_visible()


def test_charlie_hears_nothing_at_all(
    visit: Visit,
    alice: User,
    charlie: User,
    account: EmailAccount,
    lena: Person,
    letter: Email,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "KEEP_ALIVE", 3600.0)
    page = visit(charlie, "/leads/")
    page.evaluate(
        """async (url) => { window.heard = "";
        const text = (await fetch(url)).body.pipeThrough(new TextDecoderStream());
        (async () => { for await (const chunk of text) heard += chunk; })(); }""",
        f"/people/{lena.pk}/live/",
    )
    wait_for(lambda: "event: page" in page.evaluate("heard"))
    page.wait_for_timeout(2000)
    before = page.evaluate("heard")
    watching = listening(visit(alice, f"/people/{lena.pk}/"))
    received(account, from_lena("Secret"))
    copy = ServerCopy.objects.get(email=letter)
    miss(copy.folder, [copy.uid], timezone.now() - timedelta(hours=1))
    miss(copy.folder, [copy.uid], timezone.now())
    expect(watching.locator(f"#email-row-{letter.pk}")).to_have_count(0)
    assert subjects(watching) == ["Secret"]
    page.wait_for_timeout(500)
    # Not even an octet: when a stream says something is something to know.
    assert page.evaluate("heard") == before
    assert "Quarterly" not in before


def test_what_is_made_private_goes_from_bobs_open_page(
    visit: Visit, bob: User, account: EmailAccount, lena: Person, letter: Email
) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    page = listening(visit(bob, f"/people/{lena.pk}/"))
    expect(page.locator(ROWS)).to_have_count(1)
    EmailAccount.objects.update(sharing=Sharing.PRIVATE)
    announce_account(account.pk)
    expect(page.locator(ROWS)).to_have_count(0)


@pytest.mark.alone
@pytest.mark.parametrize("change", ["re-addressed", "hidden", "deactivated"])
def test_an_open_page_obeys_within_a_second(
    change: str, visit: Visit, bob: User, account: EmailAccount, lena: Person, letter: Email
) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    page = listening(visit(bob, f"/people/{lena.pk}/"))
    expect(page.locator(ROWS)).to_have_count(1)
    match change:
        case "re-addressed":
            set_addresses(lena, ["somebody@else.example"])
        case "hidden":
            Ruling.objects.create(account=account, identity=letter.identity, sight=0, at=NOON)
        case "deactivated":
            User.objects.filter(pk=bob.pk).update(is_active=False)
    expect(page.locator(ROWS)).to_have_count(0, timeout=1_000)


@pytest.mark.parametrize("ending", ["deactivated", "signed out"])
def test_a_stream_ends_with_its_viewers_right_to_look(
    ending: str, visit: Visit, alice: User, account: EmailAccount, lena: Person
) -> None:
    page = listening(visit(alice, f"/people/{lena.pk}/"))
    if ending == "deactivated":
        User.objects.update(is_active=False)
    else:
        Session.objects.all().delete()
    received(account, from_lena("Too late"))
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "Too late" not in page.content()


def test_an_open_page_has_its_viewers_mailboxes_looked_after(
    visit: Visit, alice: User, bob: User, account: EmailAccount, lena: Person
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {IN_SIGHT}")
    listening(visit(bob, f"/people/{lena.pk}/"))  # It is not his.
    listening(visit(alice, f"/people/{lena.pk}/"))
    heard = list(connection.connection.notifies(timeout=1))
    assert {notice.payload for notice in heard} == {json.dumps({"accounts": [account.pk]})}
    assert len(heard) <= 2


@pytest.mark.parametrize("where", ["/people/{person}/?email={email}", "/emails/{email}/"])
def test_a_body_that_is_fetched_appears(
    where: str, visit: Visit, alice: User, account: EmailAccount, lena: Person
) -> None:
    raw = message("Later", NOON, "Here I am.", from_=LENA)
    [pk] = record(folder_of(account), 1, [arrival(raw)]).values()
    page = listening(visit(alice, where.format(person=lena.pk, email=pk)))
    expect(page.get_by_text("Fetching from your mailbox…")).to_be_visible()
    store_bodies(account.pk, [Body(pk, raw, "Here I am.", has_attachments=False)])
    expect(page.locator(".letter")).to_have_text("Here I am.")


def test_a_body_that_cannot_be_had_is_said(
    visit: Visit, alice: User, account: EmailAccount, lena: Person
) -> None:
    [pk] = record(folder_of(account), 1, [arrival(from_lena("Lost"))]).values()
    page = listening(visit(alice, f"/people/{lena.pk}/?email={pk}"))
    body_unavailable([pk], account.pk)
    expect(page.get_by_text("could not be fetched from the mailbox")).to_be_visible()


def test_the_account_page_shows_progress_and_trouble_as_they_come(
    visit: Visit, alice: User, account: EmailAccount
) -> None:
    page = listening(visit(alice, f"/setup/channels/email/{account.pk}/"))
    start = timezone.now() - timedelta(seconds=10)
    SyncRun.objects.create(
        account=account, started_at=start, messages_found=400, messages_done=100, messages_rate=10
    )
    announce_account(account.pk)
    expect(page.get_by_text("100 of 400 emails")).to_be_visible()
    expect(page.get_by_text("left", exact=False)).to_be_visible()
    meet_trouble(account, "sign_in_refused", "The password was refused.", timezone.now())
    announce_account(account.pk)
    expect(page.get_by_text("The password was refused.")).to_be_visible()


def test_a_page_that_was_away_catches_up(
    visit: Visit, alice: User, account: EmailAccount, lena: Person, letter: Email
) -> None:
    page = listening(visit(alice, f"/people/{lena.pk}/"))
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    received(account, from_lena("Meanwhile"))
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('pageshow'))")
    expect(page.locator(ROWS)).to_have_count(2)


def test_who_left_a_team_does_not_hear_who_is_there(
    as_user: Callable[[User], Client],
    bob: User,
    letter: Email,
    lena: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Though they see the email still, as every colleague does."""
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    account = letter.account
    add_member(account, bob, account.owner, NOON)
    opened: list[tuple[Subscriber, streams.Compose]] = []

    def open_it(_: object, subscriber: Subscriber, compose: streams.Compose) -> HttpResponse:
        opened.append((subscriber, compose))
        return HttpResponse()

    monkeypatch.setattr(views, "live_response", open_it)
    request = RequestFactory().get("/")
    request.session = SessionStore(as_user(bob).cookies["sessionid"].value)
    async_to_sync(views.email)(request, letter.pk)
    [(subscriber, compose)] = opened
    assert subscriber.teams == {account.pk}
    remove_member(account, bob, account.owner, NOON)
    assert list(compose(bob, frozenset({letter.pk})))
    assert subscriber.teams == set()


def test_a_page_that_is_brought_in_line_as_a_whole_says_nothing_of_unseen_mail(
    alice: User, bob: User, lena: Person, letter: Email
) -> None:
    """That it changed tells when Alice and Lena write each other."""
    deal = Deal()
    keep_deal(deal, DealEntry("Offer", first_stage(), people=[LENA]), NOON)
    threads, came = QueryDict("as=threads"), frozenset({letter.pk})
    for whose in (lena, deal):
        heard = [list(row_events(whose, threads, who, came)) for who in (alice, bob)]
        assert [[event.name for event in events] for events in heard] == [["page"], []]
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    assert [event.name for event in row_events(deal, QueryDict(), bob, came)] == ["page"]


def test_what_one_wrote_changes_on_open_pages_as_it_is_scheduled_sent_and_called_back(
    visit: Visit, alice: User, bob: User, lena: Person
) -> None:
    page = listening(visit(alice, f"/people/{lena.pk}/"))
    every = page.context.new_page()
    every.goto("/writing/")
    listening(every)
    written = {"author": alice, "subject": "Offer", "recipients": [LENA], "changed_at": NOON}
    row = OutgoingEmail.objects.create(
        key=uuid4(), state=OutgoingState.SCHEDULED, due_at=NOON, **written
    )
    expect(page.locator(".outgoing-scheduled")).to_have_count(1)
    expect(every.get_by_role("heading", name="Scheduled")).to_be_visible()
    row.state = OutgoingState.SENT
    row.save()
    expect(page.locator(".outgoing-sent")).to_have_count(1)
    expect(every.get_by_role("heading", name="Sent from here")).to_be_visible()
    row.delete()
    expect(page.locator("#outgoing li")).to_have_count(0)
    expect(every.get_by_role("heading", name="Nothing written yet")).to_be_visible()


def test_nobody_else_is_woken_by_what_one_writes() -> None:
    hub, alice, bob = Hub(), Subscriber(viewer=1), Subscriber(viewer=2)
    hub.subscribers = {alice, bob}
    hub.publish_outgoing(1)
    assert (alice.take_signs(), bob.take_signs()) == (["outgoing"], [])
