"""An import and an export say how far they are, and that they were stopped."""

import io
from datetime import timedelta
from uuid import uuid4
from zipfile import ZipFile

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from cast import NOON
from intake.test_taking_in import letter, mbox
from postroom.archive.models import Email
from postroom.crm.models import Person
from postroom.team.models import User
from postroom.web.long_work.progress import SILENT, Telling, Work, find_stopped, find_work
from web.browser import Visit
from web.test_pages_and_their_guards import SignIn

pytestmark = pytest.mark.django_db
HALF = Work(2_000, NOON, NOON + timedelta(seconds=10), done=500, emails=500)


def text_of(client: Client, path: str) -> str:
    """A page's words."""
    return " ".join(client.get(path).content.decode().split())


def test_number_rate_and_time_left_are_told() -> None:
    assert (HALF.rate, HALF.seconds_left) == (50, 30)
    begun = Work(2_000, NOON, NOON)
    assert (begun.rate, begun.seconds_left) == (0, None)
    assert not HALF.is_stopped(HALF.told_at + SILENT)
    assert HALF.is_stopped(HALF.told_at + SILENT + timedelta(seconds=1))


def test_it_is_told_to_whoever_began_it_alone(alice: User, bob: User, as_user: SignIn) -> None:
    key, now = uuid4(), timezone.now()
    telling = Telling(alice, key, "/somewhere/", 2_000, now - timedelta(seconds=10))
    telling.tell(500, 500, now)
    hers, his = (text_of(as_user(who), f"/work/{key}/") for who in (alice, bob))
    assert "500 emails · 50 a second · about 30 seconds left" in hers
    assert 'max="2000" value="500"' in hers
    assert "every 1s" in hers
    assert "It begins…" in his
    telling.end(2_000, now)
    over = text_of(as_user(alice), f"/work/{key}/")
    assert "2,000 emails: all of it" in over
    assert "every 1s" not in over


@pytest.mark.parametrize("place", ["import", "export"])
def test_what_was_killed_half_way_says_so_and_what_to_do(
    place: str, alice: User, lena: Person, letter: Email, as_user: SignIn
) -> None:
    path = f"/people/{lena.pk}/{place}/"
    key, long_ago = uuid4(), timezone.now() - timedelta(minutes=5)
    Telling(alice, key, path, 2_000, long_ago).tell(500, 500, long_ago + timedelta(seconds=9))
    page = text_of(as_user(alice), path)
    assert "stopped after 500" in page
    assert ("it goes on" if place == "import" else "that file is not whole") in page
    stopped = text_of(as_user(alice), f"/work/{key}/")
    assert "It stopped after 500 emails. Begin it again." in stopped
    assert "every 1s" not in stopped


def test_both_tell_to_their_end(alice: User, lena: Person, as_user: SignIn) -> None:
    client, path = as_user(alice), f"/people/{lena.pk}/"
    file = SimpleUploadedFile("old.mbox", mbox(*map(letter_to, range(3))).getvalue())
    first, second = uuid4(), uuid4()
    assert client.post(path + "import/", {"file": file, "key": first}).status_code == 302
    work = find_work(alice, first)
    assert work
    assert (work.emails, work.is_over) == (3, True)
    response = client.post(path + "export/", {"kind": "eml", "key": second})
    content = async_to_sync(gathered)(response)
    with ZipFile(io.BytesIO(content)) as whole:
        assert len(whole.namelist()) == 5
    work = find_work(alice, second)
    assert work
    assert (work.found, work.done, work.emails, work.is_over) == (3, 3, 3, True)
    assert find_stopped(alice, path + "export/", timezone.now() + timedelta(hours=1)) is None


def letter_to(number: int) -> bytes:
    """An old letter from Lena."""
    return letter(number)


async def gathered(response: object) -> bytes:
    """All of a stream."""
    return b"".join([piece async for piece in response])  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_alice_sees_how_far_her_export_is(
    visit: Visit, alice: User, lena: Person, letter: Email
) -> None:
    page: Page = visit(alice, f"/people/{lena.pk}/export/")
    with page.expect_download() as begun:
        page.get_by_role("button", name="Download").click()
    expect(page.locator("#progress")).to_contain_text("1 email: all of it")
    assert begun.value.path().read_bytes().startswith(b"PK")
