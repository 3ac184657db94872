"""Where somebody is signed in: listed, ended one by one or all at once, and never revived."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session as StoredSession
from django.test import Client
from django.utils import timezone

from cast import NOON
from postroom.accounts.factor_seals import unseal_factor
from postroom.team.models import AuditEntry, Organisation, Profile, Role, Session, User
from postroom.team.sessions import LASTS, end_access
from postroom.team.users import set_active
from postroom.web.account.browsers import browser_in_words
from postroom.web.door.sessions import SEEN
from postroom.web.live.viewer import find_viewer
from web.factors import SECRET, code_of, with_codes

SignIn = Callable[[User], Client]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
AGENTS = {
    FIREFOX: "Firefox on Windows",
    IPHONE: "Safari on iPhone",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0"
    " Safari/537.36 Edg/150.0.0.0": "Edge on Linux",
    "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/150.0.0.0 Mobile Safari/537.36": (
        "Chrome on Android"
    ),
    "curl/8.5.0": "curl",
    "": "A browser",
    "<script>": "A browser",
}


@pytest.mark.parametrize("agent", AGENTS)
def test_a_browser_in_words(agent: str) -> None:
    assert browser_in_words(agent) == AGENTS[agent]


def signed_in(user: User, agent: str, password: str = "correct horse") -> Client:
    client = Client(headers={"User-Agent": agent})
    answer = client.post("/accounts/login/", {"login": user.email, "password": password})
    assert answer.status_code == 302
    return client


def is_in(client: Client) -> bool:
    key = client.cookies["sessionid"].value
    by_page = client.get("/leads/").status_code == 200
    return by_page and find_viewer(key) is not None


def test_sessions_are_listed_and_ended_one_by_one(alice: User) -> None:
    desk, phone = signed_in(alice, FIREFOX), signed_in(alice, IPHONE)
    page = desk.get("/you/security/").content.decode()
    assert "Firefox on Windows" in page
    assert "Safari on iPhone" in page
    assert page.count("This one") == 1
    assert "From 127.0.0.1" in page
    other = Session.objects.get(user_agent=IPHONE)
    assert desk.post(f"/you/sessions/{other.pk}/", follow=True).status_code == 200
    assert (is_in(desk), is_in(phone)) == (True, False)
    assert AuditEntry.objects.filter(act="session_ended", detail="Safari on iPhone").exists()


def test_a_proxy_that_tells_no_address_keeps_nobody_out(alice: User) -> None:
    for told in ("unknown", "", "192.0.2.1:443", "2001:db8::1"):
        client = Client(REMOTE_ADDR=told)
        client.post("/accounts/login/", {"login": alice.email, "password": "correct horse"})
        assert is_in(client)
    assert set(Session.objects.values_list("address", flat=True)) == {
        None,
        "192.0.2.1",
        "2001:db8::1",
    }


def test_nobody_ends_a_session_of_somebody_else(alice: User, bob: User) -> None:
    hers, his = signed_in(alice, FIREFOX), signed_in(bob, IPHONE)
    other = Session.objects.get(user=alice)
    assert his.post(f"/you/sessions/{other.pk}/").status_code == 404
    assert is_in(hers)


def test_all_others_end_and_this_one_goes_on(alice: User, as_user: SignIn) -> None:
    desk, phone, unknown = signed_in(alice, FIREFOX), signed_in(alice, IPHONE), as_user(alice)
    desk.post("/you/sessions/")
    assert (is_in(desk), is_in(phone), is_in(unknown)) == (True, False, False)
    assert list(Session.objects.values_list("user_agent", flat=True)) == [FIREFOX]


def test_a_changed_password_ends_the_other_sessions(alice: User) -> None:
    desk, phone = signed_in(alice, FIREFOX), signed_in(alice, IPHONE)
    words = {"oldpassword": "correct horse", "password1": "three words apart"}
    answer = desk.post("/accounts/password/change/", words | {"password2": "three words apart"})
    assert answer.status_code == 302
    assert (is_in(desk), is_in(phone)) == (True, False)
    page = desk.get("/you/security/").content.decode()
    assert "Safari on iPhone" not in page
    assert page.count("This one") == 1


def test_who_is_deactivated_is_out_and_stays_out_when_let_in_again(
    alice: User, as_user: SignIn
) -> None:
    known, unknown = signed_in(alice, FIREFOX), as_user(alice)
    assert is_in(known)
    set_active(alice, None, NOON, is_active=False)
    assert not StoredSession.objects.filter(pk=known.cookies["sessionid"].value).exists()
    assert not Session.objects.exists()
    set_active(User.objects.get(pk=alice.pk), None, NOON, is_active=True)
    assert (is_in(known), is_in(unknown)) == (False, False)


def test_an_administrator_signs_a_user_out_everywhere(
    alice: User, bob: User, as_user: SignIn
) -> None:
    User.objects.filter(pk=bob.pk).update(is_administrator=True)
    hers = signed_in(alice, FIREFOX)
    as_user(User.objects.get(pk=bob.pk)).post(f"/setup/users/{alice.pk}/sessions/end/")
    assert not is_in(hers)
    assert is_in(signed_in(alice, FIREFOX))


def test_a_session_ends_after_ninety_days_however_busy(alice: User) -> None:
    client = signed_in(alice, FIREFOX)
    Session.objects.update(begun_at=timezone.now() - LASTS)
    assert is_in(client)  # It is looked at every few minutes.
    session = client.session
    session[SEEN] = 0
    session.save()
    assert not is_in(client)


def test_a_code_serves_once(alice: User) -> None:
    with_codes(alice)
    code, recovery = code_of(SECRET), recovery_codes(alice)[0]
    for once in (code, recovery):
        for expected in (True, False):
            client = signed_in(alice, FIREFOX)
            client.post("/accounts/factors/authenticate/", {"code": once})
            assert is_in(client) == expected


def recovery_codes(user: User) -> list[str]:
    kept = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    codes: list[str] = kept.wrap().get_unused_codes()
    return codes


def test_secrets_of_factors_lie_sealed_also_while_one_is_set_up(alice: User) -> None:
    client = signed_in(alice, FIREFOX)
    client.post("/accounts/reauthenticate/", {"password": "correct horse"})
    page = client.get("/accounts/factors/codes/new/").content.decode()
    secret = page.partition('class="factor-secret" readonly value="')[2].partition('"')[0]
    assert len(secret) == 32
    stored = StoredSession.objects.get(pk=client.cookies["sessionid"].value)
    assert secret not in str(stored.get_decoded())
    client.post("/accounts/factors/codes/new/", {"code": code_of(secret)})
    kept = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert secret not in str(kept.data)
    assert unseal_factor(kept.data["secret"]) == secret


@pytest.mark.parametrize("password", ["postroom2026", "MyOrganisation1", "alice@example", "short"])
def test_a_password_that_is_easily_guessed_is_refused(password: str, alice: User) -> None:
    client = signed_in(alice, FIREFOX)
    new = {"password1": password, "password2": password, "oldpassword": "correct horse"}
    page = client.post("/accounts/password/change/", new)
    assert page.status_code == 200
    assert "field-wrong" in page.content.decode()
    assert User.objects.get(pk=alice.pk).check_password("correct horse")


def test_a_request_that_was_under_way_does_not_revive_an_ended_session(alice: User) -> None:
    client = signed_in(alice, FIREFOX)
    under_way = client.session
    under_way["anything"] = 1
    end_access(alice)
    with pytest.raises(UpdateError):
        under_way.save()
    assert not is_in(client)


def test_signing_in_gives_the_browser_another_session(alice: User) -> None:
    client = Client()
    client.get("/accounts/login/")
    planted = client.session
    planted["planted"] = True
    planted.save()
    client.cookies["sessionid"] = planted.session_key
    client.post("/accounts/login/", {"login": alice.email, "password": "correct horse"})
    assert client.cookies["sessionid"].value != planted.session_key
    assert not StoredSession.objects.filter(pk=planted.session_key).exists()
    attacker = Client()
    attacker.cookies["sessionid"] = planted.session_key
    assert attacker.get("/leads/").status_code == 302


def test_signing_out_forgets_the_session(alice: User) -> None:
    client = signed_in(alice, FIREFOX)
    key = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    assert not Session.objects.exists()
    assert not StoredSession.objects.filter(pk=key).exists()


def test_where_a_second_factor_is_wanted_nothing_else_opens_before(alice: User) -> None:
    Organisation.get()
    Organisation.objects.update(second_factor_required=True)
    client = signed_in(alice, FIREFOX)
    assert client.get("/leads/").headers["Location"] == "/you/security/"
    part = client.get("/leads/", headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == "/you/security/"
    assert find_viewer(client.cookies["sessionid"].value) is None
    assert "wants a second factor" in client.get("/you/security/").content.decode()
    Organisation.objects.update(second_factor_required=False)
    assert is_in(signed_in(alice, FIREFOX))


def test_roles_are_added_moved_given_and_removed_on_their_pages(
    alice: User, bob: User, as_user: SignIn
) -> None:
    User.objects.filter(pk=alice.pk).update(is_administrator=True)
    admin = as_user(User.objects.get(pk=alice.pk))
    admin.post("/setup/roles/new/", {"name": "Chief", "superior": ""})
    chief = Role.objects.get()
    admin.post("/setup/roles/new/", {"name": "Agent", "superior": chief.pk})
    agent = Role.objects.get(name="Agent")
    ring = admin.post(f"/setup/roles/{chief.pk}/", {"name": "Chief", "superior": agent.pk})
    assert ring.status_code == 422
    assert "would stand above itself" in ring.content.decode()
    twice = admin.post("/setup/roles/new/", {"name": "agent", "superior": ""})
    assert "There is a role of this name already" in twice.content.decode()
    profile = {"profile": str(Profile.default().pk), "role": str(agent.pk)}
    assert admin.post(f"/setup/users/{bob.pk}/", profile).status_code == 302
    assert "Bob" in admin.get("/setup/roles/").content.decode()
    admin.post(f"/setup/roles/{agent.pk}/removal/", {"heir": str(chief.pk)})
    assert User.objects.get(pk=bob.pk).role == chief
    gone = admin.post(f"/setup/roles/{chief.pk}/removal/", {"heir": "999999"}, follow=True)
    assert "was removed meanwhile" in gone.content.decode()


@pytest.mark.parametrize("key", ["abcdefgh", '"abcdefgh\\000"', "", 'x"', "é" * 40])
def test_who_comes_with_a_key_that_is_none_is_asked_to_sign_in(db: None, key: str) -> None:
    answer = Client().get("/inbox/", headers={"cookie": f"sessionid={key}"})
    assert answer.status_code == 302
    assert "/accounts/login/" in answer.headers["Location"]
