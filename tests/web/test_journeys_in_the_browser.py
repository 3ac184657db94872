"""What people do on the pages, in a real browser: by mouse, by keyboard, on a phone, at night."""

import os
import re
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Page, expect

from cast import NOON, account_of, arrival, folder_of, message, person, received
from postroom.accounts.access_grants import grant
from postroom.accounts.asking import ask
from postroom.accounts.matters import Matter
from postroom.accounts.models import EmailAccount, Sharing, Sight
from postroom.archive.actions import change_label
from postroom.archive.models import Email
from postroom.archive.record import record
from postroom.association.related import PAGE
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Deal, Person, Stage
from postroom.crm.pipeline import first_stage
from postroom.team.audit import note
from postroom.team.invites import Guest, invite
from postroom.team.models import Act, Role, User
from web.browser import SCHEMES, WIDTHS, Scheme, Visit, axe_violations
from web.looked_at import PAGES, note_of, task_of, worked_on_together

pytestmark = pytest.mark.django_db(transaction=True)

LENA = "lena@customer.example"
HTML = (
    "<h1>Prices</h1><p>See <a href='https://x.example/'>them</a></p><img src='https://t.example/'>"
)


@pytest.fixture
def letters(account: EmailAccount, lena: Person) -> list[Email]:
    """Three letters of Lena's, oldest first; the middle one is HTML, the last has a file."""
    of_lena = {"from_": f"Lena Lead <{LENA}>", "to": account.address}
    html = {"mime_version": "1.0", "content_type": "text/html; charset=utf-8"}
    mixed = {"mime_version": "1.0", "content_type": 'multipart/mixed; boundary="b"'}
    parts = (
        "--b\r\nContent-Type: text/plain\r\n\r\nHere it is.\r\n--b\r\n"
        'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="Offer.pdf"'
        "\r\n\r\n%PDF\r\n--b--\r\n"
    )
    return [
        received(account, message("First", NOON - timedelta(days=2), "Hello Alice.", **of_lena)),
        received(account, message("Second", NOON - timedelta(days=1), HTML, **of_lena, **html)),
        received(account, message("Third", NOON, parts, **of_lena, **mixed)),
    ]


def subjects(page: Page) -> list[str]:
    return page.locator("#email-rows .subject").all_inner_texts()


def test_alice_signs_in_and_out(visit: Visit, alice: User) -> None:
    User.objects.update(password=PBKDF2PasswordHasher().encode("correct horse", "salt" * 6))
    page = visit(None, "/leads/")
    page.get_by_label("Email").fill("alice@example.com")
    page.get_by_label("Password").fill("correct horse")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Leads", exact=True)).to_be_visible()
    page.locator("details.me summary").click()
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_lead_is_added_found_edited_and_converted(visit: Visit, alice: User) -> None:
    page = visit(alice, "/leads/")
    expect(page.get_by_text("No leads yet")).to_be_visible()
    page.locator(".head").get_by_role("link", name="New lead").click()
    page.get_by_label("First name").fill("Zoë")
    page.get_by_label("Last name").fill("Novák")
    page.get_by_label("Company").fill("Mill & Sons")
    page.get_by_label("Primary email").fill("zoe@mill.example")
    page.get_by_role("button", name="Add lead").click()
    expect(page.get_by_role("heading", name="Zoë Novák", exact=True)).to_be_visible()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Further emails").fill("z.novak@home.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="z.novak@home.example")).to_be_visible()
    page.get_by_role("button", name="Convert to contact").click()
    expect(page.get_by_text("is a contact now")).to_be_visible()
    page.goto("/contacts/")
    page.get_by_label("Search contacts").press_sequentially("home.exam")
    expect(page.get_by_role("link", name="Zoë Novák")).to_be_visible()
    page.get_by_label("Search contacts").press_sequentially("plex")
    expect(page.get_by_text("Nobody matches")).to_be_visible()


def test_an_address_that_is_taken_is_said_at_its_field(
    visit: Visit, alice: User, lena: Person
) -> None:
    page = visit(alice, "/people/new/?stage=contact")
    page.get_by_label("Last name").fill("Other")
    page.get_by_label("Primary email").fill(LENA)
    page.get_by_role("button", name="Add contact").click()
    field = page.get_by_label("Primary email")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_email_error")).to_contain_text("already belongs to Lena Lead")
    assert axe_violations(page) == []
    assert Person.objects.count() == 1


def test_an_email_opens_beside_the_list_when_there_is_room(
    visit: Visit, alice: User, lena: Person, letters: list[Email]
) -> None:
    page = visit(alice, f"/people/{lena.pk}/")
    assert subjects(page) == ["Third", "Second", "First"]
    page.get_by_role("link", name="First").click()
    pane = page.locator("#reading")
    expect(pane.get_by_text("Hello Alice.")).to_be_visible()
    expect(page.locator(f"#email-row-{letters[0].pk}")).not_to_have_class(re.compile("unread"))
    assert page.url.endswith(f"?email={letters[0].pk}")
    page.reload()
    expect(pane.get_by_text("Hello Alice.")).to_be_visible()
    assert list(Email.objects.filter(is_read=True)) == [letters[0]]


def test_an_email_opens_as_its_own_page_on_a_phone(
    visit: Visit, alice: User, lena: Person, letters: list[Email]
) -> None:
    page = visit(alice, f"/people/{lena.pk}/", width=360)
    page.get_by_role("link", name="First").click()
    page.wait_for_url(f"**/emails/{letters[0].pk}/?person={lena.pk}")
    expect(page.get_by_text("Hello Alice.")).to_be_visible()
    page.get_by_role("link", name="Lena Lead").first.click()
    page.wait_for_url(f"**/people/{lena.pk}/*")


def test_html_is_read_in_a_frame_without_its_remote_images(
    visit: Visit, alice: User, letters: list[Email]
) -> None:
    page = visit(alice, f"/emails/{letters[1].pk}/")
    expect(page.get_by_text("Remote images are blocked")).to_be_visible()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Prices")).to_be_visible()
    link = frame.get_by_role("link", name="them")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    assert frame.locator("img[src]").count() == 0


def test_an_attachment_is_downloaded_under_its_name(
    visit: Visit, alice: User, letters: list[Email]
) -> None:
    page = visit(alice, f"/emails/{letters[2].pk}/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Offer.pdf").click()
    assert download.value.suggested_filename == "Offer.pdf"
    assert download.value.path().read_bytes().strip() == b"%PDF"


def test_everything_goes_without_a_mouse(
    visit: Visit, alice: User, lena: Person, letters: list[Email]
) -> None:
    page = visit(alice, "/contacts/")
    for key in (
        "g",
        "l",
    ):
        page.keyboard.press(key)
    page.wait_for_url("**/leads/")
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url(f"**/people/{lena.pk}/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.frame_locator("iframe").get_by_role("heading", name="Prices")).to_be_visible()
    expect(page.locator("#subject")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#reading").get_by_text("Hello Alice.")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator(f"#email-row-{letters[0].pk} a")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("gl")
    assert page.url.endswith(f"?email={letters[0].pk}")


def test_keys_can_be_switched_off(visit: Visit, alice: User) -> None:
    page = visit(alice, "/contacts/")
    page.keyboard.press("?")
    page.get_by_label("Use these keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#find")).not_to_be_focused()


def test_the_list_goes_on_as_one_scrolls(
    visit: Visit, alice: User, account: EmailAccount, lena: Person
) -> None:
    moments = [NOON - timedelta(minutes=60 - n) for n in range(60)]
    raws = [message(f"Number {n}", m, from_=LENA) for n, m in enumerate(moments)]
    record(folder_of(account), 1, [arrival(raw) for raw in raws])
    page = visit(alice, f"/people/{lena.pk}/")
    assert len(subjects(page)) == PAGE
    for shown in (2 * PAGE, 60):
        page.keyboard.press("End")
        expect(page.locator("#email-rows .email-row")).to_have_count(shown)
    assert subjects(page) == [f"Number {n}" for n in reversed(range(60))]


def test_the_drop_down_chooses_whose_mailbox_is_shown(
    visit: Visit, alice: User, bob: User, lena: Person, letters: list[Email]
) -> None:
    received(account_of(bob, Sharing.PUBLIC), message("For Bob", from_=LENA, to=bob.email))
    page = visit(alice, f"/people/{lena.pk}/")
    assert len(subjects(page)) == 4
    page.get_by_label("Emails shared by").select_option("Bob")
    expect(page.locator("#email-rows .email-row")).to_have_count(1)
    assert subjects(page) == ["For Bob"]
    assert page.url.endswith(f"?shared_by={bob.pk}")
    page.reload()
    assert subjects(page) == ["For Bob"]
    page.go_back()
    expect(page.locator("#email-rows .email-row")).to_have_count(4)


def test_a_list_just_chosen_takes_no_rows_from_the_stream_of_the_one_before(
    visit: Visit, alice: User, bob: User, lena: Person, letters: list[Email]
) -> None:
    received(account_of(bob, Sharing.PUBLIC), message("For Bob", from_=LENA, to=bob.email))
    page = visit(alice, f"/people/{lena.pk}/")
    beside = page.context.new_page()
    beside.goto(f"/people/{lena.pk}/")
    for each in (page, beside):
        expect(each.locator("html[data-live-state=open]")).to_be_attached()
    # The old stream is left when the new list has settled: here that takes longer than the mail.
    page.evaluate("htmx.config.defaultSettleDelay = 60000")
    page.get_by_label("Emails shared by").select_option("Bob")
    expect(page.locator("#email-rows .email-row")).to_have_count(1)
    received(letters[0].account, message("For Alice, meanwhile", from_=LENA))
    expect(beside.get_by_text("For Alice, meanwhile")).to_be_visible()
    page.wait_for_timeout(300)
    assert subjects(page) == ["For Bob"]


# Each page is loaded once and looked at in these; axe judges what it has to in the first and last.
LOOKS: list[tuple[int, Scheme]]
LOOKS = [(360, "light"), (768, "dark"), (2560, "light"), (1440, "dark")]
JUDGED = {LOOKS[0], LOOKS[-1]}
if os.environ.get("TEST_LONG") == "1":
    LOOKS = [(width, scheme) for width in (*WIDTHS, 2560) for scheme in SCHEMES]
    JUDGED = set(LOOKS)
# What scrolls sideways in itself; source, boards and columns are wide, and say so by that.
SIDEWAYS = """() => [...document.querySelectorAll("body *")].filter((one) =>
  ["auto", "scroll"].includes(getComputedStyle(one).overflowX)
  && one.scrollWidth > one.clientWidth + 1
  && !one.closest("pre, .board, .columns, .inbox-columns, textarea, .inbox-tabs, .scroll[tabindex]")
).map((one) => `${one.tagName.toLowerCase()}.${one.className}`)"""


@pytest.mark.early
def test_axe_finds_nothing_and_nothing_sticks_out(
    visit: Visit, alice: User, lena: Person, letters: list[Email]
) -> None:
    person("Zoë Without", "zoe@none.example", stage=Stage.CONTACT)
    Person.objects.filter(pk=lena.pk).update(stage=Stage.LEAD)
    User.objects.filter(pk=alice.pk).update(is_administrator=True)
    chief = Role.objects.create(name="Chief")
    User.objects.update(role=Role.objects.create(name="Agent", superior=chief))
    invite(Guest(email="gina@example.com", name="Gina"), alice, NOON)
    EmailAccount.objects.update(sharing=Sharing.PUBLIC, sight=Sight.WHEN)
    dora = User.objects.create_user("dora@example.com", name="Dora")
    ask(Matter(letters[2].account, bytes(letters[2].identity)), dora, "A reason", NOON)
    grant(Matter(letters[1].account, bytes(letters[1].identity)), dora, None, alice, NOON)
    offer = DealEntry("Offer", first_stage(), company="Customer Ltd", people=[LENA])
    keep_deal(Deal(), offer, NOON)
    worked_on_together(letters[2], dora), task_of(alice), note_of(alice, lena)
    note(Act.USER_ADDED, alice, "somebody@example.com", NOON, "with a detail")
    for name in ("Fair", "A long label of many words"):
        change_label(letters[2], name, NOON, is_on=True)
    page = visit(alice, "/leads/", width=LOOKS[0][0], scheme=LOOKS[0][1])
    wrong = []
    for name, path_of in PAGES.items():
        page.goto(path_of(lena, letters))
        wrong += [f"{name}, {found}" for look in LOOKS for found in wrong_in(page, *look)]
    print(f"{len(PAGES)} pages in {len(LOOKS)} looks")
    assert wrong == []
    assert len(PAGES) >= 92


def wrong_in(page: Page, width: int, scheme: Scheme) -> list[str]:
    """What is wrong with the page at this width and in this scheme."""
    page.set_viewport_size({"width": width, "height": WIDTHS.get(width, 900)})
    page.emulate_media(color_scheme=scheme)
    found = [f"{each} scrolls sideways" for each in page.evaluate(SIDEWAYS)]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than the window")
    if (width, scheme) in JUDGED:
        found += axe_violations(page)
    return [f"{width} px, {scheme}: {each}" for each in found]
