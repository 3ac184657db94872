"""Who forgot a password gets in again by a link, and nobody learns who has an account."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from cast import NOON
from outbox.conftest import RELAY_USER, SECRET, relay_at, url_of
from postroom.engine.forgotten import answer
from postroom.mime import parse_message
from postroom.team.models import AuditEntry, Organisation, PasswordLink, Permission, Profile, User
from postroom.team.password_links import offer_password_link
from postroom.team.users import give_profile, set_active
from servers.submission import Submission
from servers.submission_thread import submission_beside

SignIn = Callable[[User], Client]
ASK = "/password/forgotten/"
PASSWORD = "three words apart"


@pytest.fixture
def ruth(db: None) -> User:
    """The administrator."""
    return User.objects.create_user("ruth@example.com", name="Ruth", is_administrator=True)


@pytest.fixture
def alice(db: None) -> User:
    """Who forgot hers."""
    return User.objects.create_user("alice@example.com", "the old one it was", name="Alice")


@pytest.fixture
def relay() -> Iterator[Submission]:
    """The organisation's SMTP server."""
    with submission_beside({RELAY_USER: SECRET}) as server, relay_at(url_of(server)):
        yield server


def letter_of(relay: Submission) -> str:
    [envelope] = relay.taken
    assert envelope.rcpt_tos == ["alice@example.com"]
    return parse_message(bytes(envelope.content or b"")).text


def token_in(words: str) -> str:
    return re.findall(r"/password/link/#([\w-]+)", words)[-1]


def offered(user: User, by: User | None = None) -> str:
    return offer_password_link(user, by, timezone.now())


def test_the_door_answers_everybody_alike_and_the_link_lets_its_user_in(
    relay: Submission, alice: User, client: Client, as_user: SignIn
) -> None:
    elsewhere = as_user(alice)
    known, unknown = (
        client.post(ASK, {"email": f"{name}@example.com"}).content.decode().replace(name, "")
        for name in ("alice", "nobody")
    )
    assert known == unknown
    assert "a link to a new one is on its way" in known
    answer("nobody@example.com")
    answer("alice@example.com")
    token = token_in(letter_of(relay))
    assert client.post("/password/link/", {"token": token}).url == "/password/new/"  # type: ignore[attr-defined]
    weak = client.post("/password/new/", {"password": "alice"})
    assert weak.status_code == 422
    landed = client.post("/password/new/", {"password": PASSWORD}, follow=True)
    assert landed.context["user"] == alice
    assert elsewhere.get("/leads/").status_code == 302, "signed out everywhere else"
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    acts = list(AuditEntry.objects.order_by("id").values_list("act", flat=True))
    assert acts[-3:] == ["password_link_made", "password_set", "signed_in"]
    assert client.post("/password/link/", {"token": token}).status_code == 410, "once"


def test_a_second_factor_is_asked_for_all_the_same(alice: User, client: Client) -> None:
    Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={"secret": "x"})
    client.post("/password/link/", {"token": offered(alice)})
    answer = client.post("/password/new/", {"password": PASSWORD})
    assert answer.url == "/accounts/factors/authenticate/"  # type: ignore[attr-defined]
    assert client.get("/leads/").status_code == 302


def test_a_colleague_gives_a_link_that_is_shown_once_where_it_cannot_be_sent(
    ruth: User, alice: User, as_user: SignIn, client: Client
) -> None:
    page = as_user(ruth).post(f"/setup/users/{alice.pk}/password-link/").content.decode()
    assert "No email was sent. Postroom has no server to send it by" in page
    assert client.post("/password/link/", {"token": token_in(page)}).status_code == 302
    assert "Ask an administrator" in client.get(ASK).content.decode()
    stored = " ".join(map(str, PasswordLink.objects.values_list()))
    assert token_in(page) not in stored


def test_a_link_ends_with_what_it_stands_on(ruth: User, alice: User, client: Client) -> None:
    bob = User.objects.create_user("bob@example.com", name="Bob")
    manages = Profile.objects.create(name="People", permissions=[Permission.MANAGE_USERS])
    give_profile(bob, manages, ruth, NOON)
    give_profile(alice, manages, ruth, NOON)

    def opens(token: str) -> bool:
        return client.post("/password/link/", {"token": token}).status_code == 302

    ends = {
        "too old": lambda: PasswordLink.objects.update(expires_at=timezone.now()),
        "a newer one": lambda: offered(alice),
        "who gave it may not any more": lambda: give_profile(bob, Profile.default(), ruth, NOON),
        "no access": lambda: set_active(alice, ruth, NOON, is_active=False),
    }
    for why, end in ends.items():
        token = offered(alice, bob)
        assert opens(token), "the control"
        end()
        assert not opens(token), why
        give_profile(bob, manages, ruth, NOON)
    assert not opens("")


def test_no_link_for_an_administrator_by_who_is_none(
    ruth: User, alice: User, as_user: SignIn
) -> None:
    manages = Profile.objects.create(name="People", permissions=[Permission.MANAGE_USERS])
    give_profile(alice, manages, ruth, NOON)
    as_user(alice).post(f"/setup/users/{ruth.pk}/password-link/")
    assert not PasswordLink.objects.exists()


def test_where_the_organisation_signs_in_elsewhere_there_is_no_password_to_forget(
    relay: Submission, ruth: User, alice: User
) -> None:
    organisation = Organisation.get()
    organisation.passwords_for_all = False
    organisation.save()
    answer("alice@example.com")
    assert not relay.taken
    assert not PasswordLink.objects.exists()


def test_asking_is_limited(relay: Submission, alice: User, client: Client) -> None:
    told = [client.post(ASK, {"email": "alice@example.com"}).status_code for _ in range(4)]
    assert told == [200, 200, 200, 429]


def test_a_link_asked_for_at_the_door_is_over_in_an_hour(alice: User) -> None:
    offered(alice)
    left = PasswordLink.objects.get().expires_at - timezone.now()
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
