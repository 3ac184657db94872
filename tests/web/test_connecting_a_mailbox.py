"""Setup › Channels › Email › Email Configuration: choosing, recognising, trying, connecting.

Reference: Set up IMAP Account; Set up Custom IMAP Account. What does not work is said at its field
and not kept; a password never comes back in a page.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from cast import NOON
from cast import user as colleague
from postroom.accounts.lifecycle import meet_trouble
from postroom.accounts.models import Activation, Credential, Direction, EmailAccount, Sharing
from postroom.accounts.seals import get_secret
from postroom.crm.models import Person
from postroom.crm.people import set_addresses
from postroom.providers import all_providers
from postroom.team.models import StorageMode, User
from postroom.web.connecting.connection_form import ConnectionForm
from servers.beside import beside
from servers.dovecot import Dovecot, dovecot
from servers.eavesdropper import eavesdropper, was_told
from servers.scripted import scripted

pytestmark = [
    pytest.mark.django_db,
    # The test client is no ASGI server: it waits for the end of the stream.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]

SETUP = "/setup/channels/email/"
TEST = f"{SETUP}connection/test/"
PASSWORD = "canary-7781-of-the-mailbox"
SCRIPTED = {"HX-Request": "true"}
SignIn = Callable[[User], Client]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot({"alice@example.com": PASSWORD}) as running:
        yield running


@pytest.fixture
def typed(server: Dovecot) -> dict[str, str]:
    """The form of Other Mail as Alice fills it in."""
    return {
        "protocol": "imap",
        "address": "alice@example.com",
        "password": PASSWORD,
        "incoming_host": "127.0.0.1",
        "incoming_port": str(server.port),
        "incoming_security": "none",
        "sharing": "private",
        "same_credentials": "on",
    }


def answer_of(client: Client, typed: dict[str, str], **headers: str) -> str:
    """The whole stream of a connection test."""
    return b"".join(client.post(TEST, typed, headers=headers)).decode()


@pytest.mark.django_db(transaction=True)
def test_a_mailbox_that_works_is_kept_and_syncs(
    alice: User, typed: dict[str, str], as_user: SignIn
) -> None:
    told = answer_of(as_user(alice), typed, **SCRIPTED).splitlines()
    account = EmailAccount.objects.get()
    assert f'data-connected href="{SETUP}{account.pk}/"' in told[-1]
    assert account.owner == alice
    assert get_secret(account, Direction.INCOMING) == PASSWORD
    assert ProcrastinateJob.objects.filter(args__account_id=account.pk).count() == 1
    steps = re.findall(r'id="step-incoming-(\w+)" class="step-(\w+)"', "".join(told))
    assert steps[:2] == [("lookup", "begun"), ("lookup", "passed")]
    assert steps[-1] == ("folders", "passed")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("whose", ["a colleague", "a lead"])
def test_an_address_of_another_is_not_connected_at_any_server(
    whose: str, bob: User, lena: Person, typed: dict[str, str], as_user: SignIn
) -> None:
    """The server takes Alice's name and password: whoever runs it decides whom it knows."""
    alice = colleague("Alice") if whose == "a colleague" else None
    if alice is None:
        set_addresses(lena, ["alice@example.com"], by=bob)
    said = answer_of(as_user(bob), typed, **SCRIPTED)
    assert f"is the address of {alice or lena}" in said
    assert not EmailAccount.objects.exists()
    if alice is None:
        set_addresses(lena, ["lena@customer.example"], by=bob)
        answer_of(as_user(bob), typed, **SCRIPTED)
        assert EmailAccount.objects.get().owner == bob


@pytest.mark.django_db(transaction=True)
def test_without_script_the_same_answer_is_a_whole_page(
    alice: User, typed: dict[str, str], as_user: SignIn
) -> None:
    client = as_user(alice)
    page = answer_of(client, typed | {"password": "canary-9902-wrong"})
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    assert 'class="step-failed"' in page
    assert "begun" not in page
    assert 'value="127.0.0.1"' in page, "what was typed is not lost"
    assert "canary" not in page
    page = answer_of(client, typed)
    assert f'<a class="button" href="{SETUP}{EmailAccount.objects.get().pk}/">Continue</a>' in page


WRONG = {
    "a wrong password": ({"password": "canary-9902-wrong"}, "password"),
    "no password": ({"password": ""}, "password"),
    "no address": ({"address": "alice"}, "address"),
    "an unknown server": ({"incoming_host": "nowhere.invalid"}, "incoming_host"),
    "no server": ({"incoming_host": ""}, "incoming_host"),
    "a closed port": ({"incoming_port": "1025"}, "incoming_port"),
    "a port that is none": ({"incoming_port": "70000"}, "incoming_port"),
    "TLS where there is none": ({"incoming_security": "tls"}, "incoming_security"),
    "no sharing": ({"sharing": "everyone"}, "sharing"),
    "a protocol that is none": ({"protocol": "uucp"}, "protocol"),
    "servers nobody looked at": ({"is_foreign": "True"}, "is_confirmed"),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_work_is_said_at_its_field_and_not_kept(
    case: str, alice: User, typed: dict[str, str], as_user: SignIn
) -> None:
    change, field = WRONG[case]
    # Who runs the network is told at once what others hear of after eight seconds.
    User.objects.filter(pk=alice.pk).update(is_administrator=True)
    told = answer_of(as_user(alice), typed | change, **SCRIPTED)
    assert f'data-wrong="{field}"' in told
    assert "data-failed" in told.splitlines()[-1]
    assert "canary" not in told
    assert not EmailAccount.objects.exists()
    assert not Credential.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_outgoing_server_with_its_own_credentials_gets_them(
    alice: User, typed: dict[str, str], as_user: SignIn
) -> None:
    typed |= {"outgoing_host": "127.0.0.1", "outgoing_port": "1025", "outgoing_security": "tls"}
    del typed["same_credentials"]
    client = as_user(alice)
    assert 'data-wrong="outgoing_password"' in answer_of(client, typed, **SCRIPTED)
    own = {"outgoing_password": "canary-out", "outgoing_username": "sender"}
    answer_of(client, typed | own, **SCRIPTED)
    account = EmailAccount.objects.get()
    assert get_secret(account, Direction.OUTGOING) == "canary-out"
    assert (account.sending_name, account.sign_in_name) == ("sender", "alice@example.com")
    assert account.smtp_trouble_sentence


SENDING_NAMES = {
    "the part before the @ reads, the address sends": (
        "icloud",
        "a@icloud.com",
        "a",
        "a@icloud.com",
    ),
    "a domain of one's own": ("icloud", "a@own.example", "", "a@own.example"),
    "one name for both": ("zoho_personal", "a@zoho.com", "", "a@zoho.com"),
    "a name typed by hand": ("icloud", "a@icloud.com", "b", "b"),
    "no known service": ("", "a@own.example", "a", "a"),
}


@pytest.mark.parametrize("case", SENDING_NAMES)
def test_the_same_credentials_mean_the_name_the_service_wants_for_sending(
    case: str, alice: User, typed: dict[str, str]
) -> None:
    provider, address, username, sending = SENDING_NAMES[case]
    typed |= {"provider": provider, "address": address, "username": username}
    form = ConnectionForm(typed | {"outgoing_host": "smtp.example.com"})
    assert form.is_valid()
    request = form.request_of(alice)
    assert request.incoming_credential.user == (username or address)
    assert request.outgoing_credential.user == sending


def test_every_service_is_offered_or_says_why_not(alice: User, as_user: SignIn) -> None:
    client = as_user(alice)
    for provider in all_providers():
        page = client.get(f"{SETUP}services/{provider.id}/").content.decode()
        assert ("Next</button>" in page) == provider.offered
        assert provider.offered or provider.notes[0] in page
    assert client.get(f"{SETUP}services/nothing/").status_code == 404


def test_services_are_found_as_words_are_typed(alice: User, as_user: SignIn) -> None:
    client = as_user(alice)

    def found(words: str) -> str:
        return client.get(SETUP, {"service": words}, headers=SCRIPTED).content.decode()

    assert "1 service<" in found("gmx.at")
    assert "Not offered. Tuta lets no other program" in found("tutanota")
    assert "No service is known as “&lt;b&gt;”" in found("<b>")


def test_an_address_is_recognised_and_its_servers_filled_in(alice: User, as_user: SignIn) -> None:
    client = as_user(alice)
    page = client.post(f"{SETUP}connection/", {"address": "Alice@Zoho.eu"}).content.decode()
    assert "alice@zoho.eu" in page
    assert "found by your address’s domain" in page
    assert 'value="imap.zoho.eu"' in page
    assert "Open App Passwords at Zoho" in page


@pytest.mark.parametrize("address", ["", "alice", "alice@", "@zoho.com", "a b@zoho.com"])
def test_an_address_that_is_none_is_said_at_its_field(
    address: str, alice: User, as_user: SignIn
) -> None:
    response = as_user(alice).post(f"{SETUP}connection/", {"address": address, "service": "gmail"})
    assert response.status_code == 422
    assert 'id="id_address_error"' in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_servers_change_in_place_and_the_stored_password_stays_at_home(
    alice: User, typed: dict[str, str], as_user: SignIn
) -> None:
    client = as_user(alice)
    answer_of(client, typed, **SCRIPTED)
    address = f"{SETUP}{EmailAccount.objects.get().pk}/"
    assert PASSWORD not in client.get(f"{address}servers/").content.decode()
    with beside(scripted(eavesdropper)) as stranger:
        changed = typed | {"incoming_port": str(stranger.port), "password": ""}
        told = b"".join(client.post(f"{address}servers/", changed, headers=SCRIPTED)).decode()
        assert 'data-wrong="password"' in told
        assert "never sent to another server" in told
        assert stranger.heard.connections == 0
        list(client.post(f"{address}servers/", changed | {"password": "canary-new"}))
        assert was_told(stranger.heard.clear, "canary-new")
        assert not was_told(stranger.heard.clear, PASSWORD)
    renamed = typed | {"address": "Alice@Renamed.example", "username": typed["address"]}
    told = b"".join(client.post(f"{address}servers/", renamed, headers=SCRIPTED)).decode()
    assert "data-connected" in told
    assert EmailAccount.objects.get().address == "alice@renamed.example"


@pytest.mark.django_db(transaction=True)
def test_a_mailbox_is_tested_again_with_what_is_stored(
    alice: User, typed: dict[str, str], as_user: SignIn
) -> None:
    client = as_user(alice)
    answer_of(client, typed, **SCRIPTED)
    account = EmailAccount.objects.get()
    meet_trouble(account, "sign_in_refused", "It was refused.", NOON)
    told = b"".join(client.post(f"{SETUP}{account.pk}/test/", headers=SCRIPTED)).decode()
    assert "data-passed>Everything works." in told
    assert "canary" not in told
    account.refresh_from_db()
    assert account.trouble == ""


def test_its_owner_pauses_resumes_shares_and_decides_what_is_kept(
    alice: User, account: EmailAccount, as_user: SignIn
) -> None:
    client, address = as_user(alice), f"/setup/channels/email/{account.pk}/"
    client.post(f"{address}pause/")
    assert "Paused" in client.get(address).content.decode()
    client.post(f"{address}resumption/")
    client.post(f"{address}sharing/", {"sharing": "public", "sight": "3", "reach": "everyone"})
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
    assert "Health of 1 mailbox<" in client.get("/setup/channels/email/").content.decode()
    assert "alice@" in client.get("/setup/channels/email/health/").content.decode()
    page = client.get(address).content.decode()
    assert "not what is in it" in page
    assert "Save sharing" not in page
    assert (
        client.post(
            f"{address}sharing/", {"sharing": "public", "sight": "3", "reach": "everyone"}
        ).status_code
        == 404
    )
    assert client.post(f"{address}pause/").status_code == 422
    assert client.post(f"{address}pause/", {"because": "Away."}).status_code == 302


def test_charlie_does_not_learn_that_the_mailbox_is_there(
    charlie: User, account: EmailAccount, as_user: SignIn
) -> None:
    assert "alice@" not in as_user(charlie).get("/setup/").content.decode()
    page = as_user(charlie).get("/setup/channels/email/").content.decode()
    assert "alice@" not in page
    assert "Connect your mailbox" in page
