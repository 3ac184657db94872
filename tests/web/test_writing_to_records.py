"""What one writes to a company's people or a deal's stands on its page, and begins there; and what
is told while one writes: that a draft could not be kept, a file that is not there, the seconds."""

from collections.abc import Callable
from datetime import timedelta
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from cast import NOON, person
from postroom.accounts.models import EmailAccount
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Company, Deal, Person
from postroom.crm.pipeline import first_stage
from postroom.outbox.drafts import LONGEST_HTML
from postroom.outbox.models import OutgoingEmail, OutgoingState
from postroom.team.models import User
from web.browser import Visit
from web.test_writing import fields_of, sending, smtp

SignIn = Callable[[User], Client]
LENA = "lena@customer.example"
KEEPING = {"X-Draft": "1"}
__all__ = ["sending", "smtp"]


def company_and_deal_of(lena: Person) -> tuple[str, str]:
    """The pages of where she works and of a deal with her."""
    company, deal = Company.objects.create(name="Mill"), Deal()
    Person.objects.filter(pk=lena.pk).update(company=company)
    keep_deal(deal, DealEntry("Offer", first_stage(), people=[LENA]), NOON)
    return f"/companies/{company.pk}/", f"/deals/{deal.pk}/"


@pytest.mark.parametrize("state", [OutgoingState.DRAFT, OutgoingState.SCHEDULED])
def test_what_waits_stands_with_its_person_their_company_and_their_deal_for_its_author_alone(
    state: OutgoingState,
    sending: EmailAccount,
    lena: Person,
    alice: User,
    bob: User,
    as_user: SignIn,
) -> None:
    fields = fields_of(as_user(alice), "/writing/new/") | {"to": LENA, "subject": "canary"}
    as_user(alice).post("/writing/new/", fields | {"do": "save"})
    OutgoingEmail.objects.update(state=state, due_at=NOON)
    another = Company.objects.create(name="Another")
    with_her = [f"/people/{lena.pk}/", *company_and_deal_of(lena)]
    for place in (*with_her, f"/companies/{another.pk}/"):
        for page in (place, f"{place}outgoing/"):
            shown = as_user(alice).get(page).content.decode()
            assert ("canary" in shown) == (f"outgoing-{state}" in shown) == (place in with_her)
            assert "canary" not in as_user(bob).get(page).content.decode()


def test_from_a_deal_one_writes_to_all_its_people(
    sending: EmailAccount, lena: Person, alice: User, as_user: SignIn
) -> None:
    person("Omar Lead", "omar@mill.example", "omar@home.example")
    deal = Deal()
    keep_deal(deal, DealEntry("Offer", first_stage(), people=[LENA, "omar@home.example"]), NOON)
    fields = fields_of(as_user(alice), f"/writing/new/?deal={deal.pk}")
    assert set(fields["to"].split(", ")) == {f"Lena Lead <{LENA}>", "Omar Lead <omar@mill.example>"}
    assert as_user(alice).get(f"/writing/new/?deal={deal.pk + 1}").status_code == 404
    assert as_user(alice).get("/writing/new/?deal=x").status_code == 404


def test_an_email_is_begun_with_a_key_on_every_page(
    sending: EmailAccount, lena: Person, alice: User, visit: Visit
) -> None:
    company, deal = company_and_deal_of(lena)
    page = visit(alice, company, width=360)
    page.keyboard.press("c")
    expect(page.get_by_label("To", exact=True)).to_be_focused()
    page.goto(deal)
    page.keyboard.press("c")
    expect(page.get_by_label("To", exact=True)).to_have_value(f"Lena Lead <{LENA}>")


def test_a_draft_that_cannot_be_kept_is_not_said_to_be(
    sending: EmailAccount, alice: User, as_user: SignIn
) -> None:
    client = as_user(alice)
    fields = fields_of(client, "/writing/new/") | {"to": LENA, "is_rich": "on"}
    kept = client.post("/writing/new/", fields, headers=KEEPING)
    assert (kept.status_code, kept.content) == (200, f"/writing/{fields['key']}/".encode())
    fields["html"] = "x" * (LONGEST_HTML + 1)
    refused = client.post(f"/writing/{fields['key']}/", fields, headers=KEEPING)
    assert refused.status_code == 422
    assert refused.content == b"The text is too long to be sent. Send a part of it as a file."


def test_an_older_page_does_not_undo_what_a_newer_one_kept_unless_it_is_wished(
    sending: EmailAccount, alice: User, as_user: SignIn
) -> None:
    client = as_user(alice)
    fields = fields_of(client, "/writing/new/") | {"to": LENA, "text": "First"}
    draft = f"/writing/{fields['key']}/"
    first = client.post("/writing/new/", fields | {"seen": ""}, headers=KEEPING)["X-Draft"]
    newer = fields | {"text": "Second", "seen": first}
    assert client.post(draft, newer, headers=KEEPING).status_code == 200
    older = fields | {"text": "Third", "seen": first}
    refused = client.post(draft, older, headers=KEEPING)
    assert (refused.status_code, b"in another window" in refused.content) == (422, True)
    for wish in ("save", "send"):
        assert client.post(draft, older | {"do": wish}).status_code == 422
    told = client.post(draft, older)
    assert (OutgoingEmail.objects.get().text, "Third" in told.content.decode()) == ("Second", True)
    seen = told.context["outgoing"].changed_at.isoformat()
    assert client.post(draft, older | {"seen": seen}).status_code == 302
    assert OutgoingEmail.objects.get().text == "Third"


@pytest.mark.parametrize(
    ("asked", "again"),
    [
        ({"do": "send"}, 'name="do" value="send"'),
        ({"later": "2026-11-01T08:00"}, 'name="later" value="2026-11-01T08:00"'),
        ({"later": "at", "at": "2026-11-01T08:30"}, 'name="later" value="2026-11-01T08:30"'),
        ({"later": "at", "at": ""}, 'name="later" value="at"'),
    ],
)
def test_who_forgot_a_file_is_asked_where_they_look_and_does_the_same_once_more(
    asked: dict[str, str], again: str, sending: EmailAccount, alice: User, as_user: SignIn
) -> None:
    fields = fields_of(as_user(alice), "/writing/new/") | {"to": LENA, "text": "See attached."}
    shown = as_user(alice).post("/writing/new/", fields | asked).content.decode()
    assert f"{again} autofocus" in shown
    assert shown.index("You write of an attachment") < shown.index("id_subject")
    assert OutgoingEmail.objects.get().state == OutgoingState.DRAFT


def test_the_seconds_that_are_left_are_counted(
    sending: EmailAccount, alice: User, as_user: SignIn
) -> None:
    client, now = as_user(alice), timezone.now()
    fields = fields_of(client, "/writing/new/") | {"to": LENA, "subject": "x", "do": "send"}
    client.post("/writing/new/", fields)
    state = f"/writing/{fields['key']}/state/"
    for seconds, words in ((9.5, "Sending in 10 seconds."), (-1, "About to be sent…")):
        OutgoingEmail.objects.update(due_at=now + timedelta(seconds=seconds))
        with mock.patch.object(timezone, "now", return_value=now):
            assert words in client.get(state).content.decode()


def test_what_is_typed_while_a_draft_is_being_kept_is_sent_with_it(
    sending: EmailAccount, alice: User, visit: Visit
) -> None:
    page = visit(alice, "/writing/new/", width=360)
    delayed: list[Route] = []
    page.route("**/writing/new/", lambda route: delayed.append(route))
    page.get_by_label("To", exact=True).fill(LENA)
    wait_for_route(page, delayed)
    page.get_by_label("Text").fill("All of it")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#kept")).to_have_text("Sending…")
    delayed[0].continue_()
    expect(page.get_by_text("Sending in")).to_be_visible()
    assert OutgoingEmail.objects.get().text == "All of it"


PASTE = """(element, [words, name]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["x"], name, { type: "image/png" }));
    if (words) transfer.setData("text/plain", words);
    const options = { clipboardData: transfer, bubbles: true, cancelable: true };
    const event = new ClipboardEvent("paste", options);
    element.dispatchEvent(event);
    return event.defaultPrevented;
}"""


def test_a_picture_that_comes_with_words_is_not_taken_in_their_place(
    sending: EmailAccount, alice: User, visit: Visit
) -> None:
    """As office programs put it beside them; a file that was copied has its name there."""
    page = visit(alice, "/writing/new/")
    text = page.get_by_label("Text")
    assert text.evaluate(PASTE, ["12 boxes", "image.png"]) is False
    assert text.evaluate(PASTE, ["roof.png", "roof.png"]) is True
    expect(page.get_by_role("list", name="Attached")).to_contain_text("roof.png")
    page.get_by_role("button", name="Formatted text").click()
    editor = page.locator(".ProseMirror")
    expect(editor).to_be_visible()
    editor.evaluate(PASTE, ["12 boxes", "image.png"])
    expect(editor).to_contain_text("12 boxes")
    expect(editor.locator("img")).to_have_count(0)


def wait_for_route(page: Page, delayed: list[Route]) -> None:
    """Until the page asked."""
    while not delayed:
        page.wait_for_timeout(50)
