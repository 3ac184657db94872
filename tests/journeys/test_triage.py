"""Fifty emails are dealt with by keys alone: each key shows at once, and the server has it too.

A real server, a real engine, a real browser. What judges a time runs alone.
"""

import imaplib
import re
import statistics
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.plugin import DjangoDbBlocker

from cast import NOON, message, person
from engine.kept_mailbox import KeptMailbox
from journeys.databases import database_like, django_using
from journeys.installation import ALICE, SECRET, Installation
from journeys.waiting import seconds_until
from postroom.accounts.models import EmailAccount
from postroom.archive.models import Email
from postroom.association.inbox import PAGE
from servers.dovecot import Dovecot, dovecot
from web.browser import Site, browser, serving

__all__ = ["browser"]

LEA = "lea@customer.example"
EMAILS = 50
AT_MOST_MS = 100
# What a key does: the folder where the email lies afterwards, and its mark there.
DEEDS = {
    "e": ("Archive", ""),
    "#": ("Trash", ""),
    "s": ("INBOX", "Flagged"),
    "u": ("INBOX", "Seen"),
    "d": ("INBOX", ""),
}
STAYS = "su"  # Here the row stays where it is, and j goes on to the next.
LISTEN = """() => {
  window.shownAfter = [];
  let pressed = null;
  const begin = (event) => { if ("e#sud".includes(event.key)) pressed = performance.now(); };
  addEventListener("keydown", begin, true);
  new MutationObserver(() => {
    if (pressed === null) return;
    const since = pressed;
    pressed = null;
    requestAnimationFrame(() => shownAfter.push(performance.now() - since));
  }).observe(
    document.getElementById("email-rows"), { subtree: true, childList: true, attributes: true }
  );
}"""


@pytest.fixture
def desk(
    migrated_template: str,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[KeptMailbox, Site]]:
    """Alice's mailbox with fifty letters of a lead, its engine, and the web server."""
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
        person("Lea Customer", LEA)
        with mailbox.engine():
            seconds_until(lambda: Email.objects.filter(in_inbox=True).count() == EMAILS, 60)
            yield mailbox, site
        mailbox.switch_off()


def prepare(server: Dovecot) -> None:
    """The letters, newest first by their numbers, and where to put them."""
    letters = [
        message(f"Letter {n:02}", NOON - timedelta(hours=n), from_=LEA, to=ALICE)
        for n in range(EMAILS)
    ]
    server.add(ALICE, "INBOX", letters)
    server.add(ALICE, "Archive", [])
    with imaplib.IMAP4(server.host, server.port) as phone:
        phone.login(ALICE, SECRET)
        phone.create("Archive")
        phone.create("Trash")


def keys() -> list[str]:
    """One for each letter, in the order of the list."""
    return [list(DEEDS)[n % len(DEEDS)] for n in range(EMAILS)]


def on_the_server(server: Dovecot) -> dict[str, tuple[str, str]]:
    """Each letter with its folder, and its mark if it has one."""
    found = {}
    with imaplib.IMAP4(server.host, server.port) as phone:
        phone.login(ALICE, SECRET)
        for folder in ("INBOX", "Archive", "Trash"):
            phone.select(folder, readonly=True)
            told = phone.fetch("1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
            for part in told:
                if isinstance(part, tuple):
                    [subject] = re.findall(rb"Letter \d\d", part[1])
                    mark = re.search(rb"Flagged|Seen", part[0])
                    found[subject.decode()] = (folder, mark[0].decode() if mark else "")
    return found


def open_inbox(browser: Browser, site: Site, mailbox: KeptMailbox) -> Page:
    """SalesInbox with the leads' column."""
    context = browser.new_context(base_url=site.url, viewport={"width": 1440, "height": 900})
    cookie = site.cookie_of(mailbox.account.owner)
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": site.url}])
    page = context.new_page()
    page.goto("/inbox/?column=people")
    expect(page.locator("#email-rows .email-row")).to_have_count(PAGE)
    return page


@pytest.mark.alone
@pytest.mark.timeout(300)
def test_fifty_are_dealt_with_by_keys_and_the_server_has_the_same(
    desk: tuple[KeptMailbox, Site], browser: Browser
) -> None:
    mailbox, site = desk
    page = open_inbox(browser, site, mailbox)
    page.evaluate(LISTEN)
    page.keyboard.press("j")
    for done, key in enumerate(keys(), 1):
        page.keyboard.press(key)
        page.wait_for_function("(n) => shownAfter.length === n", arg=done)
        if key in STAYS:
            page.keyboard.press("j")
    shown = page.evaluate("shownAfter")
    right = {f"Letter {n:02}": DEEDS[key] for n, key in enumerate(keys())}
    took = seconds_until(lambda: on_the_server(mailbox.server) == right, 60, every=0.5)
    print(
        f"{EMAILS} keys shown after {statistics.median(shown):.0f} ms (median),"
        f" {max(shown):.0f} ms (latest); on the server {took:.1f} s after the last one"
    )
    assert max(shown) <= AT_MOST_MS
    page.reload()
    expect(page.locator("#email-rows .email-row")).to_have_count(2 * EMAILS // len(DEEDS))
