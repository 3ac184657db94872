"""Alice looks after her mailbox: its proof, its folders, what was set aside. Nobody else can."""

import asyncio
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect
from procrastinate.contrib.django.models import ProcrastinateJob

from cast import NOON, folder_of, message, received
from postroom.accounts.models import EmailAccount, Sharing
from postroom.archive.comparisons import find_comparison, finish_comparison
from postroom.archive.models import Folder, FolderRole, Quarantine
from postroom.archive.proofs import Listing, prove, refuse_proof
from postroom.archive.quarantine import entries_of, quarantine, release
from postroom.engine.asked import retry_quarantine
from postroom.imap.capabilities import Tier
from postroom.sync.pop import TIER
from postroom.team.models import User
from postroom.web.mailbox.tiers import TIERS, tier_of
from web.browser import Scheme, Visit, axe_violations
from web.test_pages_and_their_guards import SignIn

RAW = (
    b"Subject: <script>alert(1)</script>\r\nFrom: a@x.example\r\n\r\n\x1b[2J\xe2\x80\xaegnp.exe\r\n"
)


@pytest.fixture
def mailbox(account: EmailAccount) -> EmailAccount:
    """Folders as a server has them, two proofs, and two messages set aside."""
    inbox = folder_of(account)
    Folder.objects.create(account=account, name="Customers/Nord", uidvalidity=1)
    Folder.objects.create(
        account=account, name="Papierkorb", role=FolderRole.TRASH, is_synced=False
    )
    account.tier = "qresync"
    account.capabilities = ["IDLE", "LIST-STATUS", "QRESYNC", "SPECIAL-USE", "X-<b>UNHEARD</b>"]
    account.first_complete_at = account.last_complete_at = timezone.now()
    account.save()
    quarantine(inbox, 7, "Reading it failed: RecursionError.", NOON, RAW)
    quarantine(inbox, 9, "The server lists this message but does not give it.", NOON, None)
    prove(inbox, Listing(range(1, 49)), [n for n in range(1, 49) if n not in (7, 9, 30)], NOON)
    prove(
        inbox, Listing(range(1, 49)), [n for n in range(1, 49) if n not in (7, 9)], timezone.now()
    )
    prove(account.folders.get(name="Customers/Nord"), Listing([1, 2]), [1, 2], NOON)
    return account


def page_of(client: Client, account: EmailAccount, rest: str = "") -> str:
    response = client.get(f"/setup/channels/email/{account.pk}/{rest}")
    assert response.status_code == 200
    return response.content.decode()


def test_the_owner_reads_the_proof_and_how_it_came_about(
    alice: User, mailbox: EmailAccount, as_user: SignIn
) -> None:
    page = page_of(as_user(alice), mailbox)
    assert "Nothing is missing." in page
    assert "50 on the server · 48 recorded" in page
    assert "2 set aside" in page
    assert "1 missing</span> of 48" in page
    prove(folder_of(mailbox), Listing([1, 2]), [1], timezone.now())
    assert "1 email of 4 is missing." in page_of(as_user(alice), mailbox)
    refuse_proof(folder_of(mailbox), "The server is closed on Sundays.", timezone.now())
    assert "The server is closed on Sundays." in page_of(as_user(alice), mailbox)


def test_an_administrator_reads_numbers_and_no_names(
    charlie: User, mailbox: EmailAccount, as_user: SignIn
) -> None:
    charlie.is_administrator = True
    charlie.save()
    page = page_of(as_user(charlie), mailbox)
    assert "Nothing is missing." in page
    assert "The server tells every change at once" in page
    for hidden in ("Customers", "Papierkorb", "RecursionError", "Check now", "Save folders"):
        assert hidden not in page
    assert "X-&lt;b&gt;UNHEARD" in page


def test_the_owner_asks_for_a_comparison_once(
    alice: User, mailbox: EmailAccount, as_user: SignIn
) -> None:
    client = as_user(alice)
    for _ in range(2):
        client.post(f"/setup/channels/email/{mailbox.pk}/comparison/")
    assert ProcrastinateJob.objects.filter(task_name="postroom.compare_account").count() == 1
    assert "Comparing now…" in page_of(client, mailbox)
    comparison = find_comparison(mailbox)
    assert comparison is not None
    comparison.server, comparison.healed = 50, 3
    finish_comparison(comparison, timezone.now())
    assert "50 compared, 3 were missing and have been fetched" in page_of(client, mailbox)


def test_folders_are_switched_on_and_off_and_it_says_what_follows(
    alice: User, mailbox: EmailAccount, as_user: SignIn
) -> None:
    client = as_user(alice)
    inbox, nord, trash = (
        mailbox.folders.get(name=n) for n in ("INBOX", "Customers/Nord", "Papierkorb")
    )
    latecomer = Folder.objects.create(account=mailbox, name="New meanwhile")
    form = {"shown": [inbox.pk, nord.pk, trash.pk, "x"], "folder": [inbox.pk, trash.pk, 987654]}
    page = client.post(f"/setup/channels/email/{mailbox.pk}/folders/", form, follow=True)
    told = page.content.decode()
    assert "Switched on: Papierkorb. Older mail is fetched too." in told
    assert "Switched off: Customers/Nord. What is here stays." in told
    assert "2 kept" in told
    synced = set(mailbox.folders.filter(is_synced=True).values_list("name", flat=True))
    assert synced == {"INBOX", "Papierkorb", latecomer.name}


def test_folders_of_another_mailbox_are_out_of_reach(
    bob: User, alice: User, mailbox: EmailAccount, as_user: SignIn
) -> None:
    other = EmailAccount.objects.create(owner=bob, address="bob@example.com", imap_host="x")
    theirs = folder_of(mailbox)
    form = {"shown": [theirs.pk], "folder": []}
    as_user(bob).post(f"/setup/channels/email/{other.pk}/folders/", form)
    theirs.refresh_from_db()
    assert theirs.is_synced
    as_user(alice).post(f"/setup/channels/email/{mailbox.pk}/folders/", form)
    theirs.refresh_from_db()
    assert not theirs.is_synced


def test_a_message_set_aside_is_shown_as_harmless_text(
    alice: User, mailbox: EmailAccount, as_user: SignIn
) -> None:
    client = as_user(alice)
    assert "Reading it failed: RecursionError." in page_of(client, mailbox, "quarantine/")
    entry = Quarantine.objects.get(uid=7)
    page = page_of(client, mailbox, f"quarantine/{entry.pk}/")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "␛[2J⟨U+202E⟩gnp.exe" in page
    assert not {"\x1b", "\u202e"} & set(page)

    file = client.get(f"/setup/channels/email/{mailbox.pk}/quarantine/{entry.pk}/message.eml")
    assert file.content == RAW
    assert file.headers["Content-Type"] == "application/octet-stream"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in file.headers["Content-Security-Policy"]
    empty = Quarantine.objects.get(uid=9)
    assert "never came" in page_of(client, mailbox, f"quarantine/{empty.pk}/")
    absent = client.get(f"/setup/channels/email/{mailbox.pk}/quarantine/{empty.pk}/message.eml")
    assert absent.status_code == 404


def test_only_the_owner_sees_what_was_set_aside_whatever_is_shared(
    alice: User, bob: User, charlie: User, mailbox: EmailAccount, as_user: SignIn
) -> None:
    mailbox.sharing = Sharing.PUBLIC
    mailbox.save()
    charlie.is_administrator = True
    charlie.save()
    own = EmailAccount.objects.create(owner=bob, address="bob@example.com", imap_host="x")
    entry = Quarantine.objects.get(uid=7)
    for rest in ("quarantine/", f"quarantine/{entry.pk}/", f"quarantine/{entry.pk}/message.eml"):
        path = f"/setup/channels/email/{mailbox.pk}/{rest}"
        assert as_user(alice).get(path).status_code == 200
        assert as_user(bob).get(path).status_code == 404
        assert as_user(charlie).get(path).status_code == 404
    through_own = f"/setup/channels/email/{own.pk}/quarantine/{entry.pk}/message.eml"
    assert as_user(bob).get(through_own).status_code == 404
    as_user(bob).post(f"/setup/channels/email/{own.pk}/quarantine/retries/", {"entry": entry.pk})
    assert not entries_of(mailbox).filter(retry_asked_at__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_the_engine_tries_again_what_was_pointed_at(
    alice: User, mailbox: EmailAccount, as_user: SignIn
) -> None:
    client, path = as_user(alice), f"/setup/channels/email/{mailbox.pk}/quarantine/"
    read, absent = Quarantine.objects.get(uid=7), Quarantine.objects.get(uid=9)
    client.post(f"{path}retries/", {"entry": read.pk})
    assert "1 of 2 wait to be tried again" in client.get(path).content.decode()
    client.post(f"{path}ignored/", {"entry": absent.pk})
    assert "left as it is" in client.get(path).content.decode()
    asyncio.run(retry_quarantine.func(mailbox.pk))
    assert list(entries_of(mailbox)) == [absent]
    client.post(f"{path}retries/", {"entry": "all"})
    client.post(f"{path}retries/", {"entry": "nonsense"})
    asyncio.run(retry_quarantine.func(mailbox.pk))
    assert "Nothing is set aside" in client.get(path).content.decode()


def test_every_way_of_noticing_changes_has_its_words() -> None:
    assert set(TIERS) == {tier.value for tier in Tier} | {TIER}
    for name in TIERS:
        tier = tier_of(EmailAccount(tier=name, capabilities=["IDLE", "X-GM-EXT-1"]))
        assert tier is not None
        assert [a.name for a in tier.abilities if a.is_offered] == ["IDLE", "Gmail"]
    assert tier_of(EmailAccount()) is None


def listening(page: Page) -> Page:
    """The page, once its stream is open and has caught up."""
    page.wait_for_selector("html[data-live-state=open]")
    page.wait_for_timeout(1200)
    return page


@pytest.mark.django_db(transaction=True)
def test_the_outcome_shows_without_a_reload(
    visit: Visit, alice: User, mailbox: EmailAccount
) -> None:
    page = listening(visit(alice, f"/setup/channels/email/{mailbox.pk}/"))
    page.get_by_role("button", name="Check now").press("Enter")
    expect(page.get_by_text("Comparing now…")).to_be_visible()
    listening(page)
    comparison = find_comparison(mailbox)
    assert comparison is not None
    comparison.server = 50
    finish_comparison(comparison, timezone.now())
    expect(page.get_by_text("50 compared, nothing missing.")).to_be_visible()

    page.goto(f"/setup/channels/email/{mailbox.pk}/quarantine/")
    listening(page)
    expect(page.locator(".entry")).to_have_count(2)
    page.get_by_role("button", name="Try all again").click()
    expect(page.get_by_text("2 of 2 wait to be tried again.")).to_be_visible()
    listening(page)
    for entry in entries_of(mailbox):
        release(entry)
    expect(page.get_by_text("Nothing is set aside")).to_be_visible()


@pytest.mark.django_db(transaction=True)
def test_folders_are_chosen_with_the_keyboard_alone(
    visit: Visit, alice: User, mailbox: EmailAccount
) -> None:
    received(mailbox, message("Hello", from_="a@x.example"), "Customers/Nord")
    page = visit(alice, f"/setup/channels/email/{mailbox.pk}/", width=360)
    page.get_by_role("checkbox", name="Papierkorb").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save folders").press("Enter")
    expect(page.get_by_text("Switched on: Papierkorb.")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Papierkorb")).to_be_checked()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_axe_finds_nothing_on_the_pages_of_a_mailbox(
    width: int, scheme: Scheme, visit: Visit, alice: User, mailbox: EmailAccount
) -> None:
    refuse_proof(
        mailbox.folders.get(name="Customers/Nord"), "The server refused to open it.",
        timezone.now() - timedelta(hours=1),
    )  # fmt: skip
    entry = Quarantine.objects.get(uid=7)
    page = visit(alice, "/leads/", width=width, scheme=scheme)
    violations, paths = [], ("", "quarantine/", f"quarantine/{entry.pk}/")
    for path in paths:
        page.goto(f"/setup/channels/email/{mailbox.pk}/{path}")
        for summary in page.locator("main summary").all():
            summary.click()
        violations += [f"{path}: {found}" for found in axe_violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            violations.append(f"{path}: wider than {width}")
    assert violations == []
    assert len(paths) == 3
