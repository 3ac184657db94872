"""Write, answer, send, undo: on the pages, without a script; and the whole way in a browser, by a
real SMTP server to a real mailbox and back into the list, as one email."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from cast import NOON, message, received
from postroom.accounts.members import add_member
from postroom.accounts.models import Direction, EmailAccount, FromAddress, Sharing
from postroom.accounts.seals import keep_secret
from postroom.accounts.senders import add_from_address, own_from_address
from postroom.archive.models import Email
from postroom.crm.models import Person
from postroom.mime import parse_message
from postroom.outbox.handing_over import send_outgoing
from postroom.outbox.models import ComposeSettings, OutgoingEmail, OutgoingState
from postroom.team.models import User
from servers.dovecot import Dovecot, dovecot
from servers.submission import Submission
from servers.submission_thread import submission_beside
from web.browser import Visit, axe_violations, database_of_tests

SignIn = Callable[[User], Client]
SECRET = "correct horse battery"
LENA = "lena@customer.example"


@pytest.fixture
def smtp() -> Iterator[Submission]:
    with submission_beside({"alice@example.com": SECRET}) as server:
        yield server


@pytest.fixture
def sending(account: EmailAccount, smtp: Submission) -> EmailAccount:
    """Alice's mailbox, which can send. She writes plain text."""
    ComposeSettings.objects.create(user=account.owner, is_rich=False)
    account.smtp_host, account.smtp_port, account.smtp_security = smtp.host, smtp.port, "none"
    account.save()
    keep_secret(account, Direction.OUTGOING, SECRET)
    return account


def fields_of(client: Client, address: str) -> dict[str, str]:
    """The form as it stands on the page, to be posted."""
    form = client.get(address).context["form"]
    fields = {field.name: str(field.value() or "") for field in form}
    return fields | {"key": str(client.get(address).context["key"])}


def test_an_answer_begins_with_its_sender_its_words_and_its_conversation(
    sending: EmailAccount, lena: Person, alice: User, as_user: SignIn, smtp: Submission
) -> None:
    raw = message(
        "Offer?",
        body="How much?\nLena",
        from_=f"Lena Lead <{LENA}>",
        to="alice@example.com, carl@x.example",
        references="<first@x.example>",
        message_id="<second@x.example>",
    )
    letter = received(sending, raw)
    client = as_user(alice)
    address = f"/writing/new/?answers={letter.pk}&as=all"
    fields = fields_of(client, address)
    assert (fields["to"], fields["cc"]) == (f"Lena Lead <{LENA}>", "carl@x.example")
    assert fields["subject"] == "Re: Offer?"
    assert "> How much?\n> Lena" in fields["text"]
    posted = fields | {"text": "12 euros.\n\n" + fields["text"], "do": "send"}
    for _ in range(3):
        response = client.post(address, posted)
        assert response.url == f"/writing/{fields['key']}/"
    outgoing = OutgoingEmail.objects.get()
    send_outgoing(outgoing.pk, lambda: timezone.now() + timedelta(seconds=11))
    [envelope] = smtp.taken
    assert isinstance(envelope.content, bytes)
    read = parse_message(envelope.content)
    assert read.envelope.in_reply_to == "second@x.example"
    assert read.envelope.references == ("first@x.example", "second@x.example")
    assert read.text is not None
    assert read.text.startswith("12 euros.")
    letter.refresh_from_db()
    assert letter.is_answered
    assert "Sent." in client.get(response.url).content.decode()


def test_an_answer_goes_where_its_sender_wants_it_and_that_is_said(
    sending: EmailAccount, lena: Person, alice: User, as_user: SignIn
) -> None:
    letter = received(
        sending, message("Hi", from_=LENA, to=sending.address, reply_to="other@evil.example")
    )
    page = as_user(alice).get(f"/writing/new/?answers={letter.pk}")
    assert "Its sender wants answers at <bdi>other@evil.example" in page.content.decode()
    assert page.context["form"]["to"].value() == "other@evil.example"


def test_what_is_forwarded_takes_its_files_along_and_answers_nothing(
    sending: EmailAccount, lena: Person, alice: User, as_user: SignIn
) -> None:
    parts = (
        "--b\r\nContent-Type: text/plain\r\n\r\nHere.\r\n--b\r\n"
        'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="Offer.pdf"'
        "\r\n\r\n%PDF\r\n--b--\r\n"
    )
    kind = {"mime_version": "1.0", "content_type": 'multipart/mixed; boundary="b"'}
    letter = received(sending, message("Files", body=parts, from_=LENA, to=sending.address, **kind))
    client = as_user(alice)
    address = f"/writing/new/?answers={letter.pk}&as=forward"
    fields = fields_of(client, address)
    assert (fields["to"], fields["subject"]) == ("", "Fwd: Files")
    client.post(address, fields | {"do": "save"})
    draft = OutgoingEmail.objects.get()
    assert [file.name for file in draft.files.all()] == ["Offer.pdf"]
    assert (draft.in_reply_to, draft.references) == ("", [])


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("to", "", "Nobody to send it to yet"),
        ("to", "nobody", "“nobody” is not an email address"),
        ("bcc", "a@x.example, b@", "Bcc: “b@” is not an email address"),
        ("subject", "a\r\nBcc: evil@x.example", "line break"),
        ("sender", "987654", "Choose an address to send from"),
    ],
)
def test_what_cannot_be_sent_is_said_at_its_field_and_nothing_typed_is_lost(
    field: str, value: str, words: str, sending: EmailAccount, alice: User, as_user: SignIn
) -> None:
    client = as_user(alice)
    fields = fields_of(client, "/writing/new/") | {"to": LENA, "text": "canary words"}
    page = client.post("/writing/new/", fields | {field: value, "do": "send"})
    assert page.status_code == 422
    assert words in page.content.decode()
    assert "canary words" in page.content.decode()
    assert OutgoingEmail.objects.get().state == OutgoingState.DRAFT


def test_a_file_that_is_spoken_of_and_not_there_is_asked_about(
    sending: EmailAccount, alice: User, as_user: SignIn
) -> None:
    client = as_user(alice)
    fields = fields_of(client, "/writing/new/") | {
        "to": LENA,
        "text": "See attached.",
        "do": "send",
    }
    asked = client.post("/writing/new/", fields)
    assert "You write of an attachment" in asked.content.decode()
    file = SimpleUploadedFile("a.pdf", b"%PDF", "application/pdf")
    address = f"/writing/{fields['key']}/"
    client.post(address, fields | {"files": file, "do": "save"})
    draft = OutgoingEmail.objects.get()
    client.post(address, fields | {"remove": draft.files.get().pk, "do": ""})
    assert not draft.files.exists()
    assert client.post(address, fields | {"without_file": "1"}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == OutgoingState.HELD


def test_undo_gives_the_draft_back_and_after_that_it_is_too_late(
    sending: EmailAccount, alice: User, as_user: SignIn
) -> None:
    client = as_user(alice)
    fields = fields_of(client, "/writing/new/") | {"to": LENA, "subject": "Oops", "do": "send"}
    state = client.post("/writing/new/", fields).url
    assert "Sending in" in client.get(state).content.decode()
    client.post(f"{state}decision/", {"do": "undo"})
    assert client.get(state).context["form"]["subject"].value() == "Oops"
    client.post(state, fields)
    outgoing = OutgoingEmail.objects.get()
    send_outgoing(outgoing.pk, lambda: timezone.now() + timedelta(seconds=11))
    late = client.post(f"{state}decision/", {"do": "undo"}, follow=True)
    assert "That came too late" in late.content.decode()
    assert client.post(f"{state}decision/", {"do": "steal"}).status_code == 404


def test_what_is_sent_later_waits_in_its_writers_time_and_can_be_moved(
    sending: EmailAccount, lena: Person, alice: User, bob: User, as_user: SignIn
) -> None:
    client = as_user(alice)
    client.cookies["time_zone"] = "America/New_York"
    fields = fields_of(client, "/writing/new/") | {"to": LENA, "subject": "Later"}
    wrong = client.post("/writing/new/", fields | {"later": "at", "at": "2020-01-01T08:00"})
    assert "That moment has passed" in wrong.content.decode()
    address = f"/writing/{fields['key']}/"
    year = timezone.now().year + 1
    assert client.post(address, fields | {"later": f"{year}-01-04T08:00"}).url == address
    scheduled = OutgoingEmail.objects.get()
    assert scheduled.due_at == datetime(year, 1, 4, 13, tzinfo=UTC)
    assert "08:00, America/New York time" in client.get(address).content.decode()
    assert "Scheduled: " in client.get(f"/people/{lena.pk}/").content.decode()
    assert "Scheduled" in client.get("/writing/").content.decode()
    moved = {"later": "at", "at": f"{year}-01-05T08:00"}
    assert as_user(bob).post(f"{address}moment/", moved).status_code == 404
    client.post(f"{address}moment/", moved)
    scheduled.refresh_from_db()
    assert scheduled.due_at == datetime(year, 1, 5, 13, tzinfo=UTC)
    client.post(f"{address}decision/", {"do": "undo"})
    assert client.get(address).context["form"]["subject"].value() == "Later"


def test_a_draft_stands_with_whom_it_is_to_and_is_signed_by_whom_it_is_from(
    sending: EmailAccount, lena: Person, alice: User, bob: User, as_user: SignIn
) -> None:
    own, alias = own_from_address(sending), add_from_address(sending, "sales@example.com")
    FromAddress.objects.filter(pk=own.pk).update(signature="Alice")
    FromAddress.objects.filter(pk=alias.pk).update(signature="Sales", verified_at=NOON)
    client = as_user(alice)
    fields = fields_of(client, "/writing/new/") | {"to": f"{LENA}, unfini", "subject": "canary"}
    assert "-- \nAlice" in fields["text"]
    fields |= {"sender": str(alias.pk), "text": "Hi.\n" + fields["text"]}
    client.post("/writing/new/", fields | {"do": "save"})
    assert OutgoingEmail.objects.get().text.rstrip() == "Hi.\n\n\n-- \nSales"
    for user, is_there in ((alice, True), (bob, False)):
        shown = as_user(user).get(f"/people/{lena.pk}/outgoing/").content.decode()
        assert ("canary" in shown, "Draft" in shown) == (is_there, is_there)


def test_colleagues_neither_answer_what_is_shared_with_them_nor_find_drafts(
    sending: EmailAccount, lena: Person, alice: User, bob: User, charlie: User, as_user: SignIn
) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC)
    letter = received(sending, message("Hi", from_=LENA, to=sending.address))
    shown = as_user(bob).get(f"/emails/{letter.pk}/")
    assert "as=reply" not in shown.content.decode()
    assert as_user(bob).get(f"/writing/new/?answers={letter.pk}").status_code == 404
    client = as_user(alice)
    fields = fields_of(client, f"/writing/new/?person={lena.pk}") | {"subject": "canary"}
    assert fields["to"] == f"Lena Lead <{LENA}>"
    client.post("/writing/new/", fields | {"do": "send"})
    person = f"/people/{lena.pk}/"
    assert "canary" in client.get(person).content.decode()
    for address in (person, f"{person}outgoing/", "/writing/"):
        assert "canary" not in as_user(charlie).get(address).content.decode()
    assert as_user(charlie).post("/writing/new/", fields).status_code == 404
    add_member(sending, bob, None, NOON)
    team = as_user(bob).get(f"/writing/new/?answers={letter.pk}")
    assert [one.address for one in team.context["form"].senders.values()] == [sending.address]


@pytest.fixture
def imap() -> Iterator[Dovecot]:
    with dovecot({"alice@example.com": SECRET}) as server:
        raw = message("Price?", timezone.now(), "How much?", from_=f"Lena Lead <{LENA}>")
        server.add("alice@example.com", "INBOX", [raw])
        server.add("alice@example.com", "Sent", [])
        yield server


@contextmanager
def engine() -> Iterator[None]:
    """A real engine on the test database."""
    environment = os.environ | {"DATABASE_URL": database_of_tests()}
    process = subprocess.Popen([sys.executable, "-m", "postroom.cli", "engine"], env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def to_lena(smtp: Submission) -> int:
    """How many emails went to Lena; the engine's notices go to Alice."""
    return sum(envelope.rcpt_tos == [LENA] for envelope in smtp.taken)


@pytest.mark.django_db(transaction=True)
def test_alice_answers_lena_from_her_page_and_the_answer_stands_there_once(
    visit: Visit, sending: EmailAccount, lena: Person, alice: User, smtp: Submission, imap: Dovecot
) -> None:
    sending.imap_port, sending.imap_security = imap.port, "none"
    sending.save()
    keep_secret(sending, Direction.INCOMING, SECRET)
    with engine():
        page = visit(alice, f"/people/{lena.pk}/")
        row = page.get_by_role("link", name="Price?")
        expect(row).to_be_visible(timeout=60_000)
        row.click()
        expect(page.locator("#reading").get_by_text("How much?")).to_be_visible(timeout=30_000)
        page.keyboard.press("r")
        page.wait_for_url("**/writing/new/**")
        expect(page.get_by_label("To", exact=True)).to_have_value(f"Lena Lead <{LENA}>")
        page.get_by_label("Text").press_sequentially("Twelve euros.")
        expect(page.get_by_text("Saved as a draft")).to_be_visible()
        page.wait_for_url(re.compile(r"/writing/[0-9a-f-]{36}/$"))
        assert axe_violations(page) == []
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_text("Sending in")).to_be_visible()
        assert axe_violations(page) == []
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_label("Text")).to_have_value(re.compile("^Twelve euros."))
        assert to_lena(smtp) == 0
        page.get_by_role("button", name="Send", exact=True).dblclick()
        expect(page.get_by_text("Sending in")).to_be_visible()
        page.goto(f"/people/{lena.pk}/")
        expect(page.locator("#outgoing").get_by_text("Re: Price?")).to_be_visible()
        answer = page.locator("#email-rows").get_by_role("link", name="Re: Price?")
        expect(answer).to_be_visible(timeout=60_000)
        expect(page.locator("#outgoing").get_by_text("Re: Price?")).to_have_count(0)
        expect(answer).to_have_count(1)
        expect(page.locator("#email-rows > li.email-row")).to_have_count(2)
    assert to_lena(smtp) == 1
    copies = Email.objects.filter(subject="Re: Price?")
    assert [one.message_id for one in copies] == [OutgoingEmail.objects.get().message_id]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_tells_who_cannot_send_what_to_do(
    scheme: str, visit: Visit, alice: User, account: EmailAccount
) -> None:
    for width in (360, 1440):
        page = visit(alice, "/writing/new/", width=width, scheme=scheme)
        expect(page.get_by_role("link", name="Connect a mailbox")).to_be_visible()
        assert axe_violations(page) == []
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        page.goto("/writing/")
        expect(page.get_by_text("Nothing written yet")).to_be_visible()
        assert axe_violations(page) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "is_rich"), [(360, True), (1440, False)])
def test_an_answer_is_written_sent_and_called_back_by_keyboard_alone(
    width: int, is_rich: bool, visit: Visit, sending: EmailAccount, lena: Person, alice: User
) -> None:
    ComposeSettings.objects.update(is_rich=is_rich)
    letter = received(sending, message("Price?", body="How much?", from_=LENA, to=sending.address))
    page = visit(alice, f"/emails/{letter.pk}/", width=width, scheme="dark")
    page.keyboard.press("r")
    page.wait_for_url("**/writing/new/**")
    expect(page.get_by_role("textbox", name="Text")).to_be_focused()
    page.keyboard.type("Twelve euros.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Sending in")).to_be_visible()
    assert axe_violations(page) == []
    page.keyboard.press("z")
    page.wait_for_url(re.compile(r"/writing/[0-9a-f-]{36}/$"))
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    assert OutgoingEmail.objects.get().state == OutgoingState.DRAFT


@pytest.mark.django_db(transaction=True)
def test_a_name_is_completed_after_a_comma_and_a_chosen_file_is_kept_at_once(
    visit: Visit, sending: EmailAccount, lena: Person, alice: User
) -> None:
    page = visit(alice, f"/people/{lena.pk}/")
    page.keyboard.press("c")
    page.wait_for_url("**/writing/new/**")
    to = page.get_by_label("To", exact=True)
    to.fill("carl@x.example, ")
    to.press_sequentially("len")
    completed = f'#people-known option[value="carl@x.example, Lena Lead <{LENA}>"]'
    expect(page.locator(completed)).to_have_count(1)
    page.get_by_label("Subject").fill("With a file")
    file = {"name": "Offer.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    page.get_by_label("Attachments").set_input_files([file])
    expect(page.locator(".attached").get_by_text("Offer.pdf", exact=True)).to_be_visible()
    expect(page.get_by_label("Subject")).to_have_value("With a file")
    expect(page.get_by_text("Saved as a draft")).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_role("button", name="Remove Offer.pdf").click()
    expect(page.locator(".attached")).to_have_count(0)
    draft = OutgoingEmail.objects.get()
    assert (draft.subject, draft.state) == ("With a file", OutgoingState.DRAFT)
