"""Alice chooses since when her existing mail comes; the page says what stays on the server."""

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from cast import folder_of, person
from postroom.accounts.models import EmailAccount
from postroom.accounts.window import months_before
from postroom.archive.models import Folder
from postroom.archive.proofs import Listing, prove
from postroom.sync.inquiring import note_answered
from postroom.team.models import User
from web.browser import Visit
from web.test_pages_and_their_guards import SignIn

NOTHING_CHANGED = "Nothing was changed"


def page_of(client: Client, account: EmailAccount) -> str:
    return client.get(f"/setup/channels/email/{account.pk}/").content.decode()


@pytest.mark.parametrize(
    ("form", "kept"),
    [
        ({"window": "all"}, "all"),
        ({"window": "day", "since": "2025-01-31"}, "2025-01-31"),
        ({"window": ""}, ""),
        *(
            (refused, None)
            for refused in (
                {"window": "day", "since": ""},
                {"window": "day", "since": "1066-10-14"},
                {"window": "day", "since": "31.1.2025"},
                {"window": "9m"},
            )
        ),
    ],
)
def test_the_owner_chooses(
    form: dict[str, str], kept: str | None, alice: User, account: EmailAccount, as_user: SignIn
) -> None:
    EmailAccount.objects.update(window="2020-02-20")
    client = as_user(alice)
    told = client.post(f"/setup/channels/email/{account.pk}/window/", form, follow=True)
    account.refresh_from_db()
    assert account.window == ("2020-02-20" if kept is None else kept)
    assert (NOTHING_CHANGED in told.content.decode()) == (kept is None)


def test_months_are_counted_once(alice: User, account: EmailAccount, as_user: SignIn) -> None:
    client = as_user(alice)
    client.post(f"/setup/channels/email/{account.pk}/window/", {"window": "12m"})
    account.refresh_from_db()
    day = months_before(timezone.localdate(), 12).isoformat()
    assert account.window == day
    assert f'value="{day}"' in page_of(client, account)


def test_the_page_says_what_stays_there(
    alice: User, account: EmailAccount, as_user: SignIn
) -> None:
    client, inbox = as_user(alice), folder_of(account)
    account.window = "2025-01-31"
    account.save()
    planned = {"planned_uidvalidity": 1, "planned_messages": 3, "planned_older": 9}
    Folder.objects.filter(pk=inbox.pk).update(**planned)
    assert "3 emails in 1 folder since 31 January 2025; 9 older ones stay" in page_of(
        client, account
    )
    prove(inbox, Listing(range(1, 13), range(1, 10), range(1, 10)), range(10, 13), timezone.now())
    account.first_complete_at = timezone.now()
    account.save()
    page = page_of(client, account)
    assert "12 on the server · 3 recorded · 0 set aside · 9 older, left there · 0 missing" in page
    assert "all that lay in the mailbox since 31 January 2025 until" in page
    EmailAccount.objects.update(protocol="pop")
    client.post(f"/setup/channels/email/{account.pk}/window/", {"window": "all"})
    assert "does not tell when its mail came" in page_of(client, account)
    account.refresh_from_db()
    assert account.window == "2025-01-31"


def test_the_page_of_a_person_says_that_older_mail_is_looked_for(
    alice: User, bob: User, account: EmailAccount, visit: Visit
) -> None:
    Folder.objects.filter(pk=folder_of(account).pk).update(older="1:40")
    lena = person("Lena", "lena@customer.example")
    page = visit(alice, f"/people/{lena.pk}/")
    expect(page.get_by_text("Older emails with Lena are being looked for")).to_be_visible()
    other = visit(bob, f"/people/{lena.pk}/")
    expect(other.get_by_text("No emails with Lena yet")).to_be_visible()
    expect(other.get_by_text("being looked for")).to_have_count(0)
    setup = visit(alice, f"/setup/channels/email/{account.pk}/")
    expect(setup.get_by_text("with 1 address of your leads and contacts")).to_be_visible()

    note_answered(account, ["lena@customer.example"], timezone.now())
    expect(page.get_by_text("being looked for")).to_have_count(0)
    expect(setup.get_by_text("with 1 address of your leads")).to_have_count(0)
