"""A mailbox is paused, deactivated and removed on its page, by its owner or an administrator."""

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from procrastinate.contrib.django.models import ProcrastinateJob

from cast import NOON, message, person, received
from postroom.accounts.lifecycle import Decision
from postroom.accounts.models import Activation, Deletion, EmailAccount, Sharing
from postroom.archive.models import Email
from postroom.archive.triage import mute, snooze
from postroom.cleanup.deleting import delete_next
from postroom.crm.models import Person
from postroom.crm.notes import write_note
from postroom.engine.leaving import end_keeping
from postroom.engine.posting import waiting_notices
from postroom.outbox.models import Notice
from postroom.team.models import Act, AuditEntry, User
from web.browser import Scheme, Visit, axe_violations
from web.test_pages_and_their_guards import SignIn

CONFIGURATION = "/setup/channels/email/"


@pytest.fixture
def ada(charlie: User) -> User:
    """Somebody who manages email settings."""
    charlie.name, charlie.is_administrator = "Ada", True
    charlie.save()
    return charlie


def path_of(account: EmailAccount, rest: str = "") -> str:
    return f"{CONFIGURATION}{account.pk}/{rest}"


def finish(account: EmailAccount) -> None:
    """What the engine does."""
    while delete_next(account.pk, NOON):
        pass


def text_of(client: Client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


def test_it_says_what_goes_and_what_stays_before_it_asks(
    alice: User, letter: Email, as_user: SignIn
) -> None:
    client, account = as_user(alice), letter.account
    page = text_of(client, path_of(account, "deactivation/"))
    assert "1 email, 1 of them whole, with attachments" in page
    assert "All mail on the mail server" in page
    assert "Deactivate and delete 1 email here" in page
    assert "no longer on the mail server" not in page
    assert "kept in Postroom alone" not in page
    letter.copies.update(missed_at=NOON)
    assert "1 of these is no longer on the mail server" in text_of(
        client, path_of(account, "removal/")
    )
    snooze(letter, NOON)
    mute(letter, NOON)
    write_note(person("Otto Other"), "Prefers the phone.", alice, NOON, letter.identity)
    page = text_of(client, path_of(account, "deactivation/"))
    assert "2 comments, assignments or marks (done, snoozed, muted, awaited) are kept in" in page
    assert "1 of these names an email of this mailbox" in page
    account.refresh_from_db()
    assert account.activation == Activation.ACTIVE


def test_deactivated_it_is_hidden_at_once_and_deleted_by_the_engine(
    alice: User, letter: Email, as_user: SignIn
) -> None:
    client, account = as_user(alice), letter.account
    assert "Quarterly order" in text_of(client, f"/emails/{letter.pk}/")
    client.post(path_of(account, "deactivation/"))
    assert client.get(f"/emails/{letter.pk}/").status_code == 404
    page = text_of(client, path_of(account))
    assert "Being deleted here" in page
    assert "0 of 1 emails" in page
    assert "Reactivate" not in page
    again = client.post(path_of(account, "reconnection/"), {"password": "x"})
    assert "still being deleted" in again.content.decode()
    assert ProcrastinateJob.objects.get(queueing_lock=f"delete:{account.pk}").status == "todo"
    finish(account)
    page = text_of(client, path_of(account))
    assert "Deactivated" in page
    assert "Reactivate" in page
    assert "Deactivated" in text_of(client, CONFIGURATION)
    assert not Email.objects.exists()


def test_an_administrator_says_why_and_the_owner_is_told_once(
    ada: User, account: EmailAccount, as_user: SignIn
) -> None:
    client = as_user(ada)
    assert "Why?" in text_of(client, path_of(account, "pause/"))
    assert client.post(path_of(account, "pause/")).status_code == 422
    assert client.post(path_of(account, "deactivation/")).status_code == 422
    account.refresh_from_db()
    assert account.activation == Activation.ACTIVE
    client.post(path_of(account, "pause/"), {"because": "Her phone <b>was</b> stolen."})
    client.post(path_of(account, "deactivation/"), {"because": "It is still lost."})
    for _ in range(2):
        waiting_notices(NOON)
    notice = Notice.objects.get()
    assert "Ada deactivated the mailbox alice@example.com" in notice.text
    assert "It is still lost." in notice.text
    acts = AuditEntry.objects.values_list("act", "actor", "detail")
    assert acts[0] == (Act.ACCOUNT_DEACTIVATED, ada.pk, "It is still lost.")
    assert acts[1] == (Act.ACCOUNT_PAUSED, ada.pk, "Her phone <b>was</b> stolen.")


def test_the_owner_needs_no_reason_and_is_told_nothing(
    alice: User, account: EmailAccount, as_user: SignIn
) -> None:
    client = as_user(alice)
    client.post(path_of(account, "pause/"))
    account.refresh_from_db()
    assert account.activation == Activation.PAUSED
    client.post(path_of(account, "removal/"))
    assert Deletion.objects.get().removes_account
    finish(account)
    waiting_notices(NOON)
    assert not Notice.objects.exists()
    assert client.get(path_of(account)).status_code == 404


def test_a_paused_mailbox_tells_its_owner_who_and_why(
    alice: User, ada: User, account: EmailAccount, as_user: SignIn
) -> None:
    as_user(ada).post(path_of(account, "pause/"), {"because": "Moving <b>house</b>."})
    waiting_notices(NOON)
    assert "Ada paused the mailbox" in Notice.objects.get().text
    page = text_of(as_user(alice), path_of(account))
    assert "by Ada. Moving &lt;b&gt;house&lt;/b&gt;." in page


def listening(page: Page) -> Page:
    """The page, once its stream is open and has caught up."""
    page.wait_for_selector("html[data-live-state=open]")
    page.wait_for_timeout(1200)
    return page


@pytest.mark.django_db(transaction=True)
def test_alice_deactivates_with_the_keyboard_and_sees_it_happen(
    visit: Visit, alice: User, account: EmailAccount
) -> None:
    for number in range(3):
        received(account, message(f"m{number}", from_="a@x.example"))
    page = visit(alice, path_of(account), width=360)
    page.get_by_role("link", name="Deactivate").press("Enter")
    expect(page.get_by_role("heading", name="What stays")).to_be_visible()
    page.get_by_role("button", name="Deactivate and delete 3 emails here").press("Enter")
    expect(page.get_by_text("0 of 3 emails")).to_be_visible()
    listening(page)
    finish(account)
    expect(page.get_by_role("link", name="Reactivate")).to_be_visible()
    page.get_by_role("link", name="Reactivate").press("Enter")
    expect(page.get_by_role("heading", name="Reactivate")).to_be_visible()


@pytest.mark.django_db(transaction=True)
def test_it_leaves_the_open_pages_of_colleagues_at_once(
    visit: Visit, bob: User, lena: Person, letter: Email
) -> None:
    account = letter.account
    account.sharing = Sharing.PUBLIC
    account.save()
    page = listening(visit(bob, f"/people/{lena.pk}/"))
    expect(page.get_by_text("Quarterly order")).to_be_visible()
    end_keeping(account, Decision(NOON, account.owner))
    expect(page.get_by_text("Quarterly order")).not_to_be_visible()
    assert Email.objects.filter(pk=letter.pk).exists(), "hidden before it is deleted"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_axe_finds_nothing_on_the_way_out(
    width: int, scheme: Scheme, visit: Visit, ada: User, letter: Email
) -> None:
    account = letter.account
    letter.copies.update(missed_at=NOON)
    page = visit(ada, "/leads/", width=width, scheme=scheme)
    violations, paths = [], ("pause/", "deactivation/", "removal/", "")
    EmailAccount.objects.filter(pk=account.pk).update(decided_at=NOON, decided_because="So.")
    for path in paths:
        if not path:
            EmailAccount.objects.update(activation=Activation.DEACTIVATED)
            Deletion.objects.create(account=account, asked_at=NOON, found=9, done=4, rate=2)
        page.goto(path_of(account, path))
        violations += [f"{path}: {found}" for found in axe_violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            violations.append(f"{path}: wider than {width}")
    expect(page.get_by_text("4 of 9 emails · 2 a second")).to_be_visible()
    assert violations == []
    assert len(paths) == 4
