"""Search in a real browser: by typing, by keyboard alone, on a phone, and without scripts."""

import re

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from cast import NOON, account_of, message, person, received, shared
from postroom.accounts.models import EmailAccount, Sharing
from postroom.archive.models import Email, Folder
from postroom.association.related import PAGE
from postroom.crm.models import Person
from postroom.team.models import SavedSearch, User
from search.worlds import searchable
from web.browser import SIGN_IN, Site, Visit, axe_violations

pytestmark = pytest.mark.django_db(transaction=True)

OF_LENA = "Lena Lead <lena@customer.example>"
NASTY = "<img src=x onerror=alert(1)> & \"offer\" 'x'"


@pytest.fixture
def letters(account: EmailAccount, lena: Person) -> list[Email]:
    """Letters of Lena's, readable for search."""
    text = "We looked at it together. " * 9 + "The zugunruhe begins in autumn, said Lena."
    found = [
        received(account, message("The offer", NOON, text, from_=OF_LENA, to=account.address)),
        received(account, message(NASTY, NOON, NASTY, from_=OF_LENA, to=account.address)),
        received(account, message("見積書", NOON, "日本語", from_="Yamada <y@jp.example>")),
    ]
    searchable()
    return found


def test_typing_finds_and_marks(visit: Visit, alice: User, letters: list[Email]) -> None:
    page = visit(alice, "/search/")
    expect(page.get_by_role("heading", name="Find any email")).to_be_visible()
    page.get_by_label("Search emails").press_sequentially("zugunr", delay=5)
    expect(page.locator("#email-rows .subject")).to_have_text(["The offer"])
    expect(page.locator("#email-rows .snippet mark")).to_have_text(["zugunruhe"])
    expect(page.locator("#count")).to_have_text("1 email")
    expect(page).to_have_url(re.compile("q=zugunr"))
    page.get_by_role("link", name="The offer").click()
    expect(page.locator("#reading").get_by_text("begins in autumn")).to_be_visible()
    page.get_by_label("Search emails").fill("nothing-of-it")
    expect(page.get_by_role("heading", name="No emails for")).to_be_visible()
    expect(page.locator("#count")).to_have_text("No emails")


def test_what_a_stranger_wrote_stays_text(visit: Visit, alice: User, letters: list[Email]) -> None:
    page = visit(alice, "/search/?q=subject:offer+onerror")
    expect(page.locator("#email-rows .subject")).to_have_text([NASTY])
    marks = page.locator("#email-rows .subject mark")
    expect(marks).to_have_text(["onerror", "offer"])
    expect(page.locator("#email-rows img")).to_have_count(0)


def test_it_goes_without_a_mouse(visit: Visit, alice: User, letters: list[Email]) -> None:
    page = visit(alice, "/leads/")
    expect(page.get_by_role("heading", name="Leads")).to_be_visible()
    page.keyboard.press("/")
    box = page.get_by_label("Search emails")
    expect(box).to_be_focused()
    page.keyboard.type("lena", delay=5)
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("Lena Lead")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "find-option-1")
    assert axe_violations(page) == []
    page.keyboard.press("Enter")
    expect(box).to_have_value("person:lena@customer.example ")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/*")
    expect(page.locator("#email-rows .email-row")).to_have_count(2)
    page.get_by_label("Search emails").focus()
    page.keyboard.press("End")
    page.keyboard.type("su")
    expect(options.first).to_contain_text("subject:")
    page.keyboard.press("Escape")
    expect(page.locator("#find-options")).to_be_hidden()


def test_a_search_is_kept_opened_and_removed(
    visit: Visit, alice: User, letters: list[Email]
) -> None:
    page = visit(alice, "/search/?q=見積書", width=360)
    expect(page.locator("#email-rows .subject mark")).to_have_text(["見積書"])
    page.get_by_text("Keep this search").click()
    page.get_by_label("Name of this search").fill("Japan")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#messages")).to_contain_text("“Japan” is kept.")
    page.goto("/search/")
    page.get_by_role("link", name="Japan").click()
    expect(page.locator("#email-rows .subject")).to_have_text(["見積書"])
    assert axe_violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.get_by_role("button", name="Remove the kept search Japan").click()
    expect(page.locator("#messages")).to_contain_text("is not kept any more")
    assert not SavedSearch.objects.exists()


def test_it_works_without_scripts(
    browser: Browser, site: Site, transactional_db: None, alice: User, letters: list[Email]
) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    session = {"name": "sessionid", "value": site.cookie_of(alice), "url": site.url}
    context.add_cookies([session])
    page = context.new_page()
    page.goto("/leads/")
    page.get_by_label("Search emails").fill("from:lena offer")
    page.get_by_label("Search emails").press("Enter")
    expect(page.locator("#email-rows .email-row")).to_have_count(2)
    context.close()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=SIGN_IN)
    return client


def test_a_mistyped_name_is_found_all_the_same(
    alice: User, bob: User, lena: Person, letters: list[Email]
) -> None:
    for typed in ("lnea", "from:lenna", "yamdaa"):
        page = client_of(alice).get("/search/", {"q": typed}).content.decode()
        assert "Nothing is found for" in page, typed
        assert 'class="email-row' in page, typed
    page = client_of(bob).get("/search/", {"q": "yamdaa"}).content.decode()
    assert "No emails for" in page
    assert "yamada" not in page


def test_only_whom_one_may_know_is_suggested(alice: User, bob: User, letters: list[Email]) -> None:
    def suggested(user: User, typed: str) -> str:
        return client_of(user).get("/search/suggestions/", {"q": typed}).content.decode()

    assert "y@jp.example" in suggested(alice, "from:yama")
    assert "y@jp.example" not in suggested(bob, "from:yama")
    assert "lena@customer.example" in suggested(bob, "lena")  # Everybody knows the leads.
    Folder.objects.create(account=letters[0].account, name="Canary Project")
    assert "Canary Project" in suggested(alice, "in:can")
    assert "Canary Project" not in suggested(bob, "in:can")


def test_pages_of_a_search_join(alice: User, account: EmailAccount) -> None:
    for number in range(PAGE + 10):
        received(account, message(f"Offer {number}", NOON, "x", from_=OF_LENA))
    searchable()
    first = client_of(alice).get("/search/", {"q": "offer"}).content.decode()
    assert f"More than {PAGE} emails" in first
    after = re.search(r"after=(\w+)", first)
    assert after
    headers = {"HX-Request": "true"}
    query = {"q": "offer", "after": after[1]}
    second = client_of(alice).get("/search/", query, headers=headers).content.decode()
    seen = re.findall(r'id="email-row-(\d+)"', first + second)
    assert len(seen) == len(set(seen)) == PAGE + 10
    person("Lena Lead", "lena@customer.example")
    for place in ("/search/?q=offer&", f"/people/{Person.objects.latest('pk').pk}/?"):
        address = place + "after=" + after[1]
        assert "</ol>" not in client_of(alice).get(address, headers=headers).content.decode()
        alone = client_of(alice).get(address).content.decode()
        assert alone.count('<ol class="emails"') == alone.count("</ol>") == 1, place


def test_rows_say_who_shares_them(alice: User, bob: User, account: EmailAccount) -> None:
    lead = person("Mo Shared", "mo@customer.example")
    EmailAccount.objects.update(sharing=Sharing.CUSTOM)
    shared(account, lead)
    bobs = account_of(bob)
    raw = message("Roadmap", NOON, "secret-of-both", from_="mo@customer.example", to=bob.email)
    received(account, raw)
    received(bobs, raw)
    searchable()
    page = client_of(bob).get("/search/", {"q": "roadmap"}).content.decode()
    assert page.count('class="email-row') == 1
    page = client_of(bob).get("/search/", {"q": "shared-by:alice roadmap"}).content.decode()
    assert "Alice" in page


def test_what_is_not_understood_is_told(alice: User, letters: list[Email], lena: Person) -> None:
    client = client_of(alice)
    person = client.get(f"/people/{lena.pk}/", {"words": "has:<b>"}, headers={"HX-Request": "true"})
    whole = client.get("/search/", {"q": "before:notadate"}).content.decode()
    typing = {"q": "has:<b>"}
    rows = client.get("/search/", typing, headers={"HX-Request": "true"}).content.decode()
    assert "“before:notadate” was searched for as plain words" in whole
    for page in (rows, person.content.decode()):
        assert "What works: has:attachment." in page
        assert "<b>" not in page
    assert "misread" not in client.get("/search/", {"q": "before:2026 offer"}).content.decode()


def test_an_operator_that_waits_for_its_value_is_told_which(alice: User) -> None:
    def suggested(typed: str) -> str:
        return client_of(alice).get("/search/suggestions/", {"q": typed}).content.decode()

    assert "Who wrote it" in suggested("offer from:")
    assert "offer has:attachment" in suggested("offer has:nonsense")
    assert suggested("before:notadate").count("before:20") >= 3
    assert "option" not in suggested("before:2019-01-01")


def test_rubbish_is_no_error(alice: User, letters: list[Email]) -> None:
    for typed in (
        "%00",
        "'",
        "\\",
        "a' | b",
        "((",
        "x" * 900,
        "日" * 400,
        "from:😀",
        "*",
    ):
        page = client_of(alice).get("/search/", {"q": typed, "after": typed})
        assert page.status_code == 200, typed
        assert client_of(alice).get("/search/suggestions/", {"q": typed}).status_code == 200
