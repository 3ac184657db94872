"""What an owner does with an email on the pages, and that nobody else can."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from cast import NOON, folder_of
from postroom.accounts.models import Activation, EmailAccount, Protocol, Sharing
from postroom.archive.actions import asked_actions, finish, finish_move
from postroom.archive.arrivals import Flags
from postroom.archive.ledger import miss, set_flags
from postroom.archive.models import Action, ActionKind, Email, Folder, FolderRole, ServerCopy
from postroom.crm.models import Person
from postroom.team.models import User
from web.browser import Visit, axe_violations

SignIn = Callable[[User], Client]
WORDS = ("archive", "undo", "trash", "restore", "inbox", "flag", "unread", "answered")
WISHES = [{"do": word} for word in WORDS]
ROLES = {"Archive": FolderRole.ARCHIVE, "Trash": FolderRole.TRASH, "Projects": FolderRole.OTHER}


@pytest.fixture
def folders(account: EmailAccount, letter: Email) -> dict[str, Folder]:
    """The folders of Alice's mailbox; her server can move mail."""
    EmailAccount.objects.update(capabilities=["IMAP4REV1", "MOVE"])
    made = {
        name: Folder.objects.create(
            account=account, name=name, role=role, uidvalidity=1, is_synced=name != "Trash"
        )
        for name, role in ROLES.items()
    }
    return {"INBOX": folder_of(account), **made}


def act(client: Client, email: Email, **form: object) -> str:
    """Do something as the page does it, and return the answer."""
    address = f"/emails/{email.pk}/actions/"
    response = client.post(address, form, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return re.sub(r"<[^>]+>|\s+", " ", response.content.decode())


def told(account: EmailAccount) -> None:
    """The engine told the server everything; a move landed somewhere."""
    for action in asked_actions(account.pk):
        if action.kind == ActionKind.MOVE:
            finish_move(action, 1, [900 + action.pk], timezone.now())
        else:
            finish(action, timezone.now())


def refuse(account: EmailAccount, sentence: str) -> None:
    for action in asked_actions(account.pk):
        finish(action, timezone.now(), sentence)


def test_only_the_owner_acts_on_an_email(
    alice: User,
    bob: User,
    charlie: User,
    letter: Email,
    folders: dict[str, Folder],
    as_user: SignIn,
) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    address, absent = f"/emails/{letter.pk}/actions/", "/emails/987654321/actions/"
    assert as_user(bob).get(f"/emails/{letter.pk}/").status_code == 200
    for colleague in (bob, charlie):
        client = as_user(colleague)
        for form in WISHES:
            for verb in (client.get, client.post):
                answers = [verb(where, form) for where in (address, absent)]
                assert [a.status_code for a in answers] == [404, 404], form
                assert answers[0].content == answers[1].content
    assert not Action.objects.exists()
    # The control: the same requests of Alice's are heard.
    assert [as_user(alice).post(address, form).status_code for form in WISHES] == [302] * 8


def test_a_colleague_sees_no_buttons(
    bob: User, alice: User, lena: Person, letter: Email, folders: dict[str, Folder], as_user: SignIn
) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    for where in (f"/emails/{letter.pk}/", f"/people/{lena.pk}/?email={letter.pk}"):
        assert "data-do=" not in as_user(bob).get(where).content.decode()
        assert "data-do=" in as_user(alice).get(where).content.decode()


def test_no_mail_is_moved_into_another_ones_mailbox(
    alice: User, bob: User, letter: Email, folders: dict[str, Folder], as_user: SignIn
) -> None:
    his = Folder.objects.create(
        account=EmailAccount.objects.create(owner=bob, address=bob.email), name="Projects"
    )
    address = f"/emails/{letter.pk}/actions/"
    for folder in (his.pk, folders["Trash"].pk, "x", ""):
        assert as_user(alice).post(address, {"folder": folder}).status_code == 404
    assert not Action.objects.exists()
    assert "Moved to Projects" in act(as_user(alice), letter, folder=folders["Projects"].pk)


def test_the_page_says_how_far_it_came(
    alice: User, account: EmailAccount, letter: Email, folders: dict[str, Folder], as_user: SignIn
) -> None:
    client = as_user(alice)
    assert "Moved to Archive · waiting for the mail server" in act(client, letter, do="archive")
    told(account)
    page = f"/emails/{letter.pk}/"
    assert "Moved to Archive · on the server too" in client.get(page).content.decode()
    assert "To Inbox" in client.get(page).content.decode()
    act(client, letter, do="flag")
    EmailAccount.objects.update(activation=Activation.PAUSED)
    assert "Flagged · waiting until the mailbox is resumed" in client.get(page).content.decode()
    EmailAccount.objects.update(activation=Activation.ACTIVE, trouble="port_refused")
    assert "waiting: the mail server cannot be used" in client.get(page).content.decode()
    refuse(account, "No room.")
    said = client.get(page).content.decode()
    assert "Could not be flagged. No room." in said
    assert "Try again" in said
    assert "Flagged · waiting" in act(client, letter, do="again")


def test_what_cannot_be_is_said_in_a_sentence(
    alice: User, account: EmailAccount, letter: Email, as_user: SignIn
) -> None:
    client = as_user(alice)
    assert "This mailbox has no Archive folder." in act(client, letter, do="archive")
    assert "This mailbox has no Trash folder." in act(client, letter, do="trash")
    EmailAccount.objects.update(capabilities=["IMAP4REV1", "IDLE"])
    assert "Your mail server cannot move mail safely" in act(client, letter, do="trash")
    EmailAccount.objects.update(protocol=Protocol.POP)
    assert "POP3, which knows no folders" in act(client, letter, do="archive")
    assert "Flagged · here alone" in act(client, letter, do="flag")
    assert Action.objects.filter(kind=ActionKind.MOVE).count() == 0


def test_without_script_a_button_leads_back_to_the_email(
    alice: User, letter: Email, folders: dict[str, Folder], as_user: SignIn
) -> None:
    client = as_user(alice)
    answer = client.post(f"/emails/{letter.pk}/actions/", {"do": "trash"}, follow=True)
    assert answer.redirect_chain == [(f"/emails/{letter.pk}/", 302)]
    page = answer.content.decode()
    assert "Moved to Trash." in page
    assert "Put back" in page


def test_mail_in_the_trash_is_in_no_list_and_its_owner_puts_it_back(
    alice: User,
    bob: User,
    account: EmailAccount,
    lena: Person,
    letter: Email,
    folders: dict[str, Folder],
    as_user: SignIn,
) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    client, page = as_user(alice), f"/emails/{letter.pk}/"
    act(client, letter, do="trash")
    for _ in range(2):
        for viewer in (alice, bob):
            people = as_user(viewer).get(f"/people/{lena.pk}/").content.decode()
            assert "Quarterly order" not in people
        assert client.get(page).status_code == 200
        assert as_user(bob).get(page).status_code == 404
        told(account)
    act(client, letter, do="restore")
    told(account)
    assert "Quarterly order" in as_user(bob).get(f"/people/{lena.pk}/").content.decode()
    assert [copy.folder.name for copy in ServerCopy.objects.filter(gone_at=None)] == ["INBOX"]


# In the browser.


def reading(visit: Visit, viewer: User, lena: Person, letter: Email) -> Page:
    """The person's page with the letter open, its stream caught up."""
    page = visit(viewer, f"/people/{lena.pk}/?email={letter.pk}")
    page.wait_for_selector("html[data-live-state=open]")
    page.wait_for_timeout(1200)
    return page


def test_an_email_is_archived_thrown_away_and_put_back_by_key(
    visit: Visit, alice: User, lena: Person, letter: Email, folders: dict[str, Folder]
) -> None:
    page = reading(visit, alice, lena, letter)
    row = page.locator(f"#email-row-{letter.pk}")
    standing = page.locator(".standing")
    page.keyboard.press("e")
    expect(standing).to_contain_text("Moved to Archive · waiting")
    page.keyboard.press("z")
    expect(standing).to_contain_text("Moved to Inbox · waiting")
    row.locator("a").focus()
    page.keyboard.press("s")
    expect(row.locator(".marks")).to_contain_text("Flagged")
    page.keyboard.press("#")
    expect(row).to_have_count(0)
    expect(standing).to_contain_text("Moved to Trash")
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(row).to_have_count(1)
    page.keyboard.press("v")
    page.keyboard.press("Enter")
    expect(standing).to_contain_text("Moved to Archive")


def test_a_page_changes_when_another_program_flags_answers_or_removes(
    visit: Visit, alice: User, lena: Person, letter: Email, folders: dict[str, Folder]
) -> None:
    page = reading(visit, alice, lena, letter)
    copy = ServerCopy.objects.get(email=letter)
    told(letter.account)
    set_flags(copy.folder, {copy.uid: Flags(is_seen=True, is_flagged=True, is_answered=True)})
    expect(page.locator("[id^=do-flag]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[id^=do-answered]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".email-row .marks")).to_contain_text("Answered")
    ServerCopy.objects.filter(email=letter).update(missed_at=NOON)
    miss(copy.folder, [copy.uid], timezone.now())
    expect(page.locator(".standing")).to_have_text("No longer in the mailbox")
    expect(page.locator(".email-row")).to_have_count(0)


def test_what_is_refused_comes_back_with_a_sentence_and_a_button(
    visit: Visit, alice: User, lena: Person, letter: Email, folders: dict[str, Folder]
) -> None:
    page = reading(visit, alice, lena, letter)
    page.locator("[id^=do-trash]").click()
    expect(page.locator(".email-row")).to_have_count(0)
    expect(page.locator("[id^=do-trash]")).to_be_focused()
    refuse(letter.account, "The mail server did not move it.")
    expect(page.locator(".email-row")).to_have_count(1)
    expect(page.locator(".standing")).to_contain_text("Could not be moved to Trash.")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".email-row")).to_have_count(0)


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (768, "light"), (1440, "dark")])
def test_axe_finds_nothing_in_the_menu_the_note_and_the_refusal(
    width: int, scheme: str, visit: Visit, alice: User, letter: Email, folders: dict[str, Folder]
) -> None:
    page = visit(alice, f"/emails/{letter.pk}/", width=width, scheme=scheme)
    page.locator("[id^=do-archive]").click()
    page.locator("[data-do=undo]").wait_for()
    violations = axe_violations(page)
    refuse(letter.account, "No room.")
    page.reload()
    page.get_by_role("button", name="Try again").wait_for()
    page.locator(".doings details.move-to summary").click()
    violations += axe_violations(page)
    assert violations == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
