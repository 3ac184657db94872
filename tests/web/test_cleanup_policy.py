"""Setup › … › Cleanup Policy: decided after what it would do was seen; kept with one button."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from playwright.sync_api import expect

from cast import person
from postroom.accounts.models import Activation, EmailAccount, Hold, Use
from postroom.archive.models import Email
from postroom.cleanup.keeping import word_of
from postroom.cleanup.models import Case, Rule
from postroom.cleanup.rules import all_policies
from postroom.engine.cleaning import clean_up
from postroom.outbox.models import Notice
from postroom.team.models import Act, AuditEntry, Organisation, Role, User
from web.browser import Scheme, Visit, axe_violations
from web.test_pages_and_their_guards import SignIn

CONFIGURATION = "/setup/channels/email/"
CLEANUP = f"{CONFIGURATION}cleanup/"


@pytest.fixture
def ada(charlie: User) -> User:
    """An administrator."""
    charlie.name, charlie.is_administrator = "Ada", True
    charlie.save()
    return charlie


@pytest.fixture
def unused(letter: Email) -> EmailAccount:
    """Alice's mailbox, of which nobody opened anything for two months."""
    Use.objects.all().delete()
    long_ago = datetime.now(UTC) - timedelta(days=70)
    EmailAccount.objects.update(connected_at=long_ago)
    return EmailAccount.objects.get(pk=letter.account_id)


def text_of(client: Client, path: str, **sent: str) -> str:
    answer = client.post(path, sent) if sent else client.get(path)
    return " ".join(answer.content.decode().split())


def test_a_policy_is_saved_once_what_it_would_do_was_seen(
    ada: User, unused: EmailAccount, as_user: SignIn
) -> None:
    client = as_user(ada)
    assert "This is the policy that Postroom comes with" in text_of(client, CLEANUP)
    sent = {"preset": "own", "unsent": "2", "takes_all": "any", "days_hidden": "20"}
    page = text_of(client, f"{CLEANUP}everyone/", **sent)
    assert "1 mailbox would be concerned (1 by what holds now)" in page
    assert "1 email deleted here" in page
    assert not Rule.objects.exists()
    sent["seen"] = (
        "If no email was sent from it for more than 2 months, it is deactivated after warnings,"
        " and deleted 20 days later"
    )
    changed = sent | {"days_hidden": "21"}
    text_of(client, f"{CLEANUP}everyone/", **changed)
    assert not Rule.objects.exists(), "another one than was seen"
    text_of(client, f"{CLEANUP}everyone/", **sent)
    assert "If no email was sent from it for more than 2 months" in text_of(client, CLEANUP)
    assert AuditEntry.objects.get(act=Act.CLEANUP_SET).actor == ada


def test_nonsense_is_said_at_its_field_and_nothing_is_saved(ada: User, as_user: SignIn) -> None:
    client = as_user(ada)
    for wrong, said in (
        ({"preset": "own", "takes_all": "any", "days_hidden": "30"}, "Enter the months"),
        ({"preset": "newer", "takes_all": "any", "days_hidden": "0"}, "greater than or equal to 7"),
        ({"preset": "own", "unopened": "0", "takes_all": "all", "days_hidden": "9"}, "equal to 1"),
    ):
        assert said in text_of(client, f"{CLEANUP}everyone/", **wrong)
    assert "There is no time zone" in text_of(client, f"{CLEANUP}counting/", time_zone="Moon")
    assert "There is no such mailbox" in text_of(
        client, f"{CLEANUP}holds/", on="account", whose="nobody@example.com", reason="So."
    )
    assert client.get(f"{CLEANUP}dry-run/?on=soon").status_code == 422
    assert not Rule.objects.exists()
    assert not Hold.objects.exists()
    assert Organisation.get().time_zone == "UTC"


def test_a_role_has_its_own_until_it_is_taken_away(ada: User, as_user: SignIn) -> None:
    client, role = as_user(ada), Role.objects.create(name="Field sales")
    sent = {"preset": "never", "takes_all": "any", "days_hidden": "30", "seen": "Never"}
    client.post(f"{CLEANUP}roles/{role.pk}/", sent)
    assert not all_policies().roles[role.pk].months
    assert "its own policy" in text_of(client, CLEANUP)
    client.post(f"{CLEANUP}roles/{role.pk}/lifting/")
    assert all_policies().roles == {}


def test_a_dry_run_says_who_would_be_hit_and_does_nothing(
    ada: User, unused: EmailAccount, as_user: SignIn
) -> None:
    client, today = as_user(ada), datetime.now(UTC).date()
    page = text_of(client, f"{CLEANUP}dry-run/?on={today + timedelta(days=14)}")
    assert "<strong>Deactivated by then.</strong>" in page
    assert "1 mailbox; nothing would be deleted here" in page
    page = text_of(client, f"{CLEANUP}dry-run/?on={today + timedelta(days=44)}")
    assert "1 mailbox; 1 email" in page
    assert "<strong>Deleted by then.</strong>" in page
    assert not Case.objects.exists()


def test_a_hold_is_placed_and_lifted_and_stops_the_hand(
    ada: User, unused: EmailAccount, as_user: SignIn
) -> None:
    client = as_user(ada)
    client.post(
        f"{CLEANUP}holds/", {"on": "person", "whose": "lena@customer.example", "reason": "Court."}
    )
    assert "the emails with Lena Lead" in text_of(client, f"{CLEANUP}holds/")
    for page in ("deactivation/", "removal/"):
        path = f"{CONFIGURATION}{unused.pk}/{page}"
        assert "legal hold on emails of this mailbox" in text_of(client, path)
        client.post(path, {"because": "So."})
    unused.refresh_from_db()
    assert unused.activation == Activation.ACTIVE
    assert "A legal hold stands over it" in text_of(client, f"{CONFIGURATION}{unused.pk}/")
    later = datetime.now(UTC).date() + timedelta(days=44)
    kept = "A legal hold keeps 1 mailbox to which the policy would have come by then"
    for path in (CLEANUP, f"{CLEANUP}dry-run/?on={later}"):
        assert kept in text_of(client, path)
    assert kept not in text_of(client, f"{CLEANUP}dry-run/?on={later - timedelta(days=45)}")
    client.post(f"{CLEANUP}holds/{Hold.objects.get().pk}/lifting/")
    assert not Hold.objects.exists()
    assert kept not in text_of(client, CLEANUP)


def test_a_salesinbox_that_went_with_its_mailbox_says_how_both_come_back(
    alice: User, bob: User, unused: EmailAccount, as_user: SignIn
) -> None:
    now = datetime.now(UTC)
    gone = {"took_salesinbox": True, "hidden_at": now, "deletes_on": now.date()}
    Case.objects.create(account=unused, begun_at=now, **gone)
    User.objects.update(salesinbox_on=False)
    own, anothers = (text_of(as_user(each), "/inbox/") for each in (alice, bob))
    assert "both can be brought back just as they were" in own
    assert f'href="{CONFIGURATION}{unused.pk}/"' in own
    assert "Switch it on" not in own
    assert unused.address not in anothers
    assert "Switch it on" in anothers


def test_the_link_of_a_warning_asks_who_is_there_and_keeps_it_once(
    alice: User, bob: User, unused: EmailAccount, as_user: SignIn, client: Client
) -> None:
    clean_up(datetime.now(UTC))
    [notice] = Notice.objects.all()
    link = f"{CONFIGURATION}keeping/{word_of(Case.objects.get().pk)}/"
    assert link in notice.text
    assert "Keep this mailbox" in notice.text
    stranger = client.get(link)
    assert stranger.headers["Location"] == f"/accounts/login/?next={link}"
    for verb in (as_user(bob).get, as_user(bob).post):
        assert verb(link).status_code == 404
    own = as_user(alice)
    page = text_of(own, link)
    assert "No email of this mailbox was opened for more than a month." in page
    unused.refresh_from_db()
    assert unused.activation == Activation.PAUSED, "a link alone keeps nothing"
    assert own.post(link).status_code == 302
    unused.refresh_from_db()
    assert unused.activation == Activation.ACTIVE
    assert "This link has done its work" in text_of(own, link)
    assert AuditEntry.objects.get(act=Act.MAILBOX_KEPT).actor == alice


@pytest.mark.django_db(transaction=True)
def test_alice_sees_her_days_left_and_keeps_it_with_the_keyboard(
    visit: Visit, alice: User, unused: EmailAccount
) -> None:
    clean_up(datetime.now(UTC))
    page = visit(alice, f"{CONFIGURATION}{unused.pk}/", width=360)
    expect(page.get_by_text("14 days until it is deactivated")).to_be_visible()
    page.get_by_role("button", name="Keep this mailbox").press("Enter")
    expect(page.get_by_text("is kept. Everything is as before.")).to_be_visible()
    expect(page.get_by_text("If nobody uses it, it is paused on")).to_be_visible()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_axe_finds_nothing(
    width: int, scheme: Scheme, visit: Visit, ada: User, unused: EmailAccount
) -> None:
    role = Role.objects.create(name="Field sales")
    Hold.objects.create(
        person=person("Otto Other", "otto@elsewhere.example"), reason="The court asks for it.",
        by=ada, at=datetime.now(UTC),
    )  # fmt: skip
    page = visit(ada, "/leads/", width=width, scheme=scheme)
    clean_up(datetime.now(UTC))
    word = word_of(Case.objects.get().pk)
    paths = (f"{CLEANUP}roles/{role.pk}/", f"{CONFIGURATION}keeping/{word}/", CLEANUP)
    violations = []
    for path in paths:
        page.goto(path)
        violations += [f"{path}: {found}" for found in axe_violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            violations.append(f"{path}: wider than {width}")
    page.goto(f"{CLEANUP}everyone/")
    page.get_by_label("A slower one").check()
    page.get_by_role("button", name="See what it would do").click()
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    violations += axe_violations(page)
    assert violations == []


def test_a_leavers_mailbox_is_handed_over_on_its_page(
    alice: User, bob: User, ada: User, letter: Email, as_user: SignIn
) -> None:
    client, path = as_user(ada), f"{CONFIGURATION}{letter.account_id}/handing-over/"
    assert client.get(path).status_code == 404, "Alice is still here"
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert "Hand over" in text_of(client, f"{CONFIGURATION}{letter.account_id}/")
    assert path in text_of(client, f"/setup/users/{alice.pk}/")
    page = text_of(client, path)
    assert "who cannot sign in any more" in page
    assert "sees all of its emails here (1)" in page
    assert "Choose who is to have the mailbox." in text_of(client, path, sharing="end")
    handed = client.post(path, {"to": bob.pk, "sharing": "end"}, follow=True).content.decode()
    assert "is the mailbox of Bob now" in handed
    assert "The mailbox of Bob." in handed, "where it is seen how it is doing"
    assert "Quarterly order" in text_of(as_user(bob), f"/emails/{letter.pk}/")
