"""What one is told: chosen on a page, by one's own browser, of what one may see."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from cast import arrival, folder_of, message
from postroom.accounts.models import EmailAccount, Sharing
from postroom.archive.models import Email
from postroom.archive.record import record
from postroom.archive.triage import mute
from postroom.association.conditions import Step
from postroom.association.inbox_news import arrived, last_recorded
from postroom.crm.models import Person
from postroom.team.models import DigestWish, InboxColumn, User
from web.browser import Visit, wait_for

SignIn = Callable[[User], Client]
LENA = "lena@customer.example"
RECORDED = """
window.seen = [];
window.Notification = class {
  static permission = "granted";
  constructor(title, options) { seen.push(`${title}: ${options.body}`); }
};
"""


def came(account: EmailAccount, raw: bytes, at: datetime, folder: str = "INBOX") -> Email:
    """An email as sync records it at its moment."""
    place, coming = folder_of(account, folder), arrival(raw)._replace(received_at=at)
    [pk] = record(place, place.uidvalidity, [coming]).values()
    return Email.objects.get(pk=pk)


def test_it_is_chosen_on_a_page_and_nothing_holds_before(alice: User, as_user: SignIn) -> None:
    client = as_user(alice)
    client.cookies["time_zone"] = "Europe/Berlin"
    page = client.get("/you/news/").content.decode()
    assert '<option value="Europe/Berlin" selected>' in page
    assert "notices.js" not in client.get("/leads/").content.decode().replace("browser_notices", "")
    form = {"columns": ["deals"], "digest": "on", "hour": "8", "days": ["0", "6"]}
    assert client.post("/you/news/", form | {"time_zone": "Asia/Tokyo"}).status_code == 302
    wish = DigestWish.objects.get()
    assert (wish.hour, wish.days, wish.time_zone) == (8, [0, 6], "Asia/Tokyo")
    assert User.objects.get(pk=alice.pk).notice_columns == ["deals"]
    assert "notices.js" in client.get("/leads/").content.decode()
    client.post("/you/news/", {"hour": "8", "time_zone": "Asia/Tokyo"})
    assert not DigestWish.objects.exists()
    assert User.objects.get(pk=alice.pk).notice_columns == []


@pytest.mark.parametrize(
    "wrong",
    [{"hour": "24"}, {"time_zone": "No/Where"}, {"days": ["7"]}, {"days": []}, {"columns": ["x"]}],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    wrong: dict[str, object], alice: User, as_user: SignIn
) -> None:
    form = {"digest": "on", "hour": "8", "days": ["0"], "time_zone": "UTC", "columns": ["deals"]}
    assert as_user(alice).post("/you/news/", form | wrong).status_code == 422
    assert not DigestWish.objects.exists()
    assert User.objects.get(pk=alice.pk).notice_columns == []


def test_only_new_unread_mail_of_ones_own_inbox_is_news(
    alice: User, bob: User, account: EmailAccount, lena: Person
) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    now = timezone.now()

    def new(subject: str, minutes: int = 1, folder: str = "INBOX", **headers: str) -> Email:
        at = now - timedelta(minutes=minutes)
        raw = message(subject, at, **({"from_": LENA, "to": account.address} | headers))
        return came(account, raw, at, folder)

    for viewer in (alice, bob):
        viewer.notice_columns = ["people"]
    new("Before")
    start = last_recorded(alice)
    fresh = new("New")
    new("Old mail that is brought", minutes=600)
    new("Elsewhere", folder="Lists")
    new("Sent", folder="Sent", from_=account.address, to=LENA)
    Email.objects.filter(pk=new("Read").pk).update(is_read=True)
    mute(new("Muted", message_id="<m@x>"), now)
    mute(new("Muted too", references="<m@x>", in_reply_to="<m@x>"), now)
    told = [(email.subject, column.value) for email, column in arrived(alice, None, start, now)]
    assert told == [("New", "people")]
    assert [e.pk for e, _ in arrived(alice, {fresh.pk}, start, now)] == [fresh.pk]
    assert arrived(alice, set(), start, now) == []
    assert arrived(bob, None, 0, now) == []
    alice.notice_columns = []
    assert arrived(alice, None, start, now) == []
    word = [Step(kind="subject", text="New")]
    own = InboxColumn.objects.create(owner=alice, name="Mine", position=1, conditions=word)
    alice.notice_columns = [own.value]
    assert arrived(alice, None, start, now) == [(fresh, own)]


def heard(page: Page) -> list[str]:
    return list(page.evaluate("seen"))


@pytest.mark.django_db(transaction=True)
def test_the_browser_tells_of_the_chosen_columns_and_of_nobody_elses_mail(
    visit: Visit, alice: User, bob: User, account: EmailAccount, lena: Person
) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    User.objects.update(notice_columns=["people"])
    pages = [visit(alice, "/leads/"), visit(bob, "/leads/")]
    for page in pages:
        page.add_init_script(RECORDED)
        with page.expect_response("**/inbox/notices/live/*"):
            page.goto("/deals/")
    second = pages[0].context.new_page()
    second.add_init_script(RECORDED)
    second.goto("/leads/")
    expect(second.get_by_role("heading", name="Leads")).to_be_visible()
    now = timezone.now()
    came(account, message("Not chosen", now, from_="x@shop.example"), now)
    came(account, message("Chosen", now, from_=f"Lena Lead <{LENA}>"), now)
    wait_for(lambda: heard(pages[0]) == ["Lena Lead: Chosen\nContacts & Leads"])
    assert heard(second) == [], "one page of a browser listens for all of them"
    with second.expect_response("**/inbox/notices/live/*"):
        pages[0].close()
    came(account, message("Later", now, from_=LENA), now)
    wait_for(lambda: any("Later" in words for words in heard(second)))
    assert heard(pages[1]) == []
