"""Mail that attacks, in a real browser: nothing runs, nothing is asked for, nothing goes anywhere.

Every claim has its control: the same payloads in pages without our walls do fire, and each of the
two walls holds without the other. Each payload is a document of its own, or stands with others in
an email, behind marks that end whatever the one before left open. TEST_LONG=1 sends each alone.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Frame,
    Page,
    Route,
    sync_playwright,
)

from cast import NOON, message, person, received
from postroom.accounts.models import EmailAccount
from postroom.archive.models import Email
from postroom.crm.models import Person
from postroom.mime import parse_message
from postroom.rendering.safe_html import safe_html
from postroom.team.models import User
from postroom.web.security import SEALED_POLICY
from web.browser import Site
from web.hostile import PAYLOADS, REQUESTS, SCRIPTS, TEXTS, aimed
from web.recorder import Recorder, launched, names_looked_up, recording
from web.visitor import VISITOR, VISITS

IS_LONG = os.environ.get("TEST_LONG") == "1"
pytestmark = pytest.mark.timeout(5400 if IS_LONG else 300)
IN_ONE_EMAIL = 1 if IS_LONG else 22
ON_ONE_PAGE = 120
LENA = "lena@customer.example"
HTML = {"mime_version": "1.0", "content_type": "text/html; charset=utf-8"}
# Ends what a payload may have left open, in any of the ways a parser reads.
ENDS = (
    "\n--></script></style></title></textarea></noscript></noembed></noframes></xmp></iframe>"
    "</template></select></svg></math></form></table></details></div>'\"><hr>\n"
)
WITNESS = "window.fired = () => console.log('FIRED ' + location.pathname)"


@dataclass(slots=True)
class Seen:
    """What a browser did: documents whose scripts ran, hosts asked, places it went to by itself."""

    fired: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    strayed: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        counts = f"{len(self.fired)} ran a script, {len(self.asked)} asked"
        return f"{counts}, {len(self.strayed)} went elsewhere"


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with recording() as recorder:
        yield recorder


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The browser of everything that is protected: in the end it has looked up no attack's name."""
    log = tmp_path_factory.mktemp("names") / "walled.json"
    with sync_playwright() as playwright:
        browser = launched(playwright, log)
        yield browser
        browser.close()
    assert names_looked_up(log) == set()


def batches(payloads: Sequence[str], size: int, between: str = ENDS) -> list[str]:
    return [between.join(payloads[at : at + size]) for at in range(0, len(payloads), size)]


def attacks(recorder: Recorder, letter: str) -> list[str]:
    """All payloads, each aimed at a host of its own whose name begins with the letter."""
    return [aimed(one, recorder.host(f"{letter}{n}")) for n, one in enumerate(PAYLOADS)]


def documents(recorder: Recorder, pages: Sequence[str], headers: Mapping[str, str]) -> list[str]:
    """Serve each as a document of its own; their addresses."""
    paths = [f"/document/{len(recorder.documents) + n}" for n in range(len(pages))]
    for path, page in zip(paths, pages, strict=True):
        recorder.documents[path] = f"<!doctype html><meta charset=utf-8>{page}", headers
    return [recorder.url + path for path in paths]


def look_at(context: BrowserContext, host: str, addresses: Sequence[str]) -> Seen:
    """Frame the documents, some on a page, and visit each of them.

    The pages stay open: what an attack leaves behind can keep one from closing.
    """
    seen = Seen()
    context.add_init_script(WITNESS)
    for at in range(0, len(addresses), ON_ONE_PAGE):
        framed = addresses[at : at + ON_ONE_PAGE]
        context.route(host, framing(framed))
        page = context.new_page()
        listen(page, seen)
        page.goto(host, wait_until="load")
        visit_frames(page, set(framed), seen)
    return seen


def framing(addresses: Sequence[str]) -> Callable[[Route], None]:
    """Answer with a page of these frames."""
    html = "".join(f"<iframe src='{address}'></iframe>" for address in addresses)
    return lambda route: route.fulfill(body=html, content_type="text/html")


def listen(page: Page, seen: Seen) -> None:
    page.on("console", lambda m: seen.fired.add(m.text[6:]) if m.text[:5] == "FIRED" else None)
    page.on("popup", lambda popup: seen.strayed.add(popup.url))
    page.on("dialog", lambda dialog: (seen.fired.add("dialog"), dialog.dismiss()))


def visit_frames(page: Page, expected: set[str], seen: Seen) -> None:
    """Be the visitor in every frame that is still there, and see where they all are afterwards."""
    page.wait_for_timeout(400)
    if not page.evaluate(VISITS):
        # Sealed documents have no origin that the page around them could reach into.
        touched = [touch(frame) for frame in page.frames[1:] if frame.url in expected]
        assert sum(map(bool, touched)) >= len(expected) * 0.9
    page.wait_for_timeout(600)
    there = {frame.url.partition("#")[0] for frame in page.frames[1:]}
    seen.strayed |= {url for url in expected - there if not url.startswith("about:")}


def touch(frame: Frame) -> int:
    try:
        return int(frame.evaluate(f"({VISITOR})(document)"))
    except Error:
        return 0  # The frame went away, as the attack wanted.


def asked_of(recorder: Recorder, letter: str) -> set[str]:
    return {host for host in recorder.hosts if host.startswith(letter)}


def test_without_our_walls_the_attacks_work(recorder: Recorder, tmp_path: Path) -> None:
    log = tmp_path / "open.json"
    addresses = documents(recorder, attacks(recorder, "open"), {})
    with sync_playwright() as playwright:
        browser = launched(playwright, log)
        seen = look_at(browser.new_context(), f"{recorder.url}/host", addresses)
        browser.close()
    seen.asked = asked_of(recorder, "open")
    posted = {host for host, verb, _ in recorder.asked if verb == "POST"}
    names = {name for name in names_looked_up(log) if name.startswith("open")}
    print(f"{len(PAYLOADS)} payloads: {seen}, {len(posted)} posted, {len(names)} names looked up")
    assert len(PAYLOADS) == len(set(PAYLOADS)) >= 400
    assert len(seen.fired) >= 80
    assert len(seen.asked) >= 80
    assert len(names) >= 80
    assert len(seen.strayed) >= 3
    assert len(posted) >= 2
    assert min(len(SCRIPTS), len(REQUESTS)) >= 100


def sanitised(payload: str, *, again: bool = False) -> str:
    raw = message("Attack", NOON, payload, from_=LENA, **HTML)
    parsed = parse_message(raw)
    once = safe_html(parsed, raw).html
    return safe_html(replace(parsed, html=once), raw).html if again else once


def test_the_sanitiser_alone_stops_every_attack(browser: Browser, recorder: Recorder) -> None:
    clean = [sanitised(attack) for attack in attacks(recorder, "clean")]
    addresses = documents(recorder, batches(clean, 1 if IS_LONG else 10, "<hr>"), {})
    seen = look_at(browser.new_context(), f"{recorder.url}/host", addresses)
    seen.asked = asked_of(recorder, "clean")
    print(f"{len(clean)} payloads: {seen}")
    assert len(clean) == len(PAYLOADS)
    assert seen == Seen()


def test_the_sealed_response_alone_stops_every_attack(browser: Browser, recorder: Recorder) -> None:
    sealed = {"Content-Security-Policy": SEALED_POLICY}
    raw = batches(attacks(recorder, "sealed"), 1 if IS_LONG else 4)
    addresses = documents(recorder, raw, sealed)
    seen = look_at(browser.new_context(), f"{recorder.url}/host", addresses)
    seen.asked = asked_of(recorder, "sealed")
    print(f"{len(PAYLOADS)} payloads in {len(raw)} documents: {seen}")
    assert seen == Seen()


def test_sanitising_twice_changes_nothing(recorder: Recorder) -> None:
    all_of_them = attacks(recorder, "twice")
    once = [sanitised(attack) for attack in all_of_them]
    assert [sanitised(attack, again=True) for attack in all_of_them] == once


@pytest.fixture
def letters(account: EmailAccount, lena: Person, recorder: Recorder) -> list[Email]:
    """All payloads in emails: as their HTML, and as a file of theirs called a web page."""
    mixed = {"mime_version": "1.0", "content_type": 'multipart/mixed; boundary="b"'}
    kinds = ("text/html", "image/svg+xml", "text/plain", "image/png")
    return [
        received(
            account, message(f"Attack {n}", NOON, both(html, kinds[n % 4]), from_=LENA, **mixed)
        )
        for n, html in enumerate(batches(attacks(recorder, "walled"), IN_ONE_EMAIL))
    ]


def both(html: str, media_type: str) -> str:
    head = "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    disposition = "Content-Disposition: attachment; filename=page.html"
    file = f"--b\r\nContent-Type: {media_type}\r\n{disposition}\r\n\r\n"
    return f"{head}{html}\r\n{file}{html}\r\n--b--\r\n"


@pytest.fixture
def context(browser: Browser, site: Site, alice: User) -> Iterator[BrowserContext]:
    """Alice's browser."""
    context = browser.new_context(base_url=site.url)
    context.add_cookies([{"name": "sessionid", "value": site.cookie_of(alice), "url": site.url}])
    yield context
    context.close()


# What of an email is a document of its own: read, printed, a file of it looked at, quoted.
FRAMED = (
    "emails/{}/body/",
    "emails/{}/print/",
    "emails/{}/attachments/2/preview/",
    "writing/new/below/?answers={}&as=reply",
)


def addresses_of(site: Site, letters: Sequence[Email]) -> list[str]:
    return [f"{site.url}/{part.format(letter.pk)}" for letter in letters for part in FRAMED]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("without", ["nothing", "policy"])
def test_reading_print_and_preview_stop_every_attack(
    without: str, context: BrowserContext, site: Site, letters: list[Email], recorder: Recorder
) -> None:
    addresses = addresses_of(site, letters)
    sealed = [context.request.get(url).headers["content-security-policy"] for url in addresses[:4]]
    assert set(sealed) == {SEALED_POLICY}
    if without == "policy":
        context.route(f"{site.url}/**", unsealed)
    seen = look_at(context, f"{site.url}/host", addresses)
    seen.asked = asked_of(recorder, "walled")
    print(f"{len(PAYLOADS)} payloads on {len(addresses)} pages without {without}: {seen}")
    assert len(letters) * IN_ONE_EMAIL >= len(PAYLOADS)
    assert seen == Seen()


@pytest.mark.django_db(transaction=True)
def test_without_the_sanitiser_what_each_of_them_forbids_stops_every_attack(
    context: BrowserContext,
    site: Site,
    account: EmailAccount,
    lena: Person,
    browser: Browser,
    recorder: Recorder,
) -> None:
    """The attacks themselves, under the headers that reading, print, preview and quote have.

    Each attack meets those of one of them; TEST_LONG=1 has each meet all.
    """
    mixed = {"mime_version": "1.0", "content_type": 'multipart/mixed; boundary="b"'}
    raw = message("Attack", NOON, both("<p>Hello</p>", "text/html"), from_=LENA, **mixed)
    attacking = batches(attacks(recorder, "bare"), 1 if IS_LONG else 8)
    addresses, each = [], 1 if IS_LONG else len(FRAMED)
    for number, surface in enumerate(addresses_of(site, [received(account, raw)])):
        answer = context.request.get(surface)
        assert answer.ok
        told = {name: value for name, value in answer.headers.items() if name in FORBIDDING}
        assert len(told) == len(FORBIDDING)
        addresses += documents(recorder, attacking[number % each :: each], told)
    seen = look_at(browser.new_context(), f"{recorder.url}/host", addresses)
    seen.asked = asked_of(recorder, "bare")
    print(f"{len(PAYLOADS)} payloads on {len(FRAMED)} surfaces, {len(addresses)} documents: {seen}")
    assert seen == Seen()


FORBIDDING = ("content-security-policy", "x-content-type-options", "referrer-policy")


def unsealed(route: Route) -> None:
    """The response as it is, without what its headers forbid."""
    response = route.fetch(max_retries=3, timeout=120_000)
    kept = {name: value for name, value in response.headers.items() if "security" not in name}
    route.fulfill(response=response, headers=kept)


@pytest.mark.django_db(transaction=True)
def test_the_page_round_an_email_and_its_answer_stop_every_attack(
    context: BrowserContext, letters: list[Email], recorder: Recorder
) -> None:
    seen = Seen()
    context.add_init_script(WITNESS)
    page = context.new_page()
    listen(page, seen)
    few = letters if IS_LONG else [letters[0], letters[-1]]
    paths = [f"/writing/new/?answers={letter.pk}&as={way}" for letter in few for way in WAYS]
    paths += [f"/emails/{letter.pk}/{part}" for letter in few for part in ("", "headers/")]
    for path in paths:
        page.goto(path)
        # A frame that waits until somebody unfolds it has no document yet, and would never answer.
        inside = [touch(frame) for frame in page.frames[1:] if frame.url.startswith("http")]
        assert page.locator("main script, main [onerror], main [onload], main meta").count() == 0
        assert "answers" in path or "headers" in path or any(inside), path
    page.wait_for_timeout(500)
    seen.asked = asked_of(recorder, "walled")
    print(f"{len(paths)} pages: {seen}")
    assert seen == Seen()


WAYS = ("reply", "forward")


@pytest.mark.django_db(transaction=True)
def test_no_text_of_a_stranger_is_more_than_text(
    context: BrowserContext, account: EmailAccount, recorder: Recorder
) -> None:
    """In the list, a conversation, headers, print, an answer and the page itself."""
    seen = Seen()
    context.add_init_script(WITNESS)
    page = context.new_page()
    listen(page, seen)
    texts = [aimed(text, recorder.host(f"walled{n}")) for n, text in enumerate(TEXTS)]
    leads = [
        person(f"{text[:60]} {n}", f"lead{n}@customer.example") for n, text in enumerate(texts)
    ]
    written = [
        received(account, letter_saying(text, "lead0@customer.example", "<1@x>")) for text in texts
    ]
    for letter in written if IS_LONG else written[::6]:
        text = letter.subject
        for path in ("", "headers/", "print/", "message/"):
            page.goto(f"/emails/{letter.pk}/{path}")
            shows_only_text(page, path)
        page.goto(f"/emails/{letter.pk}/")
        assert text in page.locator("#subject").inner_text()
        page.goto(f"/writing/new/?answers={letter.pk}&as=reply")
        shows_only_text(page, "writing")
    page.goto("/leads/")
    shows_only_text(page, "leads")
    page.goto(f"/people/{leads[0].pk}/")
    assert page.locator(".email-row").count() == len(TEXTS)
    seen.asked = asked_of(recorder, "walled")
    print(f"{len(TEXTS)} texts: {seen}")
    assert len(TEXTS) >= 24
    assert seen == Seen()


def letter_saying(text: str, sender: str, root: str) -> bytes:
    """An email with the text in its subject, a name, a file name, a field and its body."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    body = (
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n--b\r\n"
        f'Content-Type: image/svg+xml\r\nContent-Disposition: attachment; filename="{quoted}"'
        "\r\n\r\n<svg onload=fired()>\r\n--b--\r\n"
    )
    mixed = {"mime_version": "1.0", "content_type": 'multipart/mixed; boundary="b"'}
    named = {"from_": f'"{quoted}" <{sender}>', "to": "alice@example.com", "x_text": text}
    unsubscribe = f"<https://list.example/{text}>, <mailto:off@list.example?subject={text}>"
    named |= {"references": root, "list_unsubscribe": unsubscribe}
    return message(text, NOON, body, **named, **mixed)


def shows_only_text(page: Page, where: str) -> None:
    strangers = page.locator("main script, main style, main link, main [onerror], main [hx-on]")
    assert strangers.count() == 0, where
    assert page.locator("main img, main [onload], main [onfocus]").count() == 0, where
