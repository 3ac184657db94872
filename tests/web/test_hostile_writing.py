"""Mail that attacks whoever answers it, and what they paste: nothing runs, nothing is asked for,
nothing of it leaves. That the payloads are sharp is shown in test_hostile_mail.py."""

import pytest
from playwright.sync_api import BrowserContext, expect

from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.seals import keep_secret
from postroom.crm.models import Person
from postroom.rendering.own_html import Page, purify
from postroom.team.models import User
from web.browser import Site, Visit
from web.hostile import RECORDER
from web.test_hostile_mail import (
    PAYLOADS,
    WITNESS,
    Seen,
    context,
    frames_of,
    letters_with,
    look_at,
    watch,
)

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["context"]

PASTE = """(payloads) => {
    const { editor } = document.querySelector("[data-rich-of]");
    for (const payload of payloads) {
        editor.commands.setContent(payload);
        const transfer = new DataTransfer();
        transfer.setData("text/html", payload);
        editor.view.dom.dispatchEvent(new ClipboardEvent("paste", {
            clipboardData: transfer, bubbles: true, cancelable: true }));
        for (const one of editor.view.dom.querySelectorAll("*")) {
            one.dispatchEvent(new Event("mouseover"));
            if (one.tagName !== "A") one.dispatchEvent(new Event("click"));
        }
    }
    editor.commands.setContent("<p>done</p>");
}"""


def test_what_leaves_does_nothing_where_it_is_read_unprotected(context: BrowserContext) -> None:
    documents = {f"/{n}": purify(Page(payload)).html for n, payload in enumerate(PAYLOADS)}
    seen = watch(context, documents, {})
    print(f"{len(documents)} payloads: {len(seen.fired)} ran a script, {len(seen.asked)} asked")
    assert seen == Seen()


def test_a_quote_does_nothing_while_it_is_answered(
    context: BrowserContext, site: Site, alice: User, account: EmailAccount, lena: Person
) -> None:
    letters = letters_with(account)
    context.add_cookies([{"name": "sessionid", "value": site.cookie_of(alice), "url": site.url}])
    paths = [f"/writing/new/below/?answers={letter.pk}" for letter in letters.values()]
    host = f"{site.url}/host"
    context.route(host, lambda r: r.fulfill(body=frames_of(paths), content_type="text/html"))
    seen = look_at(context, host, [site.url + path for path in paths])
    print(f"{len(letters)} payloads: {len(seen.fired)} ran a script, {len(seen.asked)} asked")
    assert len(letters) == len(PAYLOADS)
    assert seen == Seen()


def test_the_editor_runs_nothing_that_is_pasted_and_asks_for_nothing(
    visit: Visit, alice: User, account: EmailAccount
) -> None:
    account.smtp_host = "127.0.0.1"
    account.save()
    keep_secret(account, Direction.OUTGOING, "x")
    page = visit(alice, "/writing/new/")
    fired: list[str] = []
    asked: list[str] = []
    page.on("console", lambda m: fired.append(m.text) if "FIRED" in m.text else None)
    page.on("request", lambda r: asked.append(r.url) if r.url.startswith(RECORDER) else None)
    page.evaluate(f"() => {{ {WITNESS} }}")
    editor = page.get_by_role("textbox", name="Text")
    expect(editor).to_be_visible()
    page.evaluate(PASTE, list(PAYLOADS))
    expect(editor).to_have_text("done")
    page.wait_for_timeout(500)
    print(f"{len(PAYLOADS)} payloads: {len(fired)} ran a script, {len(asked)} asked")
    assert (fired, asked) == ([], [])
    page.evaluate(
        "(html) => { document.querySelector('main').innerHTML = html }", PAYLOADS_THAT_ASK
    )
    page.wait_for_timeout(300)
    assert asked, "the control: put into the page as it is, it asks"


PAYLOADS_THAT_ASK = f"<img src={RECORDER}control>"
