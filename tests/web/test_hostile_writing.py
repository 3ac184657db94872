"""Mail that attacks whoever answers it, and what they paste: nothing runs, nothing is asked for,
nothing of it leaves. That the payloads are sharp, and that a quote does nothing while it is
answered, is shown in test_hostile_mail.py."""

import pytest
from playwright.sync_api import Browser, expect

from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.seals import keep_secret
from postroom.rendering.own_html import Page, purify
from postroom.team.models import User
from web.browser import Visit
from web.recorder import Recorder
from web.test_hostile_mail import (
    IS_LONG,
    WITNESS,
    Seen,
    asked_of,
    attacks,
    batches,
    browser,
    documents,
    look_at,
    recorder,
    unsealed,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(5400 if IS_LONG else 300),
]
__all__ = ["browser", "recorder"]

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


def test_what_leaves_does_nothing_where_it_is_read_unprotected(
    browser: Browser, recorder: Recorder
) -> None:
    leaving = [purify(Page(attack)).html for attack in attacks(recorder, "leaving")]
    addresses = documents(recorder, batches(leaving, 10, "<hr>"), {})
    seen = look_at(browser.new_context(), f"{recorder.url}/host", addresses)
    seen.asked = asked_of(recorder, "leaving")
    print(f"{len(leaving)} payloads: {seen}")
    assert seen == Seen()


@pytest.mark.parametrize("without", ["nothing", "policy"])
def test_the_editor_runs_nothing_that_is_pasted_and_asks_for_nothing(
    without: str, visit: Visit, recorder: Recorder, alice: User, account: EmailAccount
) -> None:
    account.smtp_host = "127.0.0.1"
    account.save()
    keep_secret(account, Direction.OUTGOING, "x")
    page = visit(alice, "/writing/new/")
    if without == "policy":
        page.route(page.url.replace("/writing/new/", "/**"), unsealed)
        page.reload()
    fired: list[str] = []
    asked: list[str] = []
    page.on("console", lambda m: fired.append(m.text) if "FIRED" in m.text else None)
    page.on("request", lambda r: asked.append(r.url) if ".localhost" in r.url else None)
    page.evaluate(f"() => {{ {WITNESS} }}")
    editor = page.get_by_role("textbox", name="Text")
    expect(editor).to_be_visible()
    pasted = attacks(recorder, letter := f"pasted-{without}-")
    page.evaluate(PASTE, pasted)
    expect(editor).to_have_text("done")
    page.wait_for_timeout(500)
    print(
        f"{len(pasted)} payloads without {without}: {len(fired)} ran a script, {len(asked)} asked"
    )
    assert (fired, asked, asked_of(recorder, letter)) == ([], [], set())
    page.evaluate("fired()")
    page.wait_for_timeout(300)
    assert fired, "the control: a script that runs is heard"
    if without == "policy":
        return  # Of the control it would look up the names, which this browser must not.
    images = [payload for payload in pasted if payload.startswith("<img src=")]
    page.evaluate("(html) => { document.querySelector('main').innerHTML = html }", "".join(images))
    page.wait_for_timeout(300)
    assert asked, "the control: put into the page as it is, it would ask"
