"""Every error has one shape, whoever wrote it, and says what to do."""

from typing import Any

import pytest
from django.test import Client

from api.callers import Caller, caller, writer
from postroom.api.problems import KINDS
from postroom.crm.models import Person
from postroom.team.models import User

PREFIX = "urn:postroom:problem:"


def is_problem(response: Any, kind: str, status: int) -> dict[str, Any]:
    """Check the shape; returns what it says."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert set(body) - {"errors"} == {"type", "title", "status", "detail"}
    assert (body["type"], body["status"]) == (PREFIX + kind, status)
    assert len(body["detail"]) > 20
    return body


@pytest.mark.parametrize(
    "path",
    ["/api/", "/api/v1/", "/api/v1/docs", "/api/v2/me", "/api/v1/people/", "/api/v1/a%00b"],
)
@pytest.mark.parametrize("has_key", [True, False])
def test_an_address_that_is_none(path: str, has_key: bool, alice: User) -> None:
    response = (caller(alice) if has_key else Caller()).ask("GET", path)
    if "%00" in path:
        is_problem(response, "unreadable", 400)
    else:
        is_problem(response, "absent", 404)


def test_a_verb_that_is_not_taken(alice: User, lena: Person) -> None:
    for verb, path, allowed in (
        ("DELETE", "/people", {"GET", "POST"}),
        ("POST", "/me", {"GET"}),
        ("OPTIONS", f"/people/{lena.pk}", {"GET", "PATCH"}),
    ):
        response = writer(alice).ask(verb, path)
        is_problem(response, "method-not-allowed", 405)
        assert set(response.headers["Allow"].split(", ")) == allowed


def test_head_is_answered_as_get_is(alice: User) -> None:
    program = caller(alice)
    response = program.ask("HEAD", "/me")
    assert response.status_code == 200
    assert response.headers["ETag"] == program.ask("GET", "/me").headers["ETag"]
    assert is_empty(response)
    assert Caller().ask("HEAD", "/me").status_code == 401


def is_empty(response: Any) -> bool:
    """Whether the test client got what a server would send to HEAD."""
    return len(response.content) in (0, int(response.headers.get("Content-Length", 0)))


def test_no_key_and_a_key_that_only_reads(alice: User) -> None:
    none = Caller().ask("GET", "/me")
    is_problem(none, "no-key", 401)
    assert none.headers["WWW-Authenticate"].startswith("Bearer")
    is_problem(caller(alice).ask("POST", "/people", {}), "read-only", 403)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"\xff\xfe", b"null", b"[" * 100_000])
def test_a_body_that_is_none(body: bytes, alice: User) -> None:
    headers = {"Authorization": f"Bearer {writer(alice).key}"}
    client = Client(raise_request_exception=False)
    response = client.post("/api/v1/people", body, content_type="application/json", headers=headers)
    kind = "unreadable" if response.status_code == 400 else "invalid"
    is_problem(response, kind, 400 if kind == "unreadable" else 422)


def test_a_body_that_is_too_large(alice: User) -> None:
    big = {"last_name": "x" * 3_000_000, "addresses": ["a@x.example"]}
    is_problem(writer(alice).ask("POST", "/people", big), "unreadable", 400)


BAD_QUERIES = {
    "/people?limit=0": "query.limit",
    "/people?limit=201": "query.limit",
    "/people?limit=x": "query.limit",
    "/people?after=x": "query.after",
    "/people?stage=x": "query.stage",
    "/people?q=" + "x" * 201: "query.q",
    "/accounts?after=-1": "query.after",
    "/users?after=" + "9" * 30: "query.after",
    "/people/0": "path.person_id",
    "/people/99999999999999999999": "path.person_id",
    "/people/x": "path.person_id",
}


@pytest.mark.parametrize("path", BAD_QUERIES)
def test_a_query_that_does_not_fit_names_the_field(path: str, alice: User) -> None:
    body = is_problem(caller(alice).ask("GET", path), "invalid", 422)
    assert [error["field"] for error in body["errors"]] == [BAD_QUERIES[path]]


@pytest.mark.parametrize("after", ["x", "1_zz", "9" * 40 + "_00", "_", "1"])
def test_a_place_in_a_related_list_that_is_none(after: str, alice: User, lena: Person) -> None:
    path = f"/people/{lena.pk}/emails?after={after}"
    response = caller(alice).ask("GET", path)
    assert response.status_code in (200, 422)
    if response.status_code == 422:
        assert is_problem(response, "invalid", 422)["errors"][0]["field"] == "query.after"


def test_our_own_fault(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret of the source")

    program = caller(alice)
    monkeypatch.setattr("postroom.api.users.by_id", broken)
    response = program.ask("GET", "/users")
    is_problem(response, "broken", 500)
    assert b"secret" not in response.content


def test_a_host_that_is_not_ours_is_a_problem_too(alice: User) -> None:
    is_problem(caller(alice).ask("GET", "/me", Host="evil.example"), "unreadable", 400)


def test_words_that_are_not_understood_are_told_or_refused_and_in_quotes_they_are_words(
    alice: User, lena: Person
) -> None:
    path = f"/api/v1/people/{lena.pk}/emails"
    typed = f"{path}?words=before:notadate"
    [sentence] = caller(alice).ask("GET", typed).json()["misread"]
    said = is_problem(caller(alice).ask("GET", f"{typed}&strict=true"), "invalid", 422)
    [error] = said["errors"]
    assert error["field"] == "query.words"
    assert error["detail"] == sentence
    assert "before:2026-03-01" in sentence
    quoted = caller(alice).ask("GET", f"{path}?words=%22before:notadate%22&strict=true")
    assert quoted.json()["misread"] == []


def test_every_kind_of_problem_has_its_own_words() -> None:
    for field in ("name", "title", "detail"):
        assert len({getattr(kind, field) for kind in KINDS}) == len(KINDS)
