"""Attacks in what lists show of mail: snippet, subject, sender, and the names of files beside it;
and in what servers and machines answer to what was sent.

Every row is pointed at, focused, clicked and typed at, with the page's policy and without. Nothing
sanitises a list: all of it is text, so without the sanitiser is how it always is. That the same
texts do run something where they are not text is the control.
"""

from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from cast import NOON, received
from postroom.accounts.models import EmailAccount
from postroom.archive.models import Email
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Company, Deal, Person
from postroom.crm.pipeline import first_stage
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.team.models import User
from search.worlds import searchable
from web.browser import Site
from web.hostile import HERE, TEXTS, aimed
from web.recorder import Recorder
from web.test_hostile_mail import (
    IN_ONE_EMAIL,
    IS_LONG,
    LENA,
    WITNESS,
    Seen,
    asked_of,
    browser,
    context,
    letter_saying,
    letters,
    listen,
    recorder,
    unsealed,
)
from web.visitor import VISITOR

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(5400 if IS_LONG else 300),
]
__all__ = ["browser", "context", "letters", "recorder"]

TOUCH = f"(root) => ({VISITOR})(root)"
# What of an email's page is a stranger's words and not a button of ours.
BESIDE = "#subject, .reading-head, .files, .cautions, .customer"


@pytest.fixture
def lists(alice: User, lena: Person) -> list[str]:
    """Every page that lists the mail with Lena."""
    company, deal = Company.objects.create(name="Mill"), Deal()
    Person.objects.filter(pk=lena.pk).update(company=company)
    keep_deal(deal, DealEntry("Offer", first_stage(), people=[LENA]), NOON)
    User.objects.filter(pk=alice.pk).update(salesinbox_on=True)
    person = f"/people/{lena.pk}/"
    more = f"/companies/{company.pk}/", f"/deals/{deal.pk}/", "/inbox/?column=deals"
    return [person, f"{person}?as=threads", *more, f"/search/?q=from:{LENA}"]


@pytest.mark.parametrize("without", ["nothing", "policy"])
def test_no_row_of_a_list_does_what_its_email_wants(
    without: str,
    context: BrowserContext,
    site: Site,
    account: EmailAccount,
    letters: list[Email],
    lists: list[str],
    recorder: Recorder,
) -> None:
    texts = [aimed(text, recorder.host(f"walled-text{n}")) for n, text in enumerate(TEXTS)]
    said = [
        received(account, letter_saying(text, LENA, f"<{n}@x>")) for n, text in enumerate(texts)
    ]
    searchable()
    if without == "policy":
        context.route(f"{site.url}/**", pages_unsealed)
    seen = Seen()
    context.add_init_script(WITNESS)
    page = context.new_page()
    listen(page, seen)
    rows = [touched_rows(page, path) for path in lists]
    for email in said if IS_LONG else said[::8]:
        page.goto(f"/emails/{email.pk}/")
        page.locator(BESIDE).evaluate_all(f"(parts) => parts.map({TOUCH})")
    page.goto(f"/writing/{answered_by_machines(account, texts).key}/")
    page.locator("#sending p").evaluate_all(f"(parts) => parts.map({TOUCH})")
    assert page.locator("#sending p").count() > 2 * len(texts)
    page.wait_for_timeout(300)
    seen.asked = asked_of(recorder, "walled")
    print(f"{len(letters) + len(said)} emails, rows {rows}, without {without}: {seen}")
    assert min(rows) >= len(letters) + len(said)
    assert len(letters) * IN_ONE_EMAIL >= 400
    assert seen == Seen()
    if without == "policy":
        page.locator("main").evaluate(
            f"(main, texts) => {{ main.innerHTML = texts.join(''); ({VISITOR})(main); }}",
            [text for text in TEXTS if HERE not in text],
        )
        page.wait_for_timeout(300)
        assert seen.fired, "the control: what is not text runs"


def answered_by_machines(account: EmailAccount, texts: list[str]) -> OutgoingEmail:
    """What came back, with these words of the servers and of who is away."""
    words = {f"{n}@customer.example": text for n, text in enumerate(texts)}
    told = {"not_taken": words, "away": words, "reason": texts[0], "recipients": list(words)}
    came_back = {"author": account.owner, "state": OutgoingState.BOUNCED, "changed_at": NOON}
    return OutgoingEmail.objects.create(key=uuid4(), account=account, **came_back, **told)


def pages_unsealed(route: Route) -> None:
    """Pages without what their headers forbid; a stream would never end before it is handed on."""
    if route.request.resource_type == "document":
        unsealed(route)
    else:
        route.continue_()


def touched_rows(page: Page, path: str) -> int:
    """Touch all that a list shows, page by page; how many rows it has."""
    rows = 0
    while path:
        page.goto(path)
        further = page.locator("[data-rows] > .more a").evaluate_all("(all) => all[0]?.href")
        page.locator("[data-rows]").evaluate(TOUCH)
        strangers = page.locator("main script, main style, main [onerror], main [onload]")
        assert strangers.count() == 0
        rows += page.locator(".email-row").count()
        path = further or ""
    return rows
