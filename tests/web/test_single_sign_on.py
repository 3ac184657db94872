"""Sign in at the organisation's provider: who exists comes in, known by its subject ever after."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from cast import NOON
from oauth.consenting import answer_of
from postroom.oauth.colleagues import redirect_url
from postroom.oauth.models import Binding, ColleagueProvider
from postroom.team.invites import Guest, invite
from postroom.team.models import AuditEntry, Organisation, User
from postroom.team.users import set_active
from servers.openid import Provider, openid_provider
from web.factors import with_codes

SignIn = Callable[[User], Client]
ALICE, BOB, GINA = "alice@example.com", "bob@example.com", "gina@example.com"
START, RETURN, LOGIN = "/sign-in/elsewhere/", "/sign-in/elsewhere/return/", "/accounts/login/"
WITH_PASSWORD = {"login": ALICE, "password": "correct horse"}


@pytest.fixture
def issuer() -> Iterator[Provider]:
    """A running provider."""
    with openid_provider(ALICE, BOB, GINA) as running:
        running.client.redirects.add(redirect_url())
        yield running


@pytest.fixture
def ruth(db: None) -> User:
    """The administrator."""
    ruth = User.objects.create_user("ruth@example.com", "correct horse", name="Ruth")
    User.objects.filter(pk=ruth.pk).update(is_administrator=True)
    return User.objects.get(pk=ruth.pk)


@pytest.fixture
def admin(issuer: Provider, ruth: User, as_user: SignIn) -> Client:
    """Ruth, who entered the provider."""
    client = as_user(ruth)
    form = {
        "name": "Example",
        "discovery_url": issuer.url,
        "client_id": issuer.client.client_id,
        "secret": issuer.client.secret,
    }
    page = client.post("/setup/sign-in/provider/", form, follow=True)
    assert "Test it before people rely on it" in page.content.decode()
    return client


def comes_back(client: Client, person: str, path: str = START) -> tuple[int, str]:
    """The whole way, as a browser goes it; the status and the page at its end."""
    url = client.get(path).headers["Location"]
    page = client.get(RETURN, answer_of(url, person), follow=True)
    return page.status_code, page.content.decode()


def is_in(client: Client) -> bool:
    return client.get("/leads/").status_code == 200


def test_a_user_comes_in_and_is_bound(admin: Client, alice: User, client: Client) -> None:
    assert "Sign in with Example" in client.get(LOGIN).content.decode()
    assert comes_back(client, ALICE, f"{START}?next=/contacts/")[0] == 200
    assert is_in(client)
    bound = Binding.objects.get()
    assert (bound.user, bound.subject) == (alice, f"subject of {ALICE}")
    acts = AuditEntry.objects.filter(actor=alice).order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["sign_in_bound", "signed_in"]


def test_the_secret_is_sealed_and_shown_to_nobody(admin: Client, issuer: Provider) -> None:
    kept = ColleagueProvider.objects.get()
    assert issuer.client.secret.encode() not in bytes(kept.secret)
    assert issuer.client.secret not in admin.get("/setup/sign-in/provider/").content.decode()


def test_the_test_button_says_of_each_thing_whether_it_is_well(
    admin: Client, issuer: Provider
) -> None:
    page = admin.post("/setup/sign-in/provider/test/").content.decode()
    assert page.count("check-well") == 3
    issuer.client.secret = "another one"
    page = admin.post("/setup/sign-in/provider/test/").content.decode()
    assert "Client id and secret: needs you" in page


def test_an_address_counts_only_if_it_is_verified(
    admin: Client, issuer: Provider, alice: User, client: Client
) -> None:
    for verified in (False, None, "false", 0, 1, ""):
        issuer.verified = verified
        status, page = comes_back(client, ALICE)
        assert status == 422
        assert "does not say that the address" in page
        assert not is_in(client)
    assert not Binding.objects.exists()
    issuer.verified = True
    comes_back(client, ALICE)
    assert is_in(client)


def test_nobody_who_does_not_exist_comes_in(admin: Client, client: Client) -> None:
    status, page = comes_back(client, GINA)
    assert status == 422
    assert "Nobody in Postroom has the address gina@example.com" in page
    assert not User.objects.filter(email=GINA).exists()


def test_the_subject_counts_and_not_the_address(
    admin: Client, issuer: Provider, alice: User, bob: User
) -> None:
    comes_back(Client(), ALICE)
    # Alice's address is given to somebody else there: they are not Alice.
    issuer.subjects[ALICE] = "somebody new"
    newcomer = Client()
    status, page = comes_back(newcomer, ALICE)
    assert status == 422
    assert "signs in with another account" in page
    assert not is_in(newcomer)
    # Alice has Bob's address there now, unverified: she is still Alice.
    issuer.subjects = {BOB: f"subject of {ALICE}"}
    issuer.verified = False
    her = Client()
    comes_back(her, BOB)
    assert int(her.session["_auth_user_id"]) == alice.pk
    # An administrator forgets the account: the address counts once more.
    issuer.subjects, issuer.verified = {ALICE: "somebody new"}, True
    admin.post(f"/setup/users/{alice.pk}/binding/removal/")
    comes_back(newcomer, ALICE)
    assert is_in(newcomer)
    assert Binding.objects.get(user=alice).subject == "somebody new"


def test_who_is_deactivated_stays_out(admin: Client, alice: User, bob: User) -> None:
    comes_back(Client(), ALICE)
    for user in (alice, bob):
        set_active(user, None, NOON, is_active=False)
        client = Client()
        comes_back(client, user.email)
        assert not is_in(client)


def test_an_answer_serves_once_and_only_where_it_was_begun(
    admin: Client, alice: User, client: Client
) -> None:
    answer = answer_of(client.get(START).headers["Location"], ALICE)
    foreign = Client()
    for other in (foreign, admin):
        assert other.get(RETURN, answer).status_code == 422
    assert not is_in(foreign)
    assert client.get(RETURN, answer | {"state": "made up"}).status_code == 422
    assert client.get(RETURN, answer).status_code == 422  # It was taken out.
    answer = answer_of(client.get(START).headers["Location"], ALICE)
    assert client.get(RETURN, answer | {"iss": "https://evil.example"}).status_code == 422
    assert not is_in(client)


def test_an_id_token_of_another_sign_in_is_not_believed(
    admin: Client, issuer: Provider, alice: User, client: Client
) -> None:
    url = client.get(START).headers["Location"]
    nonce = url.partition("nonce=")[2].partition("&")[0]
    answer = answer_of(url.replace(nonce, "another"), ALICE)
    assert client.get(RETURN, answer).status_code == 422
    assert not is_in(client)


def test_a_second_factor_here_is_asked_for_all_the_same(
    admin: Client, alice: User, client: Client
) -> None:
    with_codes(alice)
    assert "One more step" in comes_back(client, ALICE)[1]
    assert not is_in(client)


def test_who_signs_in_there_needs_no_factor_here(
    admin: Client, alice: User, client: Client
) -> None:
    admin.post("/setup/sign-in/", {"second_factor_required": "on", "passwords_for_all": "on"})
    assert Organisation.get().second_factor_required
    comes_back(client, ALICE)
    assert is_in(client)
    other = Client()
    other.post(LOGIN, WITH_PASSWORD)
    assert not is_in(other)


def test_passwords_can_be_for_administrators_alone(
    admin: Client, alice: User, ruth: User, client: Client
) -> None:
    client.post(LOGIN, WITH_PASSWORD)
    assert is_in(client)
    admin.post("/setup/sign-in/", {})
    her, his = Client(), Client()
    page = her.post(LOGIN, WITH_PASSWORD).content.decode()
    assert "not correct" in page
    assert "Administrators may also use their password" in page
    assert not is_in(her)
    his.post(LOGIN, {"login": ruth.email, "password": "correct horse"})
    assert is_in(his)
    admin.post("/setup/sign-in/provider/removal/")
    her.post(LOGIN, WITH_PASSWORD)
    assert is_in(her)


def test_without_a_provider_passwords_stay(ruth: User, as_user: SignIn) -> None:
    as_user(ruth).post("/setup/sign-in/", {})
    assert Organisation.get().passwords_for_all
    assert Client().get(START).status_code == 404


def test_a_guest_without_a_password_joins_and_signs_in_there(
    admin: Client, issuer: Provider, client: Client
) -> None:
    admin.post("/setup/sign-in/", {})
    _, token = invite(Guest(email=GINA, name="Gina"), None, timezone.now())
    client.post("/join/", {"token": token})
    page = client.get("/join/password/").content.decode()
    assert "Join and sign in" in page
    assert 'name="password"' not in page
    assert client.post("/join/password/").headers["Location"] == START
    comes_back(client, GINA)
    assert is_in(client)
    assert not User.objects.get(email=GINA).has_usable_password()


def test_the_redirect_is_from_our_own_address(admin: Client, client: Client) -> None:
    url = client.get(START, headers={"Host": "localhost"}).headers["Location"]
    assert settings.ENVIRONMENT.url.replace(":", "%3A").replace("/", "%2F") in url
    assert "code_challenge_method=S256" in url
