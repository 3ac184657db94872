"""One mailbox, two mail programs: what is done on the page is done there, and the other way round.

Reference: “sync on all devices” (R-009). A real server, a real engine, a real browser.
"""

import imaplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.plugin import DjangoDbBlocker

from cast import message, person
from engine.kept_mailbox import KeptMailbox
from journeys.databases import database_like, django_using
from journeys.installation import ALICE, SECRET, Installation
from journeys.waiting import seconds_until
from postroom.accounts.models import EmailAccount
from postroom.archive.models import Email
from postroom.crm.models import Person
from servers.dovecot import Dovecot, dovecot
from web.browser import Site, browser, serving

__all__ = ["browser"]

LEA = "lea@customer.example"
START, SOON = 60.0, 30.0
MOMENT = SOON * 1000  # In Playwright's milliseconds.


@dataclass(frozen=True, slots=True)
class Desk:
    """Alice's mailbox with its engine and web server, and the person she writes with."""

    mailbox: KeptMailbox
    site: Site
    lea: Person

    def open(self, browser: Browser, subject: str) -> Page:
        """The person's page with a letter open."""
        context = browser.new_context(
            base_url=self.site.url, viewport={"width": 1440, "height": 900}
        )
        cookie = self.site.cookie_of(self.mailbox.account.owner)
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.site.url}])
        page = context.new_page()
        page.set_default_timeout(SOON * 1000)
        email = Email._default_manager.get(subject=subject)
        page.goto(f"/people/{self.lea.pk}/?email={email.pk}")
        return page

    def lies_in(self, folder: str, subject: str, *flags: str) -> bool:
        """Whether a letter lies there on the server, with these flags and no others."""
        with self.phone(folder) as phone:
            if not (number := found(phone, subject)):
                return False
            told = str(phone.fetch(number, "(FLAGS)")[1][0])
        return {name for name in ("Seen", "Flagged", "Answered") if name in told} == set(flags)

    @contextmanager
    def phone(self, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        """The other mail program."""
        server = self.mailbox.server
        with imaplib.IMAP4(server.host, server.port) as client:
            client.login(ALICE, SECRET)
            client.select(folder)
            yield client


def found(phone: imaplib.IMAP4, subject: str) -> str:
    """A letter's number in the open folder."""
    return str(phone.search(None, "SUBJECT", subject)[1][0].decode())


@pytest.fixture(scope="module")
def desk(
    migrated_template: str,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Desk]:
    with (
        dovecot({ALICE: SECRET}) as server,
        database_like(migrated_template) as url,
        django_db_blocker.unblock(),
        django_using(url),
        serving(url, tmp_path_factory.mktemp("site")) as site,
    ):
        prepare(server)
        postroom = Installation(url)
        postroom.add_users(ALICE)
        postroom.add_account(server)
        mailbox = KeptMailbox(server, postroom, EmailAccount.objects.get())
        lea = person("Lea Customer", LEA)
        with mailbox.engine():
            for subject in ("Offer", "Order", "Old"):
                mailbox.wait_for(subject, START)
            yield Desk(mailbox, site, lea)
        mailbox.switch_off()


def prepare(server: Dovecot) -> None:
    """Letters from the customer, and an archive and a trash."""
    for subject in ("Offer", "Order"):
        server.add(ALICE, "INBOX", [message(subject, from_=LEA, to=ALICE)])
    server.add(ALICE, "Archive", [message("Old", from_=LEA, to=ALICE)])
    with imaplib.IMAP4(server.host, server.port) as phone:
        phone.login(ALICE, SECRET)
        phone.create("Trash")


@pytest.mark.timeout(300)
def test_what_one_changes_the_other_shows(desk: Desk, browser: Browser) -> None:
    page = desk.open(browser, "Offer")
    row = page.locator(".email-row", has_text="Offer")
    standing = page.locator(".standing")
    seconds_until(lambda: desk.lies_in("INBOX", "Offer", "Seen"), SOON)

    page.locator("[id^=do-flag]").click()
    expect(page.locator("[id^=do-flag]")).to_have_attribute("aria-pressed", "true", timeout=MOMENT)
    seconds_until(lambda: desk.lies_in("INBOX", "Offer", "Seen", "Flagged"), SOON)
    expect(standing).to_contain_text("Flagged · on the server too", timeout=MOMENT)

    with desk.phone() as phone:
        phone.store(found(phone, "Offer"), "-FLAGS", "\\Flagged")
        phone.store(found(phone, "Offer"), "+FLAGS", "\\Answered")
    expect(page.locator("[id^=do-flag]")).to_have_attribute("aria-pressed", "false", timeout=MOMENT)
    expect(row.locator(".marks")).to_contain_text("Answered", timeout=MOMENT)

    page.locator("[id^=do-archive]").click()
    seconds_until(lambda: desk.lies_in("Archive", "Offer", "Seen", "Answered"), SOON)
    expect(standing).to_contain_text("Moved to Archive · on the server too", timeout=MOMENT)
    assert not desk.lies_in("INBOX", "Offer", "Seen", "Answered")
    expect(row).to_have_count(1, timeout=MOMENT)

    page.locator("[id^=do-trash]").click()
    expect(row).to_have_count(0, timeout=MOMENT)
    seconds_until(lambda: desk.lies_in("Trash", "Offer", "Seen", "Answered"), SOON)
    expect(standing).to_contain_text("Moved to Trash · on the server too", timeout=MOMENT)
    page.keyboard.press("#")
    seconds_until(lambda: desk.lies_in("Archive", "Offer", "Seen", "Answered"), SOON)
    expect(row).to_have_count(1, timeout=MOMENT)

    with desk.phone("Archive") as phone:
        phone._simple_command("MOVE", found(phone, "Offer"), "INBOX")
    expect(standing).to_contain_text("Inbox", timeout=MOMENT)
    expect(row).to_have_count(1, timeout=MOMENT)


@pytest.mark.timeout(300)
def test_what_is_done_while_the_server_is_away_waits_for_it(desk: Desk, browser: Browser) -> None:
    page = desk.open(browser, "Order")
    seconds_until(lambda: desk.lies_in("INBOX", "Order", "Seen"), SOON)
    with desk.mailbox.server_away():
        page.locator("[id^=do-flag]").click()
        page.locator("[id^=do-archive]").click()
        expect(page.locator(".standing")).to_contain_text(
            "Moved to Archive · waiting", timeout=MOMENT
        )
    expect(page.locator(".standing")).to_contain_text(
        "Moved to Archive · on the server too", timeout=MOMENT
    )
    assert desk.lies_in("Archive", "Order", "Seen", "Flagged")
