"""What answers to who is not signed in, and to who no longer may be."""

from collections.abc import Callable

from django.test import Client

from postroom.team.models import User

SignIn = Callable[[User], Client]


def test_sign_up_is_not_there(client: Client, db: None) -> None:
    assert client.get("/accounts/signup/").status_code == 404
    assert client.post("/accounts/signup/", {"email": "x@y.example"}).status_code == 404


def test_the_sign_in_page_is_ours_and_lets_alice_in(client: Client, alice: User) -> None:
    page = client.get("/accounts/login/")
    assert "postroom/desk.css" in page.content.decode()
    form = {"login": alice.email, "password": "correct horse"}
    assert client.post("/accounts/login/", form).headers["Location"] == "/"
    assert client.get("/leads/").status_code == 200


def test_a_wrong_password_is_said_and_not_shown(client: Client, alice: User) -> None:
    form = {"login": alice.email, "password": "canary-5511"}
    page = client.post("/accounts/login/", form).content.decode()
    assert "canary-5511" not in page
    assert 'role="alert"' in page


def test_a_deactivated_user_is_out_at_once(alice: User, as_user: SignIn) -> None:
    client = as_user(alice)
    User.objects.update(is_active=False)
    assert client.get("/leads/").status_code == 302


def test_health_and_readiness_answer_without_a_session(client: Client, db: None) -> None:
    assert client.get("/healthz").content == b"ok\n"
    assert client.get("/readyz").content == b"ready\n"
