"""From "Sign in with …" to a connected mailbox, against a provider that insists on PKCE."""

import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone

from cast import message, user
from oauth.consenting import answer_of, client_at, connected_by_consent, signs_in
from postroom.accounts.models import Credential, EmailAccount
from postroom.archive.models import Email
from postroom.net.errors import NetError
from postroom.oauth.clients import get_client
from postroom.oauth.device import ask_device, begin_device
from postroom.oauth.discovery import discover, refuse_unusable
from postroom.oauth.errors import SignInStopped
from postroom.oauth.models import Grant
from postroom.oauth.signing_in import Attempt, Consent, Wish, authorisation_url
from postroom.setup.connecting import ConnectionFailed
from postroom.setup.finishing import connect_by_code, finish
from postroom.sync.once import sync_once
from postroom.team.models import User
from servers.dovecot import Dovecot
from servers.openid import Provider

ALICE, BOB = "alice@example.com", "bob@example.com"
WISH = Wish(issuer="openid", address=ALICE)

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_signs_in_has_the_mailbox_connected_and_synced_without_a_password(
    provider: Provider, mailbox: Dovecot, alice: User
) -> None:
    client_at(provider, mailbox)
    mailbox.add(ALICE, "INBOX", [message("By token", to=ALICE)])
    account = connected_by_consent(alice, ALICE)
    asyncio.run(sync_once(account, timezone.now))
    assert Email.objects.get(account=account).subject == "By token"
    assert account.grant.identity == ALICE
    assert not Credential.objects.exists()


def test_without_an_address_the_mailbox_is_that_of_who_signed_in(
    provider: Provider, mailbox: Dovecot, alice: User
) -> None:
    client_at(provider, mailbox)
    assert signs_in(alice, Wish(issuer="openid"), ALICE).address == ALICE


def test_another_account_chosen_there_is_named_and_nothing_is_saved(
    provider: Provider, mailbox: Dovecot, alice: User
) -> None:
    client_at(provider, mailbox)
    with pytest.raises(SignInStopped, match=f"you chose {BOB}, but the mailbox .* {ALICE}"):
        signs_in(alice, WISH, BOB)
    assert not EmailAccount.objects.exists()
    assert not Grant.objects.exists()


def test_a_mailbox_said_to_be_shared_is_the_mail_servers_to_allow(
    provider: Provider, mailbox: Dovecot, alice: User
) -> None:
    client_at(provider, mailbox)
    with pytest.raises(ConnectionFailed, match=f"does not let {BOB} into the mailbox {ALICE}"):
        signs_in(alice, Wish(issuer="openid", address=ALICE, is_shared=True), BOB)
    assert not EmailAccount.objects.exists()


def test_a_cancelled_sign_in_says_so(provider: Provider, mailbox: Dovecot, alice: User) -> None:
    client_at(provider, mailbox)
    with pytest.raises(SignInStopped, match="cancelled or refused at Example"):
        signs_in(alice, WISH, "")


def begun(provider: Provider, person: str = ALICE) -> tuple[Attempt, dict[str, str]]:
    attempt = Attempt.begin(WISH, timezone.now())
    return attempt, answer_of(authorisation_url(get_client("openid"), attempt), person)


@pytest.mark.parametrize("what", ["replayed", "foreign", "late", "other verifier", "other issuer"])
def test_an_answer_that_is_not_this_sign_ins_connects_nothing(
    what: str, provider: Provider, mailbox: Dovecot, alice: User
) -> None:
    client_at(provider, mailbox)
    attempt, answer = begun(provider)
    if what == "replayed":
        finish(alice, attempt, answer, timezone.now())
        EmailAccount.objects.all().delete()
    if what == "late":
        late = timezone.now() + timedelta(hours=1)
        with pytest.raises(SignInStopped):
            finish(alice, attempt, answer, late)
        return
    kept: Attempt | None = attempt
    if what == "foreign":
        kept = None
    if what == "other verifier":
        kept, _ = begun(provider)
    if what == "other issuer":
        answer["iss"] = "https://attacker.example"
    with pytest.raises(SignInStopped):
        finish(alice, kept, answer, timezone.now())
    assert not EmailAccount.objects.exists()


def test_a_consent_that_would_not_last_is_refused(
    provider: Provider, mailbox: Dovecot, alice: User
) -> None:
    client_at(provider, mailbox)
    provider.gives_refresh_tokens = False
    with pytest.raises(SignInStopped, match="no lasting access"):
        signs_in(alice, WISH, ALICE)


@pytest.mark.parametrize(
    ("error", "words", "sentence"),
    [
        ("invalid_client", "", "does not accept Postroom's client id or secret"),
        ("invalid_client", "AADSTS7000215: Invalid client secret", "does not accept the client s"),
        ("invalid_client", "AADSTS7000222: expired", "past its last day"),
        ("unauthorized_client", "AADSTS700016: not found", "knows no client of this id"),
        ("invalid_request", "AADSTS90002: Tenant not found", "no organisation of the tenant"),
        ("redirect_uri_mismatch", "", "redirect address is not registered"),
        ("invalid_scope", "AADSTS70011", "the right to read mail"),
        ("invalid_grant", "AADSTS65001: not consented", "wants an administrator"),
        ("invalid_grant", "AADSTS50105: not assigned", "only some people"),
        ("invalid_grant", "AADSTS53003: blocked", "rules of your organisation"),
        ("invalid_grant", "AADSTS50020: other tenant", "does not belong to the organisation"),
        ("invalid_grant", "AADSTS50076: MFA", "confirm who you are once more"),
        ("invalid_grant", "", "took too long, or the page was loaded twice"),
        ("temporarily_unavailable", "", "busy or not available"),
        ("new_in_2031", "Moon phase", "Moon phase"),
    ],
)
def test_every_refusal_has_its_sentence(
    error: str, words: str, sentence: str, provider: Provider, mailbox: Dovecot, alice: User
) -> None:
    client_at(provider, mailbox)
    attempt, answer = begun(provider)
    provider.error = {"error": error, "error_description": words}
    with pytest.raises(SignInStopped, match=sentence) as stopped:
        finish(alice, attempt, answer, timezone.now())
    assert "Example" in stopped.value.sentence


def test_a_provider_out_of_order_is_said_to_be(
    provider: Provider, mailbox: Dovecot, alice: User
) -> None:
    client_at(provider, mailbox)
    attempt, answer = begun(provider)
    provider.failing = 503
    with pytest.raises(NetError, match="cannot be used for signing in at the moment"):
        finish(alice, attempt, answer, timezone.now())


@pytest.mark.parametrize(
    "url",
    ["https://login.example/größe", "https://lögin.example", "https://[x", "https://a:b@x.example"],
)
def test_an_address_that_is_none_is_said_to_be(url: str) -> None:
    with pytest.raises(SignInStopped):
        discover(url)
    with pytest.raises(SignInStopped, match="does not describe an OpenID provider"):
        refuse_unusable(url, is_secure=True)
    refuse_unusable("https://login.example/token", is_secure=True)


def test_a_code_that_a_colleague_was_talked_into_typing_connects_nothing(
    provider: Provider, mailbox: Dovecot, alice: User
) -> None:
    client, charlie, wish = client_at(provider, mailbox), user("Charlie"), Wish(issuer="openid")
    waiting = begin_device(client, wish, timezone.now())
    provider.approve(waiting.user_code, ALICE)
    consent = ask_device(client, waiting, timezone.now() + timedelta(minutes=1))
    assert isinstance(consent, Consent)
    with pytest.raises(SignInStopped, match="It was Alice who signed in with the code"):
        connect_by_code(charlie, wish, consent)
    assert not EmailAccount.objects.exists()
    assert connect_by_code(alice, wish, consent).address == ALICE
