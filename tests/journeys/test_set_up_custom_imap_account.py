"""Set up Custom IMAP Account.

"… go to Setup > Channels > Email > Email Configuration and click Other Mail. In the Other Mail
page, click IMAP under Custom Email Integrations. … Enter the Incoming Server Name, Port, Email
Address and Password. Enter the Outgoing Server Name, Port, Email Address and Password. Click
Continue. If both are the same, select the Use the same credentials for outgoing server checkbox."
"""

import asyncio
import threading

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from journeys.conftest import ORDINARY, World, expect_connected
from postroom.accounts.models import EmailAccount, Sharing
from postroom.team.models import User
from servers.beside import beside
from servers.scripted import Dialogue, scripted
from web.browser import Visit, axe_violations

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "alice@petrel.example"


def other_mail(page: Page, protocol: str = "IMAP") -> Page:
    """The page of Other Mail for a protocol."""
    page.get_by_role("link", name="Other Mail").first.click()
    expect(page.get_by_role("heading", name="Custom Email Integrations")).to_be_visible()
    page.get_by_role("link", name=protocol).click()
    expect(page.get_by_role("heading", name=f"{protocol} Integration")).to_be_visible()
    return page


def fill(page: Page, **fields: str) -> None:
    """Type into fields by their names; a security is chosen."""
    for name, value in fields.items():
        field = page.locator(f"[name={name}]")
        if name.endswith("_security"):
            field.select_option(value)
        else:
            field.fill(value)


def test_a_server_of_ones_own_is_entered_by_hand(visit: Visit, alice: User, world: World) -> None:
    page = other_mail(visit(alice, "/setup/channels/email/"))
    page.get_by_label("Incoming Server Name").fill("mail.petrel.example")
    page.get_by_label("Port").first.fill("993")
    page.get_by_label("Email Address", exact=True).fill(ADDRESS)
    page.get_by_label("Password", exact=True).fill(ORDINARY)
    page.get_by_label("Outgoing Server Name").fill("smtp.petrel.example")
    expect(page.get_by_label("Use the same credentials for outgoing server")).to_be_checked()
    page.get_by_role("radio", name="Custom").check()
    page.get_by_role("button", name="Continue").click()
    expect_connected(page)
    account = EmailAccount.objects.get()
    assert account.incoming == ("mail.petrel.example", 993, "tls")
    assert (account.smtp_port, account.smtp_trouble_sentence) == (465, "")
    assert account.sharing == Sharing.CUSTOM


def test_starttls_and_a_user_name_and_other_credentials_for_sending(
    visit: Visit, alice: User, world: World
) -> None:
    page = other_mail(visit(alice, "/setup/channels/email/"))
    fill(page, incoming_host="mail.petrel.example", incoming_port="993")
    fill(page, incoming_security="starttls")
    expect(page.locator("[name=incoming_port]")).to_have_value("143")
    fill(page, address=ADDRESS, password=ORDINARY, username="alice.petrel")
    fill(page, outgoing_host="smtp.petrel.example")
    page.get_by_label("Use the same credentials for outgoing server").uncheck()
    fill(page, outgoing_username="info@petrel.example", outgoing_password=ORDINARY)
    page.get_by_role("button", name="Continue").click()
    expect_connected(page)
    account = EmailAccount.objects.get()
    assert account.incoming == ("mail.petrel.example", 143, "starttls")
    assert (account.sign_in_name, account.sending_name) == ("alice.petrel", "info@petrel.example")
    assert account.smtp_trouble_sentence == ""


def test_pop_is_entered_by_hand_too(visit: Visit, alice: User, world: World) -> None:
    page = other_mail(visit(alice, "/setup/channels/email/"), "POP")
    expect(page.get_by_text("Mail is always left on the server")).to_be_visible()
    fill(page, incoming_host="mail.petrel.example", address=ADDRESS, password=ORDINARY)
    page.get_by_role("button", name="Continue").click()
    expect_connected(page)
    assert EmailAccount.objects.get().incoming == ("mail.petrel.example", 995, "tls")


def test_with_everything_wrong_each_mistake_is_named_at_its_field_in_turn(
    visit: Visit, alice: User, world: World
) -> None:
    # Who runs the network is told at once what others hear of after eight seconds.
    User.objects.filter(pk=alice.pk).update(is_administrator=True)
    page = other_mail(visit(alice, "/setup/channels/email/"))
    fill(page, incoming_host="mial.petrel.example", incoming_port="587", address=ADDRESS)
    fill(page, password="canary-wrong", outgoing_host="nowhere.petrel.example")
    go_on = page.get_by_role("button", name="Continue")
    mend = (
        ("incoming_port", {"incoming_port": "143"}),
        ("incoming_host", {"incoming_host": "mail.petrel.example"}),
        ("incoming_security", {"incoming_port": "993"}),
        ("password", {"password": ORDINARY}),
    )
    for field, change in mend:
        go_on.click()
        expect(page.locator(f"[name={field}]")).to_be_focused(timeout=20_000)
        expect(page.locator(f"#id_{field}_error")).to_be_visible()
        expect(page.locator("[name=outgoing_host]")).to_have_value("nowhere.petrel.example")
        fill(page, **change)
    go_on.click()
    expect_connected(page)
    expect(page.get_by_text("Sending does not work")).to_be_visible()
    print(f"{len(mend)} mistakes were named, one after the other")


async def slow(dialogue: Dialogue) -> None:
    """A server that thinks before it speaks."""
    await asyncio.sleep(3)
    await dialogue.send(b"* BYE not today")


def test_a_security_chosen_on_a_slow_network_brings_its_port_all_the_same(
    visit: Visit, alice: User, world: World
) -> None:
    page = visit(alice, "/setup/channels/email/")
    held: list[Route] = []
    page.route("**/connecting.js*", lambda script: held.append(script))
    page.goto("/setup/channels/email/other-mail/imap/", wait_until="commit")
    expect(page.get_by_label("Port").first).to_have_value("993")
    page.evaluate("document.querySelector('[name=incoming_security]').value = 'starttls'")
    expect(page.get_by_label("Port").first).to_have_value("993")
    # Asked for by now, but maybe not told to this test: it would stay held for ever.
    while not held:
        page.wait_for_timeout(10)
    for script in held:
        script.continue_()
    expect(page.get_by_label("Port").first).to_have_value("143")


def test_each_step_is_told_while_the_next_one_runs(visit: Visit, alice: User, world: World) -> None:
    User.objects.filter(pk=alice.pk).update(is_administrator=True)
    page = other_mail(visit(alice, "/setup/channels/email/"))
    with beside(scripted(slow)) as server:
        world.host("slow.petrel.example", _143=server.port)
        fill(page, incoming_host="slow.petrel.example", incoming_security="starttls")
        fill(page, address=ADDRESS, password=ORDINARY)
        page.get_by_role("button", name="Continue").click()
        expect(page.locator("#step-incoming-port.step-passed")).to_be_visible()
        expect(page.locator("#step-incoming-greeting.step-begun")).to_be_visible()
        expect(page.get_by_role("button", name="Trying the connection…")).to_be_visible()
        expect(page.locator("#step-incoming-greeting.step-failed")).to_be_visible(timeout=10_000)
        expect(page.get_by_role("button", name="Continue")).to_be_visible()
        assert axe_violations(page) == []


def test_who_leaves_the_page_ends_the_test(visit: Visit, alice: User, world: World) -> None:
    met, left = threading.Event(), threading.Event()

    async def patient(dialogue: Dialogue) -> None:
        met.set()
        try:
            await dialogue.line()
        finally:
            left.set()

    page = other_mail(visit(alice, "/setup/channels/email/"))
    with beside(scripted(patient)) as server:
        world.host("patient.petrel.example", _143=server.port)
        fill(page, incoming_host="patient.petrel.example", incoming_security="starttls")
        fill(page, address=ADDRESS, password=ORDINARY)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("button", name="Trying the connection…")).to_be_visible()
        assert met.wait(20), "the server was never spoken to"
        page.goto("/setup/channels/email/")
        assert left.wait(20), "the server is still being spoken to"
    assert not EmailAccount.objects.exists()


def test_a_lost_connection_to_postroom_loses_nothing_that_was_typed(
    visit: Visit, alice: User, world: World
) -> None:
    page = other_mail(visit(alice, "/setup/channels/email/"))
    fill(page, incoming_host="mail.petrel.example", address=ADDRESS, password=ORDINARY)
    page.context.set_offline(True)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("The connection to Postroom was lost")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Continue").click()
    expect_connected(page)


def test_without_script_the_answer_is_a_page_with_what_was_typed(
    world: World, browser: Browser, alice: User
) -> None:
    with browser.new_context(base_url=world.site.url, java_script_enabled=False) as context:
        cookie = world.site.cookie_of(alice)
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": world.site.url}])
        page = context.new_page()
        page.goto("/setup/channels/email/")
        other_mail(page)
        fill(page, incoming_host="mail.petrel.example", address=ADDRESS, password="canary-wrong")
        page.get_by_role("button", name="Continue").click()
        expect(page.locator("#id_password_error")).to_be_visible()
        expect(page.get_by_label("Incoming Server Name")).to_have_value("mail.petrel.example")
        expect(page.locator(".step-failed")).to_contain_text("Sign-in")
        page.get_by_label("Password", exact=True).fill(ORDINARY)
        page.get_by_role("button", name="Try again").click()
        page.get_by_role("link", name="Continue").click()
        expect_connected(page)
