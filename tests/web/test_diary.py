"""Notes and tasks: on the page of what they are about, on the page of tasks, beside an email."""

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from cast import NOON, account_of, message, received, user
from postroom.accounts.models import EmailAccount, Sharing, Sight
from postroom.archive.models import DealLink, Email
from postroom.crm.deals import DealEntry, keep_deal
from postroom.crm.models import Deal, Note, Person, Task
from postroom.crm.notes import write_note
from postroom.crm.people import Entry, keep_person
from postroom.crm.pipeline import first_stage
from postroom.crm.tasks import TaskEntry, add_task
from postroom.team.models import Role, User
from postroom.web.diary.removing import SALT
from web.browser import Visit

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
LENA = "lena@customer.example"


def offer_to(lena: Person) -> Deal:
    keep_person(lena, Entry("Lena", "Lead", "Customer Ltd", [LENA]))
    offer = Deal()
    keep_deal(offer, DealEntry("Big order", first_stage(), people=[LENA]), NOON)
    return offer


def to_do(about: Person | Deal | None, by: User, days: int = 0, **more: object) -> Task:
    entry = TaskEntry("Call back", timezone.localdate() + timedelta(days=days), **more)  # type: ignore[arg-type]
    return add_task(about, entry, by, NOON)


def next_of(page: str) -> str:
    """Where a list goes on."""
    found = re.search(r'hx-get="([^"]+after=[^"]+)"', page)
    assert found
    return found[1].replace("&amp;", "&")


@pytest.mark.django_db(transaction=True)
def test_by_keys_alone_tasks_and_notes_are_written_done_changed_and_brought_back(
    visit: Visit, alice: User, bob: User, lena: Person, letter: Email
) -> None:
    page = visit(alice, f"/people/{lena.pk}/?email={letter.pk}")
    section, pane = page.locator("#diary"), page.locator("#reading .customer")
    press = page.keyboard.press
    section.locator("summary", has_text="Task").focus()
    press("Enter")
    press("Tab")
    page.keyboard.type("Send the offer")
    today = timezone.localdate(timezone=ZoneInfo("Europe/Berlin"))  # The browser's day.
    section.get_by_label("Due").fill(str(today - timedelta(days=1)))
    section.get_by_label("Who").select_option("Bob")
    press("Tab")
    press("Enter")
    expect(section.get_by_text("Yesterday")).to_be_visible()
    expect(section.locator("summary", has_text="Task")).to_be_focused()
    section.get_by_role("link", name="Send the offer").press("Enter")
    expect(section.locator(".diary-edit").get_by_label("Task")).to_be_focused()
    section.locator(".diary-edit").get_by_label("Who").select_option("Alice")
    section.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("link", name="Tasks 1 overdue")).to_be_visible()
    expect(section.get_by_role("button", name="Done: Send the offer")).to_be_focused()
    press("Enter")
    expect(section.get_by_role("button", name="Not done after all")).to_be_focused()
    expect(page.get_by_role("link", name="Tasks", exact=True)).to_be_visible()
    assert Task.objects.get(assignee=alice).done_at
    # Beside the email, without leaving it.
    pane.locator(".customer-more > summary").press("Enter")
    pane.locator(".diary-add > summary", has_text="Note").press("Enter")
    pane.get_by_label("Note").fill("Prefers the phone.\n  <b>Always</b>")
    pane.get_by_role("button", name="Add note").press("Enter")
    expect(pane.get_by_text("Prefers the phone.")).to_be_visible()
    pane.locator(".diary-add > summary", has_text="Deal").press("Enter")
    pane.get_by_label("Deal").fill("Big order")
    pane.get_by_role("button", name="Add deal").press("Enter")
    below = page.locator(f"#deal-of-{letter.pk}")
    expect(below.get_by_text("Alice linked this conversation with it.")).to_be_visible()
    page.reload()
    note = section.locator(".diary-note")
    expect(note.get_by_text("<b>Always</b>")).to_be_visible()
    expect(note.get_by_role("link", name="From the email Quarterly order")).to_be_visible()
    note.get_by_role("link", name="Edit").press("Enter")
    expect(note.get_by_label("Note")).to_be_focused()
    note.get_by_role("button", name="Remove").press("Enter")
    expect(section.get_by_role("button", name="Undo")).to_be_focused()
    assert not Note.objects.exists()
    press("Enter")
    expect(note.get_by_role("link", name="Edit")).to_be_focused()
    assert Note.objects.get().email_identity == letter.identity
    press("g")
    press("t")
    expect(page.get_by_role("heading", name="Nothing to do")).to_be_visible()


def test_whatever_is_written_stays_with_what_it_is_about(
    alice: User, lena: Person, as_user: SignIn
) -> None:
    offer, client = offer_to(lena), as_user(alice)
    for number in range(7):
        write_note(lena, f"Note {number}.", alice, NOON + timedelta(hours=number))
    client.post(f"/deals/{offer.pk}/notes/", {"text": "About the deal"})
    client.post(
        f"/companies/{offer.company_id}/tasks/",
        {"words": "Visit them", "due_on": "2031-05-06", "due_time": "14:30", "assignee": alice.pk},
    )
    page = client.get(f"/people/{lena.pk}/").content.decode()
    assert "About the deal" in page
    assert "Visit them" not in page
    assert "Note 5." in page
    assert "Note 4." not in page
    rest = client.get(next_of(page), headers=HTMX).content.decode()
    assert [n for n in range(7) if f"Note {n}." in rest] == [2, 3, 4]
    company = client.get(f"/companies/{offer.company_id}/").content.decode()
    assert all(words in company for words in ("About the deal", "Visit them", "14:30", "Note 5."))
    assert "Note 5." not in client.get(f"/deals/{offer.pk}/").content.decode()
    client.post(f"/deals/{offer.pk}/removal/")
    assert Note.objects.count() == 7


def test_nothing_is_kept_of_what_does_not_fit(alice: User, lena: Person, as_user: SignIn) -> None:
    client = as_user(alice)
    for path, sent in (
        ("notes", {"text": "  "}),
        ("notes", {"text": "x" * 10_001}),
        ("tasks", {"words": "", "due_on": "2026-05-06", "assignee": alice.pk}),
        ("tasks", {"words": "x", "due_on": "tomorrow", "assignee": alice.pk}),
        ("tasks", {"words": "x", "due_on": "0001-01-01", "assignee": alice.pk}),
        ("tasks", {"words": "x", "due_on": "2026-05-06", "assignee": 987654}),
    ):
        address = f"/people/{lena.pk}/{path}/"
        assert client.post(address, sent).status_code == 302
        assert "wrong" in client.post(address, sent, headers=HTMX).content.decode()
    new = {"words": "x", "due_on": "2026-05-06", "assignee": alice.pk, "about": "no@x.example"}
    answer = client.post("/tasks/", new)
    assert answer.status_code == 422
    assert "No lead or contact has the address no@x.example" in answer.content.decode()
    assert (Note.objects.count(), Task.objects.count()) == (0, 0)


def test_only_its_author_changes_a_note_and_only_they_or_an_administrator_remove_it(
    alice: User, bob: User, charlie: User, lena: Person, as_user: SignIn
) -> None:
    User.objects.filter(pk=charlie.pk).update(is_administrator=True)
    note = write_note(lena, "Mine", alice, NOON)
    address = f"/notes/{note.pk}/"
    assert "Mine" in as_user(bob).get(f"/people/{lena.pk}/").content.decode()
    assert as_user(bob).post(address, {"text": "Yours"}).status_code == 404
    assert as_user(bob).post(f"{address}removal/").status_code == 404
    assert as_user(charlie).post(address, {"text": "Yours"}).status_code == 200
    note.refresh_from_db()
    assert (note.text, note.edited_at) == ("Mine", None)
    assert as_user(alice).post(address, {"text": "Ours"}).status_code == 302
    note.refresh_from_db()
    assert note.text == "Ours"
    assert note.edited_at
    assert as_user(charlie).post(f"{address}removal/").status_code == 200
    assert not Note.objects.exists()


def test_a_removal_is_undone_once_by_who_did_it_and_only_as_it_was(
    alice: User, bob: User, lena: Person, as_user: SignIn
) -> None:
    task = to_do(lena, alice, due_time=time(9, 5), assignee=bob)
    before = Task.objects.values().get()
    page = as_user(alice).post(f"/tasks/{task.pk}/removal/").content.decode()
    token = page.split('name="row" value="')[1].split('"')[0]
    assert not Task.objects.exists()
    assert as_user(bob).post("/removed/", {"row": token}).status_code == 404
    assert as_user(alice).post("/removed/", {"row": token + "x"}).status_code == 404
    forged = signing.dumps({"by": alice.pk, "kind": "task", "row": {}}, salt=SALT + "x")
    assert as_user(alice).post("/removed/", {"row": forged}).status_code == 404
    assert as_user(alice).post("/removed/", {"row": token}).status_code == 302
    assert Task.objects.values().get() == before
    assert as_user(alice).post("/removed/", {"row": token}).status_code == 404
    lena.delete()
    assert as_user(alice).post("/removed/", {"row": token}).status_code == 404
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("sharing", "sight", "shown"),
    [
        (Sharing.PRIVATE, Sight.EVERYTHING, None),
        (Sharing.PUBLIC, Sight.WHEN, "Subject not shared"),
        (Sharing.PUBLIC, Sight.EVERYTHING, "Zugunruhe"),
    ],
)
def test_a_note_shows_nobody_an_email_that_they_do_not_see(
    sharing: Sharing,
    sight: Sight,
    shown: str | None,
    alice: User,
    bob: User,
    as_user: SignIn,
    lena: Person,
    account: EmailAccount,
) -> None:
    EmailAccount.objects.update(sharing=sharing, sight=sight)
    letter = received(account, message("Zugunruhe", from_=LENA, to=account.address))
    add = f"/emails/{letter.pk}/customers/{lena.pk}/"
    assert as_user(alice).post(add, {"add": "note", "text": "Angry."}).status_code == 302
    task = {"add": "task", "words": "Calm her", "due_on": "2026-03-04", "assignee": bob.pk}
    assert as_user(alice).post(add, task).status_code == 302
    whole = as_user(alice).get(f"/people/{lena.pk}/").content.decode()
    assert whole.count("From the email ") == 2, "the control"
    for address in (f"/people/{lena.pk}/", "/tasks/", f"/people/{lena.pk}/notes/"):
        page = as_user(bob).get(address).content.decode()
        words = page.replace(page[page.find('id="emails"') : page.find("reading-side")], "")
        assert "Angry." in page or "Calm her" in page
        assert ("From the email " in page) == (shown is not None)
        if shown != "Zugunruhe":
            assert "Zugunruhe" not in page
        elif shown:
            assert shown in words
    denied = 404 if shown is None else 302
    assert as_user(bob).post(add, {"add": "note", "text": "x"}).status_code == denied


def test_a_deal_beside_an_email_has_its_conversation(
    alice: User, lena: Person, letter: Email, as_user: SignIn
) -> None:
    client, add = as_user(alice), f"/emails/{letter.pk}/customers/{lena.pk}/"
    answer = client.post(add, {"add": "deal", "name": "Order", "amount": "12.5"}, headers=HTMX)
    deal = Deal.objects.get()
    assert (deal.owner, deal.people.get(), DealLink.objects.get().deal) == (alice, lena, deal)
    page = answer.content.decode()
    assert f'id="deal-of-{letter.pk}"' in page
    assert 'hx-swap-oob="true"' in page
    wrong = client.post(add, {"add": "deal", "name": " ", "amount": "-1"}, headers=HTMX)
    assert "Give the deal a name." in wrong.content.decode()
    for sent in ({"add": "order"}, {}):
        assert client.post(add, sent).status_code == 404
    stranger = Person.objects.create(last_name="Elsewhere")
    address = f"/emails/{letter.pk}/customers/{stranger.pk}/"
    assert client.post(address, {"add": "note", "text": "x"}).status_code == 404


def test_a_note_finds_its_email_again_after_a_reconnection(
    alice: User, lena: Person, as_user: SignIn
) -> None:
    raw = message("Quarterly order", from_=LENA, to="alice@example.com")
    letter = received(account_of(alice), raw)
    note = write_note(lena, "Noted", alice, NOON, bytes(letter.identity))
    letter.delete()
    EmailAccount.objects.all().delete()
    assert Note.objects.get() == note
    assert "From the email " not in as_user(alice).get(f"/people/{lena.pk}/notes/").content.decode()
    again = received(account_of(alice), raw)
    page = as_user(alice).get(f"/people/{lena.pk}/notes/").content.decode()
    assert f"/emails/{again.pk}/" in page


def test_the_page_of_tasks_goes_by_days(
    alice: User, bob: User, lena: Person, as_user: SignIn
) -> None:
    for days in (-2, 0, 3):
        to_do(lena, bob, days, assignee=alice)
    done = to_do(lena, alice, -5, assignee=alice)
    client = as_user(alice)
    client.post(f"/tasks/{done.pk}/done/", {"done": "1"})
    page = client.get("/tasks/").content.decode()
    places = [page.index(f"<h2>{heading}</h2>") for heading in ("Overdue", "Today", "Coming")]
    assert places == sorted(places)
    assert page.count("task-box") == 3
    assert '<span class="badge">1<span class="unseen"> overdue' in page
    assert client.get("/tasks/?tab=done").content.decode().count("task-box") == 1
    assert as_user(bob).get("/tasks/").content.decode().count("task-box") == 0
    assert as_user(bob).get("/tasks/?tab=colleagues").content.decode().count("task-box") == 3
    Task.objects.bulk_create(
        Task(words=f"Task {n}", due_on=date(2030, 1, 1 + n // 5), assignee=alice, made_at=NOON)
        for n in range(60)
    )
    first = client.get("/tasks/").content.decode()
    rest = client.get(next_of(first), headers=HTMX).content.decode()
    assert first.count("task-box") + rest.count("task-box") == 63
    assert "<h2>" not in rest  # It began on the page before.


def test_a_task_about_nobody_is_between_who_made_it_and_who_does_it(
    alice: User, bob: User, charlie: User, as_user: SignIn
) -> None:
    sent = {"words": "Water the plants", "due_on": "2026-05-06", "assignee": bob.pk}
    assert as_user(alice).post("/tasks/", sent).status_code == 302
    task = Task.objects.get()
    for who, status in ((alice, 200), (bob, 200), (charlie, 404)):
        assert as_user(who).get(f"/tasks/{task.pk}/").status_code == status
    chief = Role.objects.create(name="Chief")
    User.objects.filter(pk=charlie.pk).update(role=chief)
    User.objects.filter(pk=bob.pk).update(role=Role.objects.create(name="Agent", superior=chief))
    charlie.refresh_from_db()
    to_do(None, bob, assignee=bob)
    about = to_do(Person.objects.create(last_name="X"), bob, assignee=bob, due_time=time(8))
    page = as_user(charlie).get("/tasks/?tab=colleagues").content.decode()
    assert f"/tasks/{about.pk}/" in page
    assert page.count("task-box") == 1
    dora = user("Dora")
    User.objects.filter(pk=dora.pk).update(is_active=False)
    changed = {"words": "Water", "due_on": "2026-05-07", "assignee": dora.pk}
    assert as_user(alice).post(f"/tasks/{task.pk}/", changed).status_code == 422
    task.refresh_from_db()
    assert task.words == "Water the plants"
