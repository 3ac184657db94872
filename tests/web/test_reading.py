"""Reading: a conversation unfolds in place, quotes fold, files are looked at, images wait.

Alice reads; Bob, with whom a part is shared, gets that part and nothing of the rest.
"""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pypdfium2
import pytest
from django.test import Client
from playwright.sync_api import expect

from cast import NOON, message, person, received
from postroom.accounts.models import EmailAccount, Sharing, Sight
from postroom.archive.models import Email
from postroom.crm.models import Person
from postroom.rendering.images import kind_of
from postroom.rendering.pdf_pages import draw_page
from postroom.team.models import TrustedSender, User
from postroom.web.emails.conversation import Line, stretches_of
from web.browser import Visit, axe_violations

pytestmark = pytest.mark.django_db(transaction=True)

SignIn = Callable[[User], Client]
LENA = "lena@customer.example"
HTMX = {"HX-Request": "true"}
HTML = {"mime_version": "1.0", "content_type": "text/html; charset=utf-8"}
MIXED = {"mime_version": "1.0", "content_type": 'multipart/mixed; boundary="b"'}
ANSWER = (
    "<p>Forty <b style='color:#b00'>desks</b>.</p><div class=gmail_quote>On Monday Alice wrote:"
    "<blockquote>How many?</blockquote></div><img src='https://t.example/p.png'>"
)


def pdf_of(pages: int) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(595, 842)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def part(media_type: str, name: str, content: str) -> str:
    disposition = f'Content-Disposition: attachment; filename="{name}"'
    return f"--b\r\nContent-Type: {media_type}\r\n{disposition}\r\n\r\n{content}\r\n"


FILES = "".join(
    [
        "--b\r\nContent-Type: text/plain\r\n\r\nThree files.\r\n",
        part("text/plain", "notes.txt", "Deliver on Monday."),
        part("text/html", "page.html", "<script>fired()</script>"),
        part("text/plain", "NOTES.txt", "Another one."),
        "--b--\r\n",
    ]
)


@pytest.fixture
def conversation(account: EmailAccount, lena: Person) -> list[Email]:
    """Lena asks in plain text, Alice answers, Lena orders in HTML, and quotes."""
    of_lena = {"from_": f"Lena Lead <{LENA}>", "to": account.address}
    of_alice = {"from_": f"Alice <{account.address}>", "to": LENA, "references": "<1@x>"}
    later = {"references": "<1@x> <2@x>"} | of_lena
    days = [NOON - timedelta(days=back) for back in (3, 2, 1)]
    quoting = "On Monday it is.\n\nLena wrote:\n" + 9 * "> What about desks?\n"
    return [
        received(account, message("Desks", days[0], "Do you?", **of_lena, message_id="<1@x>")),
        received(account, message("Re: Desks", days[1], quoting, **of_alice), "Sent"),
        received(account, message("Re: Desks", days[2], ANSWER, **later, **HTML)),
    ]


def test_a_conversation_unfolds_in_its_place(
    visit: Visit, alice: User, conversation: list[Email]
) -> None:
    page = visit(alice, f"/emails/{conversation[2].pk}/")
    lines = page.locator(".message > summary")
    expect(lines).to_have_count(3)
    expect(page.locator(".message[open]")).to_have_count(1)
    assert "Lena Lead" in lines.nth(0).inner_text()
    page.keyboard.press("k")
    expect(lines.nth(1)).to_be_focused()
    page.keyboard.press("o")
    second = page.locator(".message").nth(1)
    expect(second.locator(".letter")).to_contain_text("On Monday it is.")
    expect(second.get_by_text("What about desks?").first).not_to_be_visible()
    second.locator(".quoted-part summary").click()
    expect(second.get_by_text("What about desks?").first).to_be_visible()
    page.keyboard.press("p")
    page.keyboard.press("o")
    expect(page.locator(".message").nth(0).locator(".letter")).to_have_text("Do you?")
    expect(page.locator(".message[open]")).to_have_count(3)
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    expect(page.locator(".message[open]")).to_have_count(2)
    assert set(Email.objects.filter(is_read=True)) == set(conversation)


def line_of(number: int, *, is_read: bool = True, is_open: bool = False) -> Line:
    return Line(Email(pk=number, is_read=is_read), "Lena", is_open)


@pytest.mark.parametrize(
    ("lines", "lengths"),
    [
        ([line_of(n) for n in range(6)], [(1, False), (3, False), (2, False)]),
        ([line_of(n) for n in range(9)], [(1, False), (6, True), (2, False)]),
        (
            [line_of(n, is_read=n != 6, is_open=n == 11) for n in range(13)],
            [(1, False), (5, True), (1, False), (4, True), (2, False)],
        ),
        ([], []),
    ],
    ids=["a few", "many", "one unread among them", "none"],
)
def test_the_middle_of_a_long_conversation_is_one_line(
    lines: list[Line], lengths: list[tuple[int, bool]]
) -> None:
    assert [(len(s.lines), s.is_folded) for s in stretches_of(lines)] == lengths


def test_the_folded_middle_opens_by_keys_alone(
    visit: Visit, alice: User, account: EmailAccount, conversation: list[Email]
) -> None:
    for number in range(8):
        later = NOON - timedelta(hours=20 - number)
        headers = {"from_": LENA, "to": account.address, "references": "<1@x>"}
        received(account, message("Re: Desks", later, f"Number {number}", **headers))
    Email.objects.update(is_read=True)
    page = visit(alice, f"/emails/{conversation[0].pk}/")
    expect(page.get_by_text("Number 7")).to_be_visible()
    expect(page.get_by_text("Number 2")).to_be_hidden()
    page.keyboard.press("n")
    expect(page.get_by_text("8 more emails")).to_be_focused()
    page.keyboard.press("o")
    expect(page.get_by_text("Number 2")).to_be_visible()
    assert axe_violations(page) == []


def test_the_first_page_of_a_browser_shows_its_own_time(
    visit: Visit, alice: User, conversation: list[Email]
) -> None:
    page = visit(alice, f"/emails/{conversation[2].pk}/")
    page.context.clear_cookies(name="time_zone")
    page.reload()
    expect(page.locator(".reading-date time").first).to_have_text(re.compile("13:00"))


def test_html_folds_its_quote_and_opens_it_without_script(
    visit: Visit, alice: User, conversation: list[Email]
) -> None:
    page = visit(alice, f"/emails/{conversation[2].pk}/", scheme="dark")
    frame = page.frame_locator("iframe.paper")
    expect(frame.get_by_text("desks")).to_be_visible()
    expect(frame.get_by_text("How many?")).not_to_be_visible()
    frame.locator(".more summary").click()
    expect(frame.get_by_text("How many?")).to_be_visible()
    expect(frame.locator("html")).to_have_css("filter", "invert(0.9) hue-rotate(180deg)")
    page.locator(".view summary").click()
    page.get_by_role("link", name="Original colours").click()
    expect(frame.locator("html")).to_have_css("filter", "none")
    page.locator(".view summary").click()
    page.get_by_role("link", name="Plain text").click()
    expect(page.locator(".message[open] .letter")).to_contain_text("Forty desks.")
    expect(page.locator("iframe.paper")).to_have_count(0)


def test_files_are_looked_at_in_a_sealed_frame(
    visit: Visit, alice: User, account: EmailAccount
) -> None:
    letter = received(account, message("Files", NOON, FILES, from_=LENA, **MIXED))
    page = visit(alice, f"/emails/{letter.pk}/")
    looks = page.locator(".preview > summary")
    expect(looks).to_have_count(3)
    looks.nth(1).click()
    frame = page.frame_locator(".preview-frame >> nth=1")
    expect(frame.locator("pre")).to_have_text("<script>fired()</script>")


def test_all_files_come_as_one_archive(alice: User, account: EmailAccount, as_user: SignIn) -> None:
    letter = received(account, message("Files", NOON, FILES, from_=LENA, **MIXED))
    response = as_user(alice).get(f"/emails/{letter.pk}/attachments/")
    assert (
        response.headers["Content-Disposition"] == f'attachment; filename="email-{letter.pk}.zip"'
    )
    with pytest.warns(Warning, match="asynchronous iterators"):  # The test's client is none.
        archive = zipfile.ZipFile(io.BytesIO(b"".join(response)))
    assert archive.testzip() is None
    assert archive.namelist() == ["notes.txt", "page.html", "NOTES (2).txt"]
    assert archive.read("NOTES (2).txt") == b"Another one."


def test_a_pdf_is_drawn_page_by_page(alice: User, account: EmailAccount, as_user: SignIn) -> None:
    file = pdf_of(12).decode("latin-1")
    body = "--b\r\nContent-Type: text/plain\r\n\r\nSee.\r\n"
    body += part("application/pdf", "Offer.pdf", file) + "--b--\r\n"
    raw = message("A PDF", NOON, "", from_=LENA, **MIXED) + body.encode("latin-1")
    letter = received(account, raw)
    page = as_user(alice).get(f"/emails/{letter.pk}/attachments/2/preview/").content.decode()
    assert page.count('<img src="data:image/png;base64,') == 10
    assert "The first 10 of 12 pages" in page
    drawn = draw_page((pdf_of(1), 0))
    assert drawn
    assert kind_of(drawn.png) == "image/png"


@pytest.mark.parametrize(
    ("media_type", "content", "says"),
    [
        ("application/pdf", "%PDF-1.7 broken", "nothing to look at"),
        ("image/png", "<svg onload=fired()>", "nothing to look at"),
        ("image/svg+xml", "<svg onload=fired()>", "&lt;svg onload=fired()&gt;"),
        ("text/html", "<img src=x onerror=fired()>", "&lt;img src=x onerror=fired()&gt;"),
        ("text/csv", "a;\0b", "nothing to look at"),
        ("application/zip", "PK", "nothing to look at"),
    ],
)
def test_what_is_not_what_it_is_called_is_not_shown(
    media_type: str, content: str, says: str, alice: User, account: EmailAccount, as_user: SignIn
) -> None:
    body = "--b\r\nContent-Type: text/plain\r\n\r\nSee.\r\n"
    body += part(media_type, "file.bin", content) + "--b--\r\n"
    letter = received(account, message("A file", NOON, body, from_=LENA, **MIXED))
    response = as_user(alice).get(f"/emails/{letter.pk}/attachments/2/preview/")
    assert says in response.content.decode()
    assert response.headers["Content-Security-Policy"].startswith("sandbox")


def test_images_are_shown_once_or_always_for_a_sender(
    alice: User, conversation: list[Email], as_user: SignIn
) -> None:
    client, letter = as_user(alice), conversation[2]
    address = f"/emails/{letter.pk}/images/"
    blocked = client.get(f"/emails/{letter.pk}/").content.decode()
    assert "Remote images are blocked" in blocked
    once = client.post(address, {"show": "once"}, headers=HTMX).content.decode()
    assert "Images from elsewhere are shown" in once
    assert not TrustedSender.objects.exists()
    client.post(address, {"show": "always"}, headers=HTMX)
    assert TrustedSender.objects.get().address == LENA
    again = as_user(alice).get(f"/emails/{letter.pk}/").content.decode()
    assert "Images from elsewhere are shown" in again, "in another browser too"
    client.post(address, {"show": "never"}, headers=HTMX)
    assert "Remote images are blocked" in client.get(f"/emails/{letter.pk}/").content.decode()


def test_trust_in_a_sender_ends_where_the_server_says_it_is_forged(
    alice: User, account: EmailAccount, lena: Person, as_user: SignIn
) -> None:
    TrustedSender.objects.create(user=alice, address=LENA)
    failed = {"authentication_results": "mx.example; dmarc=fail"}
    forged = received(account, message("Forged", NOON, ANSWER, from_=LENA, **HTML, **failed))
    page = as_user(alice).get(f"/emails/{forged.pk}/").content.decode()
    assert "Remote images are blocked" in page
    assert "could not confirm that this email is from its sender" in page


CAUTIONS = [
    ('"Bob Baker" <bob@elsewhere.example>', "", "called like a colleague"),
    ('"Baker, Bob" <bob@elsewhere.example>', "", "called like a colleague"),
    ('"bob baker" <bob@example.com>', "", ""),
    ('"boss@example.com" <x@elsewhere.example>', "", "shows another address"),
    ('"Miсrosoft" <x@elsewhere.example>', "", "several alphabets"),
    ("x@elsewhere.example", "<a href=https://a.net>www.bank.de</a>", "another site than they say"),
    ("x@elsewhere.example", "<a href=https://bank.de>www.bank.de</a>", ""),
]


@pytest.mark.parametrize(("sender", "html", "says"), CAUTIONS)
def test_what_deceives_is_said(
    sender: str, html: str, says: str, alice: User, bob: User, account: EmailAccount,
    as_user: SignIn,
) -> None:  # fmt: skip
    User.objects.filter(pk=bob.pk).update(name="Bob Baker")
    letter = received(account, message("Hello", NOON, f"<p>x</p>{html}", from_=sender, **HTML))
    page = as_user(alice).get(f"/emails/{letter.pk}/").content.decode()
    assert (says in page) if says else ('class="cautions"' not in page)


def test_bob_unfolds_only_what_is_shared_with_him(
    bob: User, conversation: list[Email], as_user: SignIn
) -> None:
    EmailAccount.objects.update(sharing=Sharing.PUBLIC, sight=Sight.WHEN)
    client, letter = as_user(bob), conversation[2]
    page = client.get(f"/emails/{letter.pk}/").content.decode()
    assert page.count('class="message"') == 3
    assert "Desks" not in page
    part = client.get(f"/emails/{conversation[0].pk}/message/", headers=HTMX).content.decode()
    assert "Do you?" not in part
    assert "only who wrote when" in part
    for path in ("body", "print", "headers", "attachments", "source"):
        assert client.get(f"/emails/{letter.pk}/{path}/").status_code == 404
    assert client.post(f"/emails/{letter.pk}/images/", {"show": "once"}).status_code == 404


def test_headers_and_source_are_text(alice: User, account: EmailAccount, as_user: SignIn) -> None:
    hostile = message("<b>Hi", NOON, "<script>fired()</script>", from_=LENA, x_evil="<img src=x>")
    letter = received(account, hostile)
    page = as_user(alice).get(f"/emails/{letter.pk}/headers/").content.decode()
    assert "&lt;img src=x&gt;" in page
    assert "&lt;script&gt;fired()" in page
    assert "<script>fired" not in page


def test_an_answer_without_references_is_found_by_subject_and_people(
    alice: User, account: EmailAccount, conversation: list[Email], as_user: SignIn
) -> None:
    """Some programs name nothing in their answers (Seen: web forms, old Outlook)."""
    bare = received(account, message("AW: Desks", NOON, "Thanks.", from_=LENA))
    person("Other", "other@customer.example")
    received(account, message("Re: Desks", NOON, "Mine.", from_="other@customer.example"))
    page = as_user(alice).get(f"/emails/{bare.pk}/").content.decode()
    assert page.count('class="message"') == 4
    there = as_user(alice).get(f"/emails/{conversation[0].pk}/").content.decode()
    assert f"/emails/{bare.pk}/message/" in there
    assert not re.search(r"Mine\.", there)


def test_an_email_that_was_just_opened_is_shown_as_read(
    alice: User, letter: Email, as_user: Callable[[User], Client]
) -> None:
    assert not letter.is_read
    page = as_user(alice).get(f"/emails/{letter.pk}/").content.decode()
    button = page[page.index(f'id="do-unread-{letter.pk}"') :][:300]
    assert 'value="unread"' in button
    assert 'aria-pressed="false"' in button
