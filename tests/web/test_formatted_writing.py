"""Formatted text from the editor to the wire: what leaves is sanitised, with its words beside it;
images are parts; signature and quote stand where their author likes them."""

import base64
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from cast import message, received
from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.seals import keep_secret
from postroom.accounts.senders import own_from_address
from postroom.crm.models import Person
from postroom.outbox.handing_over import send_outgoing
from postroom.outbox.models import ComposeSettings, OutgoingEmail, SignaturePlace
from postroom.outbox.signatures import write_signature
from postroom.team.models import User
from servers.submission import Submission
from servers.submission_thread import submission_beside
from web.browser import Visit, axe_violations
from web.test_writing import fields_of

SignIn = Callable[[User], Client]
SECRET = "correct horse battery"
LENA = "lena@customer.example"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
LOGO = f'<p><b>Alice</b><img src="data:image/png;base64,{base64.b64encode(PNG).decode()}"></p>'
HOSTILE = (
    "<p onclick=x()>Hi <b>Lena</b><script>x()</script><svg onload=x()><img src=http://evil/x>"
    '<a href="javascript:x()">a</a><a href="https://ok.example">ok</a></p>'
)


@pytest.fixture
def smtp() -> Iterator[Submission]:
    with submission_beside({"alice@example.com": SECRET}) as server:
        yield server


@pytest.fixture
def sending(account: EmailAccount, smtp: Submission) -> EmailAccount:
    """Alice's mailbox, which can send."""
    account.smtp_host, account.smtp_port, account.smtp_security = smtp.host, smtp.port, "none"
    account.save()
    keep_secret(account, Direction.OUTGOING, SECRET)
    return account


def sent_now(smtp: Submission) -> EmailMessage:
    """What the only email is on the wire."""
    send_outgoing(OutgoingEmail.objects.get().pk, lambda: timezone.now() + timedelta(seconds=11))
    content = smtp.taken[-1].content
    assert isinstance(content, bytes)
    return message_from_bytes(content, policy=policy.default)  # type: ignore[return-value]


def part_of(mail: EmailMessage, kind: str) -> str:
    """The first part of a kind, as text."""
    found = next(part for part in mail.walk() if part.get_content_type() == kind)
    return str(found.get_content()).replace("\r\n", "\n")


def test_what_leaves_is_sanitised_and_has_its_words_beside_it(
    sending: EmailAccount, alice: User, as_user: SignIn, smtp: Submission
) -> None:
    client = as_user(alice)
    fields = fields_of(client, "/writing/new/") | {"to": LENA, "html": HOSTILE, "do": "send"}
    assert fields["is_rich"] == "True"
    client.post("/writing/new/", fields)
    mail = sent_now(smtp)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    html = part_of(mail, "text/html")
    assert "<b>Lena</b>" in html
    assert '<a href="https://ok.example">ok</a>' in html
    for gone in ("script", "x()", "svg", "evil", "javascript", "onclick"):
        assert gone not in html
    assert part_of(mail, "text/plain") == "Hi Lenaaok <https://ok.example>\n"


@pytest.mark.parametrize("place", SignaturePlace.values)
def test_an_answer_has_signature_and_quote_as_its_author_likes_them(
    place: str,
    sending: EmailAccount,
    lena: Person,
    alice: User,
    as_user: SignIn,
    smtp: Submission,
) -> None:
    ComposeSettings.objects.create(
        user=alice, signature_place=place, font="Georgia, 'Times New Roman', serif"
    )
    write_signature(own_from_address(sending), LOGO)
    raw = message("Offer?", body="<b>How</b> much?<script>x()</script>", from_=LENA,
                  to=sending.address, mime_version="1.0", content_type="text/html")  # fmt: skip
    letter = received(sending, raw)
    client = as_user(alice)
    address = f"/writing/new/?answers={letter.pk}"
    page = client.get(address)
    shown = client.get(page.context["below"])
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert b"<b>How</b> much?" in shown.content
    assert b"x()" not in shown.content
    fields = fields_of(client, address) | {"html": "<p>12 euros.</p>", "do": "send"}
    client.post(address, fields)
    mail = sent_now(smtp)
    html, text = part_of(mail, "text/html"), part_of(mail, "text/plain")
    assert "Georgia" in html
    assert "> How much?" in text
    order = [html.find("12 euros."), html.find("<b>Alice</b>"), html.find("<b>How</b>")]
    in_text = [text.find("12 euros."), text.find("-- \nAlice"), text.find("> How much?")]
    if place == SignaturePlace.NONE:
        assert (order[1], in_text[1]) == (-1, -1)
        return
    expected = [0, 1, 2] if place == SignaturePlace.ABOVE else [0, 2, 1]
    assert sorted(range(3), key=order.__getitem__) == expected
    assert sorted(range(3), key=in_text.__getitem__) == expected
    assert [part.get_content_type() for part in mail.walk()][2:] == [
        "multipart/related",
        "text/html",
        "image/png",
    ]


def test_an_image_in_the_text_goes_along_as_a_part_and_only_while_it_is_shown(
    sending: EmailAccount, alice: User, bob: User, as_user: SignIn, smtp: Submission
) -> None:
    client = as_user(alice)
    fields = fields_of(client, "/writing/new/") | {"to": LENA, "do": "save"}
    address = client.post("/writing/new/", fields).url
    added = [
        client.post(f"{address}images/", {"image": SimpleUploadedFile("a.png", PNG, "image/png")})
        for _ in range(2)
    ]
    shown, left_out = (one.json()["src"] for one in added)
    assert client.get(shown).content == PNG
    assert as_user(bob).get(shown).status_code == 404
    svg = SimpleUploadedFile("a.svg", b"<svg/>", "image/svg+xml")
    refused = client.post(f"{address}images/", {"image": svg})
    assert (refused.status_code, "Attach it" in refused.json()["why"]) == (422, True)
    client.post(address, fields | {"html": f'<p>See <img src="{shown}" alt="Plan"></p>'})
    assert "a.png" not in client.get(address).content.decode()
    client.post(address, fields | {"html": f'<img src="{shown}" alt="Plan">', "do": "send"})
    mail = sent_now(smtp)
    [image] = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert image.get_payload(decode=True) == PNG
    assert f'src="cid:{str(image["Content-ID"])[1:-1]}"' in part_of(mail, "text/html")
    assert part_of(mail, "text/plain") == "[Plan]\n"
    assert left_out not in mail.as_string()
    body = client.get(f"{address}body/")
    assert b"data:image/png" in body.content
    assert as_user(bob).get(f"{address}body/").status_code == 404


def test_what_is_forwarded_keeps_its_looks_and_each_file_goes_along_once(
    sending: EmailAccount, lena: Person, alice: User, as_user: SignIn, smtp: Submission
) -> None:
    image = base64.b64encode(PNG).decode()
    body = (
        "--b\r\nContent-Type: text/html\r\n\r\n<table><tr><td>Plan: <img src='cid:plan@x'></td>"
        "</tr></table><img src='http://evil.example/x'>\r\n--b\r\nContent-Type: image/png\r\n"
        f"Content-ID: <plan@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n{image}\r\n--b\r\n"
        'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="Offer.pdf"'
        "\r\n\r\n%PDF\r\n--b--\r\n"
    )
    kind = {"mime_version": "1.0", "content_type": 'multipart/mixed; boundary="b"'}
    letter = received(sending, message("Plan", body=body, from_=LENA, to=sending.address, **kind))
    client = as_user(alice)
    address = f"/writing/new/?answers={letter.pk}&as=forward"
    fields = fields_of(client, address) | {"to": "carl@x.example", "html": "<p>See.</p>"}
    client.post(address, fields | {"do": "send"})
    mail = sent_now(smtp)
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "image/png", "application/pdf"]
    html = part_of(mail, "text/html")
    assert "<table>" in html
    assert 'src="cid:' in html
    assert "evil" not in mail.as_string()
    assert "---------- Forwarded message ----------" in part_of(mail, "text/plain")


def test_from_formatted_to_plain_and_back_no_word_is_lost(
    sending: EmailAccount, lena: Person, alice: User, as_user: SignIn
) -> None:
    letter = received(sending, message("Hi", body="How much?", from_=LENA, to=sending.address))
    client = as_user(alice)
    address = f"/writing/new/?answers={letter.pk}"
    fields = fields_of(client, address) | {"html": "<p>Twelve <b>euros</b>.</p>", "do": "plain"}
    page = client.get(client.post(address, fields).url)
    assert not page.context["is_rich"]
    text = page.context["form"]["text"].value()
    assert text.startswith("Twelve euros.")
    assert "> How much?" in text
    key = OutgoingEmail.objects.get().key
    fields = {f.name: str(f.value() or "") for f in page.context["form"]} | {"do": "rich"}
    page = client.get(client.post(f"/writing/{key}/", fields | {"key": str(key)}).url)
    html = page.context["form"]["html"].value()
    assert "<p>Twelve euros.</p>" in html
    assert "<blockquote><p>How much?</p></blockquote>" in html
    assert not page.context["form"]["has_quote"].value()


def test_compose_settings_are_kept_and_obeyed(
    sending: EmailAccount, alice: User, as_user: SignIn, smtp: Submission
) -> None:
    client = as_user(alice)
    chosen = {
        "sender": str(own_from_address(sending).pk),
        "reply_to": "nobody",
        "is_rich": "False",
        "font": "",
        "font_size": "",
        "signature_place": "below",
    }
    wrong = client.post("/you/writing/", chosen)
    assert wrong.status_code == 422
    assert "is not an email address" in wrong.content.decode()
    assert not ComposeSettings.objects.exists()
    assert (
        client.post("/you/writing/", chosen | {"reply_to": "Desk@Example.com"}).status_code == 302
    )
    fields = fields_of(client, "/writing/new/") | {"to": LENA, "text": "Hi.", "do": "send"}
    assert fields["is_rich"] == ""
    client.post("/writing/new/", fields)
    mail = sent_now(smtp)
    assert (mail["Reply-To"], mail.get_content_type()) == ("desk@example.com", "text/plain")


@pytest.mark.django_db(transaction=True)
def test_alice_formats_pastes_an_image_links_and_sends(
    visit: Visit, sending: EmailAccount, lena: Person, alice: User, smtp: Submission
) -> None:
    write_signature(own_from_address(sending), LOGO)
    letter = received(sending, message("Price?", body="How much?", from_=LENA, to=sending.address))
    page = visit(alice, f"/writing/new/?answers={letter.pk}")
    problems: list[str] = []
    page.on("console", lambda told: problems.append(told.text) if told.type == "error" else None)
    text = page.get_by_role("textbox", name="Text")
    expect(text).to_be_focused()
    page.keyboard.type("Dear Lena, ")
    page.keyboard.press("Control+b")
    page.keyboard.type("twelve")
    page.keyboard.press("Control+b")
    page.keyboard.type(" euros ")
    expect(text.locator("strong")).to_have_text("twelve")
    page.keyboard.press("Control+k")
    page.get_by_label("Where the link leads").fill("shop.example/offer")
    page.keyboard.press("Enter")
    expect(text.locator("a[href='https://shop.example/offer']")).to_be_visible()
    page.evaluate(
        """(data) => {
            const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], "plan.png", { type: "image/png" }));
            const paste = new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true,
                                                        cancelable: true });
            document.querySelector(".rich-text").dispatchEvent(paste);
        }""",
        base64.b64encode(PNG).decode(),
    )
    image = text.locator("img[alt=plan]")
    expect(image).to_be_visible()
    expect(page.get_by_text("Saved as a draft")).to_be_visible()
    assert axe_violations(page) == []
    page.locator(".below summary").click()
    below = page.frame_locator("iframe[title='Signature and quoted email']")
    expect(below.get_by_text("How much?")).to_be_visible()
    page.get_by_role("button", name="Save draft", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Draft")).to_be_visible()
    expect(page.get_by_role("textbox", name="Text").locator("strong")).to_have_text("twelve")
    expect(page.get_by_role("textbox", name="Text").locator("img[alt=plan]")).to_be_visible()
    page.get_by_role("button", name="Send", exact=True).press("Enter")
    expect(page.get_by_text("Sending in")).to_be_visible()
    assert axe_violations(page) == []
    assert problems == []
    raw = bytes(OutgoingEmail.objects.get().raw or b"")
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert "<strong>twelve</strong>" in part_of(mail, "text/html")
    assert part_of(mail, "text/plain").startswith("Dear Lena, twelve euros ")
    assert sum(part.get_content_type() == "image/png" for part in mail.walk()) == 2
