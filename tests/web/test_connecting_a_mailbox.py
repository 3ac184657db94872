"""Setup › Channels › Email › Other Mail, against a real Dovecot.

Reference: Set up Custom IMAP Account. What does not work is said at its field and not kept; a
password never comes back in a page.
"""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from postroom.accounts.models import Activation, Credential, Direction, EmailAccount, Sharing
from postroom.accounts.seals import get_secret
from postroom.team.models import StorageMode, User
from servers.dovecot import Dovecot, dovecot

pytestmark = pytest.mark.django_db

OTHER_MAIL = "/setup/channels/email/other-mail/"
PASSWORD = "canary-7781-of-the-mailbox"
SignIn = Callable[[User], Client]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot({"alice@example.com": PASSWORD}) as running:
        yield running


@pytest.fixture
def typed(server: Dovecot) -> dict[str, str]:
    """The form as Alice fills it in."""
    return {
        "address": "alice@example.com",
        "password": PASSWORD,
        "imap_host": "127.0.0.1",
        "imap_port": str(server.port),
        "imap_security": "none",
        "sharing": "private",
        "same_credentials": "on",
    }


def test_a_mailbox_that_works_is_kept_and_syncs(
    alice: User, typed: dict[str, str], as_user: SignIn
) -> None:
    response = as_user(alice).post(OTHER_MAIL, typed)
    account = EmailAccount.objects.get()
    assert response.headers["Location"] == f"/setup/channels/email/{account.pk}/"
    assert account.owner == alice
    assert get_secret(account, Direction.INCOMING) == PASSWORD
    assert ProcrastinateJob.objects.filter(args__account_id=account.pk).count() == 1


WRONG = {
    "a wrong password": ({"password": "canary-9902-wrong"}, "password"),
    "no password": ({"password": ""}, "password"),
    "no address": ({"address": "alice"}, "address"),
    "an unknown server": ({"imap_host": "nowhere.invalid"}, "imap_host"),
    "a closed port": ({"imap_port": "1025"}, "imap_port"),
    "a port that is none": ({"imap_port": "70000"}, "imap_port"),
    "TLS where there is none": ({"imap_security": "tls"}, "imap_security"),
    "no sharing": ({"sharing": "everyone"}, "sharing"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_work_is_said_at_its_field_and_not_kept(
    case: str, alice: User, typed: dict[str, str], as_user: SignIn
) -> None:
    change, field = WRONG[case]
    response = as_user(alice).post(OTHER_MAIL, typed | change)
    page = response.content.decode()
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in page
    assert "canary" not in page
    assert not EmailAccount.objects.exists()
    assert not Credential.objects.exists()


def test_an_outgoing_server_with_its_own_password_needs_it(
    alice: User, typed: dict[str, str], as_user: SignIn
) -> None:
    typed |= {"smtp_host": "smtp.example.com", "smtp_port": "465", "smtp_security": "tls"}
    del typed["same_credentials"]
    client = as_user(alice)
    assert 'id="id_smtp_password_error"' in client.post(OTHER_MAIL, typed).content.decode()
    client.post(OTHER_MAIL, typed | {"smtp_password": "canary-out"})
    account = EmailAccount.objects.get()
    assert get_secret(account, Direction.OUTGOING) == "canary-out"


def test_its_owner_pauses_resumes_shares_and_decides_what_is_kept(
    alice: User, account: EmailAccount, as_user: SignIn
) -> None:
    client, address = as_user(alice), f"/setup/channels/email/{account.pk}/"
    client.post(f"{address}pause/")
    assert "Paused" in client.get(address).content.decode()
    client.post(f"{address}resumption/")
    client.post(f"{address}sharing/", {"sharing": "public"})
    client.post(f"{address}sharing/", {"sharing": "rubbish"})
    client.post(f"{address}storage/", {"storage": "everything"})
    client.post(f"{address}storage/", {"storage": "rubbish"})
    account.refresh_from_db()
    assert (account.activation, account.sharing) == (Activation.ACTIVE, Sharing.PUBLIC)
    assert account.storage == StorageMode.EVERYTHING


def test_an_administrator_sees_health_and_decides_nothing_but_a_pause(
    bob: User, account: EmailAccount, as_user: SignIn
) -> None:
    User.objects.filter(pk=bob.pk).update(is_administrator=True)
    client, address = as_user(bob), f"/setup/channels/email/{account.pk}/"
    assert "alice@" in client.get("/setup/channels/email/").content.decode()
    page = client.get(address).content.decode()
    assert "not what is in it" in page
    assert "Save sharing" not in page
    assert client.post(f"{address}sharing/", {"sharing": "public"}).status_code == 404
    assert client.post(f"{address}pause/").status_code == 302


def test_charlie_does_not_learn_that_the_mailbox_is_there(
    charlie: User, account: EmailAccount, as_user: SignIn
) -> None:
    assert "alice@" not in as_user(charlie).get("/setup/").content.decode()
    page = as_user(charlie).get("/setup/channels/email/").content.decode()
    assert "alice@" not in page
    assert "No mailbox is connected yet" in page
