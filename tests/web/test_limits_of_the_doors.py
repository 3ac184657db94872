"""What one visitor may ask for: sign-ins that are refused, pages that stay open, readiness."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client, override_settings
from playwright.sync_api import expect

from cast import account_of, folder_of
from postroom.accounts.models import EmailAccount
from postroom.config import settings as ours
from postroom.crm.models import Person
from postroom.team.models import User
from postroom.web import health
from postroom.web.live.health import health_events
from postroom.web.live.hub import MOST_PAGES
from web.browser import Site, Visit, axe_violations

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
IN_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
FIVE = 5


def web_process(name: str, *, is_shared: bool) -> override_settings:
    """The settings of one of several web processes; the control's have a memory of their own."""
    of_its_own = {"default": {"BACKEND": IN_MEMORY, "LOCATION": name}}
    return override_settings(CACHES=ours.CACHES if is_shared else of_its_own)


@pytest.mark.parametrize("is_shared", [True, False], ids=["shared", "control"])
def test_refused_sign_ins_count_in_every_web_process(is_shared: bool, alice: User) -> None:
    right = {"login": alice.email, "password": "correct horse"}
    with web_process("one", is_shared=is_shared):
        for _ in range(FIVE):
            Client().post("/accounts/login/", right | {"password": "guess"})
        assert Client().post("/accounts/login/", right).status_code != 302
    with web_process("two", is_shared=is_shared):
        let_in = Client().post("/accounts/login/", right).status_code == 302
    assert let_in != is_shared


def test_many_strangers_do_not_make_the_count_begin_anew(alice: User) -> None:
    cache.set("first", 1)
    for number in range(310):
        cache.set(f"stranger-{number}", 1)
    assert cache.get("first") == 1, "by default the 300th entry empties a third of all"


def test_whether_all_tables_are_there_is_asked_until_they_are(
    client: Client,
    django_assert_max_num_queries: Callable[..., object],
    django_assert_num_queries: Callable[..., object],
) -> None:
    health.MIGRATED.clear()
    with django_assert_max_num_queries(10) as first:  # type: ignore[attr-defined]
        assert client.get("/readyz").content == b"ready\n"
    assert "django_migrations" in str(first.captured_queries)
    with django_assert_num_queries(1) as later:  # type: ignore[attr-defined]
        assert client.get("/readyz").content == b"ready\n"
    assert "django_migrations" not in str(later.captured_queries)


@contextmanager
def open_page(site: Site, user: User, path: str) -> Iterator[str]:
    """A stream that stays open; yields the name of its first event."""
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=30)
    connection.request("GET", path, headers={"Cookie": f"sessionid={site.cookie_of(user)}"})
    response = connection.getresponse()
    line = b""
    while not line.startswith(b"event: "):
        line = response.readline()
        assert line, "the stream ended without a word"
    try:
        yield line.decode().removeprefix("event: ").strip()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_one_users_pages_are_counted_and_the_others_are_not(
    site: Site, visit: Visit, alice: User, bob: User, lena: Person
) -> None:
    path = f"/people/{lena.pk}/live/"
    with ExitStack() as pages:
        opened = [pages.enter_context(open_page(site, alice, path)) for _ in range(MOST_PAGES)]
        assert opened == MOST_PAGES * ["page"]
        with open_page(site, alice, path) as one_more:
            assert one_more == "crowded"
        with open_page(site, bob, path) as of_another:
            assert of_another == "page"
        page = visit(alice, f"/people/{lena.pk}/")
        expect(page.get_by_text("this one does not change by itself")).to_be_visible()
        assert axe_violations(page) == []


def test_administrators_read_no_names_of_colleagues_folders(
    account: EmailAccount, alice: User, charlie: User, as_user: SignIn
) -> None:
    folder_of(account, "Divorce papers")
    User.objects.filter(pk=charlie.pk).update(is_administrator=True)
    charlie.refresh_from_db()
    account_of(charlie)
    page = f"/setup/channels/email/{account.pk}/"
    assert "Divorce papers" in as_user(alice).get(page).content.decode(), "the control"
    assert "Divorce papers" not in as_user(charlie).get(page).content.decode()
    assert "Divorce papers" not in "".join(map(str, health_events(account, charlie)))
