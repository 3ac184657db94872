"""From the invitation to the first page; and that its link is left nowhere."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client

from cast import NOON
from outbox.conftest import RELAY_USER, SECRET, relay_at, url_of
from postroom.mime import parse_message
from postroom.team.models import AuditEntry, Invite, Permission, Profile, User
from postroom.team.users import give_profile
from servers.submission import Submission
from servers.submission_thread import submission_beside

SignIn = Callable[[User], Client]
NEW = "/setup/users/invitations/new/"
PASSWORD = "three words apart"


@pytest.fixture
def ruth(db: None) -> User:
    """The administrator."""
    return User.objects.create_user("ruth@example.com", name="Ruth", is_administrator=True)


@pytest.fixture
def relay() -> Iterator[Submission]:
    """The organisation's SMTP server."""
    with submission_beside({RELAY_USER: SECRET}) as server, relay_at(url_of(server)):
        yield server


def typed(**more: str) -> dict[str, str]:
    profile = str(Profile.default().pk)
    return {"name": "Gina Guest", "email": "Gina@Example.com", "profile": profile, **more}


def link_shown(page: str) -> str:
    return re.findall(r"http://\S+/join/#[\w-]+", page)[-1]


def token_of(link: str) -> str:
    return link.partition("#")[2]


def test_the_link_comes_by_mail_and_lets_the_guest_in(
    relay: Submission, ruth: User, as_user: SignIn, client: Client
) -> None:
    answer = as_user(ruth).post(NEW, typed(), follow=True)
    page = answer.content.decode()
    assert "The invitation went to gina@example.com. It holds 7 days." in page
    assert "/join/#" not in page
    [envelope] = relay.taken
    assert envelope.rcpt_tos == ["gina@example.com"]
    letter = parse_message(bytes(envelope.content or b""))
    assert "Ruth (ruth@example.com) invites you" in " ".join(letter.text.split())
    opened = client.post("/join/", {"token": token_of(link_shown(letter.text))}, follow=True)
    assert "Welcome, <bdi>Gina Guest</bdi>" in opened.content.decode()
    weak = client.post("/join/password/", {"password": "short"})
    assert weak.status_code == 422
    assert "at least 10 characters" in weak.content.decode()
    joined = client.post("/join/password/", {"password": PASSWORD}, follow=True)
    assert joined.redirect_chain[-1][0] == "/leads/"
    acts = AuditEntry.objects.order_by("pk").values_list("act", "actor__name")
    assert list(acts) == [
        ("invite_sent", "Ruth"),
        ("invite_used", "Gina Guest"),
        ("signed_in", "Gina Guest"),
    ]


def test_without_a_server_the_link_is_shown_once(ruth: User, as_user: SignIn) -> None:
    signed_in = as_user(ruth)
    page = signed_in.post(NEW, typed())
    link = link_shown(page.content.decode())
    assert "POSTROOM_SMTP_URL" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    listed = signed_in.get("/setup/users/").content.decode()
    assert "Gina Guest" in listed
    assert token_of(link) not in listed


def test_every_end_of_an_invitation_is_the_same_page(
    ruth: User, as_user: SignIn, client: Client
) -> None:
    admin = as_user(ruth)
    link = link_shown(admin.post(NEW, typed()).content.decode())
    made = Invite.objects.get()

    def answer() -> tuple[int, str]:
        page = client.post("/join/", {"token": token_of(link)})
        return page.status_code, re.sub(r"csrf\w+", "", page.content.decode())

    never = client.post("/join/", {"token": "made up"})
    gone = never.status_code, never.content.decode()
    assert gone[0] == 410
    assert "send a new one" in gone[1]
    Invite.objects.update(expires_at=made.sent_at)
    assert answer() == gone
    renewed = admin.post(f"/setup/users/invitations/{made.pk}/renewal/").content.decode()
    assert answer() == gone
    link = link_shown(renewed)
    assert answer()[0] == 302
    admin.post(f"/setup/users/invitations/{made.pk}/withdrawal/")
    assert answer() == gone
    assert client.get("/join/password/").status_code == 410
    assert client.post("/join/password/", {"password": PASSWORD}).status_code == 410
    assert not User.objects.filter(email="gina@example.com").exists()


def test_the_link_serves_once_also_to_who_opened_it_twice(
    ruth: User, as_user: SignIn, client: Client
) -> None:
    link = link_shown(as_user(ruth).post(NEW, typed()).content.decode())
    second = Client()
    for browser in (client, second):
        assert browser.post("/join/", {"token": link}).status_code == 302
    assert client.post("/join/password/", {"password": PASSWORD}).status_code == 302
    assert second.post("/join/password/", {"password": "another one yet"}).status_code == 410
    assert User.objects.get(email="gina@example.com").check_password(PASSWORD)


def test_nothing_on_the_way_tells_others_where_one_came_from(
    ruth: User, as_user: SignIn, client: Client
) -> None:
    link = link_shown(as_user(ruth).post(NEW, typed()).content.decode())
    pages = [
        client.get("/join/"),
        client.post("/join/", {"token": link}),
        client.get("/join/password/"),
        client.post("/join/", {"token": "x"}),
    ]
    assert [page.headers["Referrer-Policy"] for page in pages] == ["same-origin"] * 4
    stored = [str(value) for value in client.session.items()]
    assert token_of(link) not in " ".join(stored)


def test_the_session_is_another_one_after_joining(
    ruth: User, as_user: SignIn, client: Client
) -> None:
    link = link_shown(as_user(ruth).post(NEW, typed()).content.decode())
    client.post("/join/", {"token": link})
    before = client.cookies["sessionid"].value
    client.post("/join/password/", {"password": PASSWORD})
    assert client.cookies["sessionid"].value != before


def test_who_manages_users_invites_within_what_they_may(
    ruth: User, bob: User, as_user: SignIn
) -> None:
    may = Profile.objects.create(name="Helpdesk", permissions=[Permission.MANAGE_USERS])
    give_profile(bob, may, ruth, NOON)
    page = as_user(bob).post(NEW, typed(profile="administrator"))
    assert page.status_code == 422
    assert "Only an administrator makes another one." in page.content.decode()
    assert as_user(bob).post(NEW, typed(profile=str(may.pk))).status_code == 200


def test_a_withdrawn_invitation_can_be_sent_no_more(ruth: User, as_user: SignIn) -> None:
    admin = as_user(ruth)
    admin.post(NEW, typed())
    made = Invite.objects.get()
    admin.post(f"/setup/users/invitations/{made.pk}/withdrawal/")
    assert admin.post(f"/setup/users/invitations/{made.pk}/renewal/").status_code == 404
    assert made.expires_at - made.sent_at == timedelta(days=7)
