"""postroom key: made for programs on a machine, printed once, revoked."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from cast import user
from postroom.cli import main
from postroom.team.api_keys import has_the_form
from postroom.team.models import ApiKey, AuditEntry, User

pytestmark = pytest.mark.django_db

ALICE = "alice@example.com"


def run(words: list[str], status: int = 0) -> Result:
    """Run a command in this process."""
    result = CliRunner().invoke(main, words)
    assert result.exit_code == status, result.output
    return result


def ask(*words: str) -> Any:
    return json.loads(run([*words, "--json"]).stdout)


def test_the_key_alone_is_on_the_standard_output() -> None:
    user("Alice")
    made = run(["key", "add", ALICE, "--name", "CRM bridge", "--days", "7"])
    key = made.stdout.strip()
    assert has_the_form(key)
    assert key not in made.stderr
    assert "cannot be shown again" in made.stderr
    headers = {"Authorization": f"Bearer {key}"}
    assert Client().get("/api/v1/me", headers=headers).json()["email"] == ALICE
    assert key not in run(["key", "list"]).stdout
    [row] = ask("key", "list", ALICE)
    assert (row["name"], row["scope"], row["state"]) == ("CRM bridge", "read", "live")
    assert "opens nothing" in run(["key", "revoke", row["beginning"]]).stdout
    assert "before" in run(["key", "revoke", str(row["id"])]).stdout
    assert Client().get("/api/v1/me", headers=headers).status_code == 401
    assert [entry.actor for entry in AuditEntry.objects.all()] == [None, None]


def test_json_has_the_key_and_the_row() -> None:
    user("Alice")
    made = ask("key", "add", ALICE, "--name", "CRM", "--scope", "write")
    assert has_the_form(made["key"])
    assert (made["scope"], made["expires_at"]) == ("write", None)


def test_what_cannot_be_is_said() -> None:
    user("Alice")
    assert "no user" in run(["key", "add", "x@example.com", "--name", "x"], 1).output
    for name in ("", "  ", "a\nb", "x" * 81):
        assert "at most 80" in run(["key", "add", ALICE, "--name", name], 1).output
    run(["key", "add", ALICE], 2)
    run(["key", "add", ALICE, "--name", "x", "--days", "0"], 2)
    User.objects.update(is_active=False)
    assert "user activate" in run(["key", "add", ALICE, "--name", "x"], 1).output
    assert "key list" in run(["key", "revoke", "postroom_x"], 1).output
    assert not ApiKey.objects.exists()
