"""API keys: what they look like, what opens, when they end, how often they may be used."""

import re
import threading
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.utils import timezone

from api.callers import Caller, caller
from cast import NOON, user
from postroom.team import api_keys
from postroom.team.api_keys import (
    KeyWish,
    TooManyKeys,
    find_key,
    has_the_form,
    make_key,
    new_key,
    revoke_key,
)
from postroom.team.models import ApiKey, AuditEntry, Scope, User
from postroom.team.users import set_active

PACE = timedelta(seconds=1)


def test_a_scanner_tells_a_key_from_what_only_looks_like_one() -> None:
    keys = [new_key() for _ in range(200)]
    assert len(set(keys)) == 200
    for key in keys:
        assert re.fullmatch("postroom_[0-9A-Za-z]{38}", key)
        assert has_the_form(key)
    changed = [
        key[:n] + ("a" if key[n] != "a" else "b") + key[n + 1 :] for key in keys for n in (9, 30)
    ]
    assert not any(map(has_the_form, changed))
    for other in (
        "",
        "postroom_",
        keys[0][:-1],
        keys[0] + "0",
        " " + keys[0],
        "é" * 47,
        "x" * 9999,
    ):
        assert not has_the_form(other)


def test_the_key_itself_is_stored_nowhere(alice: User) -> None:
    key, text = make_key(alice, KeyWish("Bridge"), None, NOON)
    assert text.startswith(key.beginning)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{text}%"])
            assert cursor.fetchone() == (0,), table


def test_making_and_revoking_stand_in_the_audit_log(alice: User) -> None:
    wish = KeyWish("Bridge", Scope.WRITE, NOON + timedelta(days=1))
    key, _ = make_key(alice, wish, alice, NOON)
    assert revoke_key(key, alice, NOON)
    assert not revoke_key(key, alice, NOON)
    revoked, made = AuditEntry.objects.all()
    assert (made.act, made.actor, made.subject) == ("key_made", alice, f"Bridge ({key.beginning}…)")
    assert made.detail == "Read and write, until 2026-03-03, of alice@example.com"
    assert (revoked.act, revoked.subject) == ("key_revoked", made.subject)


def test_a_user_has_only_so_many_keys(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_keys, "MOST_KEYS", 2)
    first, _ = make_key(alice, KeyWish("A"), None, NOON)
    make_key(alice, KeyWish("B", expires_at=NOON + PACE), None, NOON)
    with pytest.raises(TooManyKeys):
        make_key(alice, KeyWish("C"), None, NOON)
    make_key(alice, KeyWish("C"), None, NOON + PACE)
    revoke_key(first, None, NOON)
    make_key(alice, KeyWish("D"), None, NOON + PACE)


ENDS = {
    "revoked": lambda key: revoke_key(key, None, timezone.now()),
    "expired": lambda key: ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now()),
    "deactivated": lambda key: set_active(key.user, None, timezone.now(), is_active=False),
    "deleted": lambda key: key.delete(),
}


@pytest.mark.parametrize("how", ENDS)
def test_a_key_ends_at_once_and_says_no_more_than_one_that_never_was(how: str, alice: User) -> None:
    program = caller(alice)
    assert program.ask("GET", "/me").status_code == 200
    ENDS[how](ApiKey.objects.get())
    ended, never = program.ask("GET", "/me"), Caller(new_key()).ask("GET", "/me")
    assert ended.status_code == never.status_code == 401
    assert ended.content == never.content
    assert ended.headers["WWW-Authenticate"] == never.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic {}",
        "{}",
        "Token {}",
        "Bearer {}x",
        "Bearer x{}",
        "Bearer \0",
    ],
)
def test_only_a_whole_bearer_key_opens(header: str, alice: User) -> None:
    key = caller(alice).key
    written = header.format(key)
    response = Client().get("/api/v1/me", headers={"Authorization": written} if header else {})
    assert response.status_code == 401
    assert Client().get("/api/v1/me", headers={"Authorization": f"bearer {key}"}).status_code == 200


def test_a_signed_in_browser_is_no_program(alice: User) -> None:
    client = Client()
    client.force_login(alice, backend="postroom.web.door.known.KnownUsers")
    assert client.get("/api/v1/me").status_code == 401
    assert client.post("/api/v1/people").status_code == 401


def test_a_key_opens_no_page(alice: User) -> None:
    key = caller(alice).key
    response = Client().get("/leads/", headers={"Authorization": f"Bearer {key}"})
    assert response.status_code == 302


def test_the_use_of_a_key_is_noted(alice: User) -> None:
    program = caller(alice)
    assert ApiKey.objects.get().last_used_at is None
    program.get("/me")
    used = ApiKey.objects.get().last_used_at
    assert used is not None
    assert timezone.now() - used < timedelta(minutes=1)


def test_who_asks_too_often_is_told_how_long_to_wait(alice: User, settings: LazySettings) -> None:
    settings.API_PACE = timedelta(seconds=20)
    program, other = caller(alice), caller(alice)
    answers = [program.ask("GET", "/me") for _ in range(5)]
    assert [response.status_code for response in answers] == [200, 200, 200, 429, 429]
    assert answers[3].json()["type"] == "urn:postroom:problem:too-fast"
    assert 15 <= int(answers[3].headers["Retry-After"]) <= 20
    assert other.ask("GET", "/me").status_code == 200


def test_a_minutes_worth_may_be_spent_at_once_and_comes_back_in_time(alice: User) -> None:
    _, text = make_key(alice, KeyWish("Bridge"), None, NOON)

    def waits(now: timedelta, times: int) -> list[float]:
        found = [find_key(text, NOON + now, PACE) for _ in range(times)]
        return [each[1].total_seconds() for each in found if each]

    assert waits(timedelta(0), 62) == [0.0] * 60 + [1.0] * 2
    assert waits(timedelta(seconds=2.5), 4) == [0.0] * 2 + [0.5] * 2
    assert waits(timedelta(hours=1), 61) == [0.0] * 60 + [1.0]


def test_a_hundred_requests_at_once_are_counted_one_by_one(transactional_db: None) -> None:
    _, text = make_key(user("Alice"), KeyWish("Bridge"), None, NOON)
    pace = timedelta(seconds=12)
    passed: list[bool] = []

    def use() -> None:
        for _ in range(10):
            found = find_key(text, NOON, pace)
            passed.append(found is not None and not found[1])
        connection.close()

    threads = [threading.Thread(target=use) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 100
    assert passed.count(True) == 5
