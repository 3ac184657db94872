"""What carries a stranger's bytes is sealed: it runs nothing and is opened by nothing."""

from collections.abc import Callable

import pytest
from django.test import Client

from cast import NOON, message, received
from postroom.accounts.models import EmailAccount
from postroom.team.models import User
from postroom.web.security import SEALED_POLICY

pytestmark = pytest.mark.django_db

HTML = {"mime_version": "1.0", "content_type": "text/html; charset=utf-8"}
MIXED = {"mime_version": "1.0", "content_type": 'multipart/mixed; boundary="b"'}
SignIn = Callable[[User], Client]


def with_file(name: str, media_type: str) -> bytes:
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nHi\r\n--b\r\n"
        f"Content-Type: {media_type}\r\nContent-Disposition: attachment; filename*=utf-8''{name}"
        "\r\n\r\n<svg onload=fired()>\r\n--b--\r\n"
    )
    return message("A file", NOON, body, from_="lena@customer.example", **MIXED)


@pytest.mark.parametrize("media_type", ["image/svg+xml", "text/html", "application/pdf"])
@pytest.mark.parametrize(
    "name", ["a.html", "%22%3B%20x.svg", "%0d%0aX-Evil%3A%201.js", "%E2%80%AEx"]
)
def test_an_attachment_is_a_file_and_nothing_else(
    name: str, media_type: str, alice: User, account: EmailAccount, as_user: SignIn
) -> None:
    letter = received(account, with_file(name, media_type))
    response = as_user(alice).get(f"/emails/{letter.pk}/attachments/2/")
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "X-Evil" not in response.headers
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("sandbox")


@pytest.mark.parametrize("part", ["1", "3", "2.1", "", "x", "..", "2%2f..", "9" * 50])
def test_only_listed_attachments_are_there(
    part: str, alice: User, account: EmailAccount, as_user: SignIn
) -> None:
    letter = received(account, with_file("a.txt", "text/plain"))
    assert as_user(alice).get(f"/emails/{letter.pk}/attachments/{part}/").status_code == 404


def test_the_body_is_sealed(alice: User, account: EmailAccount, as_user: SignIn) -> None:
    letter = received(account, message("Hello", NOON, "<p>Hi", from_="l@x.example", **HTML))
    headers = as_user(alice).get(f"/emails/{letter.pk}/body/").headers
    assert headers["Content-Security-Policy"] == SEALED_POLICY
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-store"


def test_an_email_without_html_has_no_such_body(
    alice: User, account: EmailAccount, as_user: SignIn
) -> None:
    letter = received(account, message("Hello", NOON, "Hi", from_="l@x.example"))
    assert as_user(alice).get(f"/emails/{letter.pk}/body/").status_code == 404
