"""Mail that attacks, in a real browser: nothing runs, nothing is asked for.

Every claim has its control: the same payloads in pages without our walls do fire, and each of the
two walls holds without the other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Frame, Page, Route

from cast import NOON, message, person, received
from postroom.accounts.models import EmailAccount
from postroom.archive.models import Email
from postroom.archive.reading import find_raw
from postroom.crm.models import Person
from postroom.mime import parse_message
from postroom.rendering.safe_html import safe_html
from postroom.team.models import User
from postroom.web.security import SEALED_POLICY
from web.browser import Site, Visit
from web.hostile import RECORDER, REQUESTS, SCRIPTS, TEXTS

pytestmark = pytest.mark.django_db(transaction=True)

LENA = "lena@customer.example"
PAYLOADS = (*SCRIPTS, *REQUESTS)
HOST = "http://mail.example"
WITNESS = "window.fired = () => console.log('FIRED ' + location.pathname)"


@dataclass(slots=True)
class Seen:
    """What a browser did: the paths of the documents whose scripts ran, the URLs asked for."""

    fired: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    context.add_init_script(WITNESS)
    yield context
    context.close()


def watch(context: BrowserContext, documents: Mapping[str, str], headers: dict[str, str]) -> Seen:
    """Show each document in a frame of its own, at its path, and click what wants a click."""
    pages = {f"{HOST}{path}": html for path, html in documents.items()}

    def answer(route: Route) -> None:
        url = route.request.url
        if url == f"{HOST}/":
            route.fulfill(body=frames_of(list(documents)), content_type="text/html")
        elif url in pages:
            body = f"<!doctype html><meta charset=utf-8>{pages[url]}"
            route.fulfill(body=body, headers={"Content-Type": "text/html", **headers})
        else:
            route.abort()

    context.route("**/*", answer)
    return look_at(context, f"{HOST}/", [f"{HOST}{path}" for path in documents])


def frames_of(paths: list[str]) -> str:
    """A page that frames each of the paths, in the order of PAYLOADS."""
    return "".join(f"<iframe src='{path}'></iframe>" for path in paths)


def look_at(context: BrowserContext, url: str, documents: list[str]) -> Seen:
    """Open the page, wait, and click in the frames whose payload waits for a click."""
    seen = Seen()
    page = context.new_page()
    page.on("console", lambda m: seen.fired.add(m.text[6:]) if m.text[:5] == "FIRED" else None)
    # What a policy blocks never comes to a route; the browser's "request" event tells of it too.
    context.route(f"{RECORDER}**", lambda r: (seen.asked.add(r.request.url), r.abort()))
    page.goto(url, wait_until="load")
    page.wait_for_timeout(2000)
    assert sum(frame.url in documents for frame in page.frames) >= len(documents) * 0.9
    for document, payload in zip(documents, PAYLOADS, strict=True):
        frame = page.frame(url=document) if "id=click" in payload else None
        if frame:
            click_in(frame)
    page.wait_for_timeout(500)
    page.close()
    return seen


def click_in(frame: Frame) -> None:
    """Point at and click the first thing that invites it."""
    target = frame.locator("#click, a, p, button").first
    try:
        target.dispatch_event("mouseover", timeout=1000)
        target.dispatch_event("click", timeout=1000)
    except Error:
        return  # Nothing is left to click, or the frame went away as the attack wanted.


def letters_with(account: EmailAccount) -> dict[str, Email]:
    """A recorded email for each payload, by the path it has on the control page."""
    html = {"mime_version": "1.0", "content_type": "text/html; charset=utf-8"}
    addresses = {"from_": LENA, "to": account.address}
    return {
        f"/{n}": received(account, message(f"Attack {n}", NOON, payload, **addresses, **html))
        for n, payload in enumerate(PAYLOADS)
    }


def sanitised(email: Email) -> str:
    raw = find_raw(email)
    assert raw is not None
    return safe_html(parse_message(raw), raw).html


def test_without_our_walls_the_attacks_work(context: BrowserContext) -> None:
    seen = watch(context, {f"/{n}": payload for n, payload in enumerate(PAYLOADS)}, {})
    print(f"{len(PAYLOADS)} payloads: {len(seen.fired)} ran a script, {len(seen.asked)} asked")
    assert len(PAYLOADS) >= 110
    assert len(seen.fired) >= 45
    assert len(seen.asked) >= 30


def test_the_sanitiser_alone_stops_every_attack(
    context: BrowserContext, account: EmailAccount
) -> None:
    documents = {path: sanitised(email) for path, email in letters_with(account).items()}
    seen = watch(context, documents, {})
    print(f"{len(documents)} payloads: {len(seen.fired)} ran a script, {len(seen.asked)} asked")
    assert len(documents) == len(PAYLOADS)
    assert seen == Seen()


def test_the_sealed_response_alone_stops_every_attack(context: BrowserContext) -> None:
    documents = {f"/{n}": payload for n, payload in enumerate(PAYLOADS)}
    seen = watch(context, documents, {"Content-Security-Policy": SEALED_POLICY})
    print(f"{len(documents)} payloads: {len(seen.fired)} ran a script, {len(seen.asked)} asked")
    assert seen == Seen()


def test_the_page_as_it_is_stops_every_attack(
    context: BrowserContext, site: Site, alice: User, account: EmailAccount, lena: Person
) -> None:
    letters = letters_with(account)
    context.add_cookies([{"name": "sessionid", "value": site.cookie_of(alice), "url": site.url}])
    paths = [f"/emails/{letter.pk}/body/" for letter in letters.values()]
    host = f"{site.url}/host"
    context.route(host, lambda r: r.fulfill(body=frames_of(paths), content_type="text/html"))
    seen = look_at(context, host, [site.url + path for path in paths])
    print(f"{len(letters)} payloads: {len(seen.fired)} ran a script, {len(seen.asked)} asked")
    assert len(letters) == len(PAYLOADS)
    assert seen == Seen()


def test_sanitising_twice_changes_nothing(account: EmailAccount) -> None:
    for email in letters_with(account).values():
        raw = find_raw(email)
        assert raw is not None
        parsed = parse_message(raw)
        once = safe_html(parsed, raw).html
        assert safe_html(replace(parsed, html=once), raw).html == once


def test_no_text_of_a_stranger_is_more_than_text(
    visit: Visit, alice: User, account: EmailAccount
) -> None:
    fired: list[str] = []
    for n, text in enumerate(TEXTS):
        lead = person(f"{text} {n}", f"lead{n}@customer.example")
        letter = received(account, letter_saying(text, f"lead{n}@customer.example"))
        page = visit(alice, "/leads/") if n == 0 else page  # noqa: F821 - made in the first round
        if n == 0:
            page.on("console", lambda m: fired.append(m.text) if "FIRED" in m.text else None)
            page.add_init_script(WITNESS)
        shows_only_text(page, lead, letter, text)
    print(f"{len(TEXTS)} texts on 4 pages each: {len(fired)} ran")
    assert len(TEXTS) >= 18
    assert fired == []


def letter_saying(text: str, sender: str) -> bytes:
    """An email with the text in its subject, a name, a file name and its body."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    body = (
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n--b\r\n"
        f'Content-Type: image/svg+xml\r\nContent-Disposition: attachment; filename="{quoted}"'
        "\r\n\r\n<svg onload=fired()>\r\n--b--\r\n"
    )
    mixed = {"mime_version": "1.0", "content_type": 'multipart/mixed; boundary="b"'}
    return message(
        text, NOON, body, from_=f'"{quoted}" <{sender}>', to="alice@example.com", **mixed
    )


def shows_only_text(page: Page, lead: Person, letter: Email, text: str) -> None:
    paths = ("/leads/", f"/people/{lead.pk}/", f"/people/{lead.pk}/?email={letter.pk}")
    for path in (*paths, f"/emails/{letter.pk}/"):
        page.goto(path)
        strangers = page.locator("main script, main style, main link, main [onerror], main [hx-on]")
        assert strangers.count() == 0, path
        assert page.locator("main img, main [onload], main [onfocus]").count() == 0, path
    assert text in page.locator(".letter").inner_text()
