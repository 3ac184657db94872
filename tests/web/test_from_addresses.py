"""More From Addresses, and a test email to oneself: from the page to the Sent folder and back."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from aiosmtpd.smtp import Envelope
from django.conf import LazySettings
from django.test import Client
from playwright.sync_api import expect

from cast import account_of, folder_of, person
from outbox.conftest import relay_at
from postroom.accounts.models import Direction, EmailAccount, FromAddress, KeepSent
from postroom.accounts.seals import keep_secret
from postroom.accounts.senders import add_from_address, own_from_address
from postroom.association.people import known_addresses
from postroom.config.secrets import read_keys
from postroom.mime import parse_message
from postroom.setup.throttle import TURNS
from postroom.team.models import User
from servers.dovecot import Dovecot, dovecot
from servers.submission import Submission
from servers.submission_thread import submission_beside
from web.browser import Site, Visit, axe_violations

SignIn = Callable[[User], Client]
SECRET = "correct horse battery"
ALICE = "alice@example.com"
ALIAS = "sales@example.com"
LENA = "lena@customer.example"


@pytest.fixture
def submission() -> Iterator[Submission]:
    with submission_beside({ALICE: SECRET}) as server:
        yield server


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        running.add(ALICE, "Sent", [b"Subject: another\r\n\r\nHello.\r\n"])
        yield running


@pytest.fixture
def mailbox(account: EmailAccount, server: Dovecot, submission: Submission) -> EmailAccount:
    """Alice's mailbox with both its servers, its Sent folder known."""
    account.imap_port, account.imap_security = server.port, "none"
    account.smtp_host, account.smtp_port = submission.host, submission.port
    account.smtp_security = "none"
    account.save()
    for direction in Direction:
        keep_secret(account, direction, SECRET)
    folder_of(account, "Sent")
    return account


@pytest.fixture
def same_key(site: Site, settings: LazySettings) -> None:
    """Passwords sealed here open in the web server's process."""
    settings.SEALING_KEYS = read_keys(site.log.with_name("secret.key"))


def page_of(account: EmailAccount) -> str:
    return f"/setup/channels/email/{account.pk}/"


def text_of(envelope: Envelope) -> str:
    assert isinstance(envelope.content, bytes)
    return parse_message(envelope.content).text


def code_in(envelope: Envelope) -> str:
    found = re.search(r"^(\d{4} \d{4})$", text_of(envelope), re.MULTILINE)
    assert found is not None
    return found[1]


def copies(server: Dovecot) -> int:
    place = server.maildir(ALICE) / ".Sent"
    return len([*(place / "cur").iterdir(), *(place / "new").iterdir()])


@pytest.mark.django_db(transaction=True)
def test_an_alias_is_added_verified_made_the_default_and_tried(
    same_key: None,
    visit: Visit,
    alice: User,
    mailbox: EmailAccount,
    submission: Submission,
    server: Dovecot,
) -> None:
    User.objects.update(is_administrator=True)
    page = visit(alice, page_of(mailbox), width=360)
    section = page.get_by_role("region", name="From addresses")
    expect(section.get_by_role("link", name=ALICE)).to_be_visible()
    section.get_by_role("link", name="Add").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Email address").fill(ALIAS)
    page.get_by_label("Display name").fill("Sales at Example")
    page.get_by_label("Reply to").fill("answers@example.com")
    page.get_by_label("Signature").fill("Alice\nSales")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"A code was sent to {ALIAS}")).to_be_visible()
    assert axe_violations(page) == []
    [letter] = submission.taken
    assert letter.rcpt_tos == [ALIAS]
    assert "alice@example.com would like to write emails" in " ".join(text_of(letter).split())
    page.get_by_label("Code").fill("00000000")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("This is not the code that was sent")).to_be_visible()
    page.get_by_label("Code").fill(code_in(letter))
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{ALIAS} is verified")).to_be_visible()
    section.get_by_role("button", name=f"Make default {ALIAS}").click()
    expect(page.get_by_text(f"{ALIAS} is the default now")).to_be_visible()
    section.get_by_role("button", name=f"Send a test email to myself from {ALIAS}").click()
    expect(page.get_by_text(f"A test email from {ALIAS} was sent to {ALICE}")).to_be_visible()
    expect(page.get_by_text("A copy was added to the Sent folder")).to_be_visible()
    trial = submission.taken[1]
    assert (trial.mail_from, trial.rcpt_tos) == (ALIAS, [ALICE])
    assert isinstance(trial.content, bytes)
    read = parse_message(trial.content)
    assert str(read.envelope.from_[0].name) == "Sales at Example"
    assert read.envelope.reply_to[0].address == "answers@example.com"
    assert "-- \nAlice\nSales" in read.text.replace("\r\n", "\n")
    assert copies(server) == 2
    assert axe_violations(page) == []
    section.get_by_role("link", name=ALIAS).click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text(f"{ALIAS} is removed")).to_be_visible()
    expect(section.get_by_role("listitem")).to_have_count(1)


def test_with_never_no_copy_is_stored(
    alice: User, mailbox: EmailAccount, server: Dovecot, as_user: SignIn
) -> None:
    client = as_user(alice)
    client.post(f"{page_of(mailbox)}sent-copies/", {"keep_sent": "sometimes"})
    client.post(f"{page_of(mailbox)}sent-copies/", {"keep_sent": KeepSent.NEVER})
    own = own_from_address(mailbox)
    shown = client.post(f"{page_of(mailbox)}from/{own.pk}/trial/", follow=True).content.decode()
    assert "No copy was stored on the server, as you chose." in shown
    assert copies(server) == 1


def test_a_test_email_is_sent_so_often_and_no_more(
    alice: User, mailbox: EmailAccount, submission: Submission, as_user: SignIn
) -> None:
    EmailAccount.objects.update(keep_sent=KeepSent.NEVER)
    client, own = as_user(alice), own_from_address(mailbox)
    for _ in range(TURNS["test"] + 2):
        shown = client.post(f"{page_of(mailbox)}from/{own.pk}/trial/", follow=True)
    assert "then try again" in shown.content.decode()
    assert len(submission.taken) == TURNS["test"]


def test_what_does_not_work_is_said_in_words(
    alice: User, mailbox: EmailAccount, submission: Submission, as_user: SignIn
) -> None:
    client, own = as_user(alice), own_from_address(mailbox)
    trial = f"{page_of(mailbox)}from/{own.pk}/trial/"
    submission.refuse.add(ALICE)
    assert "no such user" in client.post(trial, follow=True).content.decode()
    submission.refuse.clear()
    keep_secret(mailbox, Direction.INCOMING, "canary-wrong")
    shown = client.post(trial, follow=True).content.decode()
    assert "was sent to" in shown
    assert "No copy could be stored in the Sent folder" in shown
    assert "canary" not in shown
    keep_secret(mailbox, Direction.OUTGOING, "canary-wrong")
    shown = client.post(trial, follow=True).content.decode()
    assert "The test email was not sent." in shown
    assert "Sending does not work" in shown
    EmailAccount.objects.update(smtp_host="")
    assert "has no outgoing server" in client.post(trial, follow=True).content.decode()


def test_from_an_address_that_is_not_verified_nothing_is_sent(
    alice: User, mailbox: EmailAccount, submission: Submission, as_user: SignIn
) -> None:
    alias = add_from_address(mailbox, ALIAS)
    client = as_user(alice)
    for doing in ("trial", "default"):
        shown = client.post(f"{page_of(mailbox)}from/{alias.pk}/{doing}/", follow=True)
        assert "not verified yet" in shown.content.decode()
    assert submission.taken == []


def test_no_code_goes_by_the_server_of_who_is_to_prove_an_address(
    alice: User, mailbox: EmailAccount, submission: Submission, as_user: SignIn
) -> None:
    lena = person("Lena Ruiz", LENA)
    client = as_user(alice)
    shown = client.post(f"{page_of(mailbox)}from/new/", {"address": LENA}, follow=True)
    assert "By your own mailbox it would prove nothing" in shown.content.decode()
    assert submission.taken == []
    assert known_addresses().filter(person=lena).exists()
    sign_in = f"{quote(ALICE)}:{quote(SECRET)}"
    with relay_at(f"smtp+plain://{sign_in}@{submission.host}:{submission.port}"):
        alias = FromAddress.objects.get(address=LENA)
        client.post(f"{page_of(mailbox)}from/{alias.pk}/code/")
    assert [letter.rcpt_tos for letter in submission.taken] == [[LENA]]


def test_without_a_way_to_send_the_page_says_so_and_keeps_the_address(
    alice: User, account: EmailAccount, as_user: SignIn
) -> None:
    User.objects.update(is_administrator=True)
    form = {"address": ALIAS}
    shown = as_user(alice).post(f"{page_of(account)}from/new/", form, follow=True)
    assert "No code was sent. There is no server to send it by." in shown.content.decode()
    assert FromAddress.objects.filter(address=ALIAS, verified_at=None).exists()


@pytest.mark.parametrize(
    "form",
    [{"name": "A"}, {"address": "x"}, {"address": ALICE}, {"address": ALIAS, "reply_to": "x"}],
)
def test_what_cannot_be_a_from_address_is_said_at_its_field(
    form: dict[str, str], alice: User, account: EmailAccount, as_user: SignIn
) -> None:
    own_from_address(account)
    shown = as_user(alice).post(f"{page_of(account)}from/new/", form)
    assert shown.status_code == 422
    assert "field-wrong" in shown.content.decode()
    assert FromAddress.objects.count() == 1


def test_anothers_from_address_is_not_there(
    alice: User, bob: User, account: EmailAccount, as_user: SignIn
) -> None:
    his = own_from_address(account_of(bob))
    for end in ("", "code/", "verification/", "default/", "removal/", "trial/"):
        for mailbox in (account, his.account):
            address = f"{page_of(mailbox)}from/{his.pk}/{end}"
            assert as_user(alice).post(address, {"code": "1"}).status_code == 404
