"""A hundred guesses at once: no more are tried than the limit says, against a real server."""

import re
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import Cookie, CookieJar
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from postroom.team.models import Act, AuditEntry, User
from web.browser import Site
from web.factors import with_codes

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE, LIMIT = 100, 5
PASSWORD = "three words apart"


class Guesser:
    """A browser of its own, as far as cookies and the form's token go."""

    def __init__(self, site: Site, number: int = 0, cookie: str = "") -> None:
        self.url = site.url
        self.jar = CookieJar()
        cookies = urllib.request.HTTPCookieProcessor(self.jar)
        self.opener = urllib.request.build_opener(cookies)
        self.opener.addheaders = [("X-Forwarded-For", f"198.51.{number // 100}.{number % 100}")]
        if cookie:
            self.jar.set_cookie(session_cookie(cookie))

    @property
    def session(self) -> str:
        return next(str(cookie.value) for cookie in self.jar if cookie.name == "sessionid")

    def page(self, path: str, form: dict[str, str] | None = None) -> str:
        body = urlencode(form).encode() if form else None
        try:
            with self.opener.open(f"{self.url}{path}", body, timeout=60) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return f"{error.code} {error.read().decode()}"

    def ready(self, path: str) -> dict[str, str]:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page(path))
        assert found is not None
        return {"csrfmiddlewaretoken": found[1]}


def session_cookie(value: str) -> Cookie:
    """A cookie as a browser keeps it."""
    return Cookie(
        0,
        "sessionid",
        value,
        None,
        False,
        "127.0.0.1",
        True,
        False,
        "/",
        True,
        False,
        None,
        True,
        None,
        None,
        {},
    )


def at_once(guessers: list[Guesser], path: str, form: dict[str, str]) -> Counter[str]:
    """All guess at the same moment; how many were told what."""
    with ThreadPoolExecutor(len(guessers)) as pool:
        forms = list(pool.map(lambda guesser: guesser.ready(path) | form, guessers))
        pages = list(
            pool.map(lambda one: one[0].page(path, one[1]), zip(guessers, forms, strict=True))
        )
    return Counter(map(outcome, pages))


def outcome(page: str) -> str:
    if any(words in page for words in ("not correct", "not right", "Incorrect")):
        return "tried"
    return "refused" if "Too many" in page or "Wait a minute" in page else page[:300]


@pytest.fixture
def alice() -> User:
    """Alice, under an address that nobody guessed at yet: counts outlive a test."""
    user = User.objects.create_user(f"{uuid4().hex[:12]}@example.com", name="Alice")
    user.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt" * 6)
    user.save()
    return user


def guessers(site: Site, number: int = AT_ONCE, cookie: str = "") -> list[Guesser]:
    """Each from an address of its own: the limit holds for who is guessed at."""
    return [Guesser(site, number, cookie) for number in range(number)]


def test_of_a_hundred_wrong_passwords_at_once_five_are_tried(site: Site, alice: User) -> None:
    guess = {"login": alice.email, "password": "wrong"}
    told = at_once(guessers(site), "/accounts/login/", guess)
    print(dict(told))
    assert set(told) == {"tried", "refused"}
    assert told["tried"] <= LIMIT
    right = at_once(guessers(site, 1), "/accounts/login/", guess | {"password": PASSWORD})
    assert right == {"refused": 1}
    refused = AuditEntry.objects.get(act=Act.SIGN_IN_REFUSED)
    assert str(refused) == f"Somebody was refused to sign in as {alice.email}"
    assert refused.detail.startswith("too many wrong passwords, from 198.51.")


def test_of_a_hundred_wrong_codes_at_once_five_are_tried(site: Site, alice: User) -> None:
    with_codes(alice)
    knows_password = Guesser(site, 100)
    form = knows_password.ready("/accounts/login/")
    page = knows_password.page(
        "/accounts/login/", form | {"login": alice.email, "password": PASSWORD}
    )
    assert "One more step" in page
    cookie = knows_password.session
    told = at_once(
        guessers(site, AT_ONCE, cookie), "/accounts/factors/authenticate/", {"code": "1"}
    )
    print(dict(told))
    assert set(told) == {"tried", "refused"}
    assert told["tried"] <= LIMIT
    assert AuditEntry.objects.filter(act=Act.SIGN_IN_REFUSED, detail__contains="factor").exists()


def test_of_thirty_wrong_passwords_to_confirm_it_is_them_five_are_tried(
    site: Site, alice: User
) -> None:
    thieves = guessers(site, 30, site.cookie_of(alice))
    told = at_once(thieves, "/accounts/reauthenticate/", {"password": "wrong"})
    print(dict(told))
    assert set(told) <= {"tried", "refused"}
    assert 0 < told["tried"] <= LIMIT


def test_who_asks_too_often_gets_a_page_that_says_so(site: Site, alice: User) -> None:
    guess = {"login": "nobody@example.com", "password": "wrong"}
    one = Guesser(site, 2550)
    form = one.ready("/accounts/login/")
    pages = [one.page("/accounts/login/", form | guess) for _ in range(31)]
    assert "429" in pages[-1]
    assert "Wait a minute" in pages[-1]
