"""Pages and our own files weigh little on the wire; what strangers wrote is left alone."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from cast import message, received
from postroom.accounts.models import EmailAccount
from postroom.crm.models import Person
from postroom.team.models import User

PRESSED = {"Accept-Encoding": "gzip, br"}
pytestmark = pytest.mark.django_db


def test_a_page_goes_out_pressed_and_a_strangers_html_as_it_is(
    alice: User, account: EmailAccount, lena: Person, as_user: object
) -> None:
    client: Client = as_user(alice)  # type: ignore[operator]
    raw = message("Hi", body=400 * "<p>Hello</p>", from_="l@x.example", content_type="text/html")
    email = received(account, raw)
    address = f"/people/{lena.pk}/"
    plain, page = client.get(address), client.get(address, headers=PRESSED)
    assert page.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page.headers["Vary"]
    assert len(page.content) < len(plain.content) / 2
    assert b"Lena Lead" in gzip.decompress(page.content)
    assert "Content-Encoding" not in plain.headers
    body = client.get(f"/emails/{email.pk}/body/", headers=PRESSED)
    assert b"Hello" in body.content
    assert "Content-Encoding" not in body.headers


def test_pages_that_are_alike_do_not_press_to_one_length(alice: User, as_user: object) -> None:
    client: Client = as_user(alice)  # type: ignore[operator]
    lengths = {len(client.get("/leads/", headers=PRESSED).content) for _ in range(12)}
    assert len(lengths) > 3


def test_a_file_is_kept_for_good_under_an_address_that_says_what_is_in_it(
    alice: User, as_user: object
) -> None:
    client: Client = as_user(alice)  # type: ignore[operator]
    page = client.get("/leads/").content.decode()
    addresses = re.findall(r'/static/[^"]+', page)
    assert len(addresses) > 6
    for address in addresses:
        assert re.search(r"\?v=[0-9a-f]{12}$", address), address
        file = client.get(address)
        assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        name = address.split("?")[0].removeprefix("/static/")
        whole = Path(str(finders.find(name))).read_bytes()
        pressed = client.get(address, headers=PRESSED)
        if name.endswith((".js", ".css")):
            assert gzip.decompress(pressed.content) == whole
            assert pressed.headers["Cache-Control"] == file.headers["Cache-Control"]
    bare = client.get(addresses[0].split("?")[0])
    assert "immutable" not in bare.headers["Cache-Control"]
