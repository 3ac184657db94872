"""What an administrator types about users, members and From addresses."""

import json
import re
from typing import Any

import pytest
from click.testing import CliRunner

from cast import account_of, user
from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.seals import keep_secret
from postroom.cli import main
from postroom.mime import parse_message
from postroom.team.models import AuditEntry, Invite, Profile, User
from servers.submission_thread import submission_beside

pytestmark = pytest.mark.django_db

ALICE, ALIAS = "alice@example.com", "sales@example.com"
SECRET = "correct horse battery"


def run(words: str, status: int = 0) -> str:
    """Run a command in this process; returns what it said."""
    result = CliRunner().invoke(main, words.split())
    assert result.exit_code == status, result.output
    return result.output


def ask(words: str) -> Any:
    return json.loads(run(f"{words} --json"))


@pytest.fixture
def account() -> EmailAccount:
    return account_of(user("Alice"))


def test_a_profile_is_given_by_name(account: EmailAccount) -> None:
    Profile.objects.create(name="Reader")
    assert "Reader now" in run(f"user profile {ALICE} reader")
    assert ask("user list")[0]["profile"] == "Reader"
    assert "There are: Administrator, Standard, Reader" in run(f"user profile {ALICE} x", 1)
    run(f"user profile {ALICE} administrator")
    assert User.objects.get().is_administrator
    assert "only administrator" in run(f"user profile {ALICE} standard", 1)
    assert "only administrator" in run(f"user deactivate {ALICE}", 1)
    assert [e.actor for e in AuditEntry.objects.all()] == [None, None]


def test_a_colleague_is_invited_from_the_command_line(account: EmailAccount) -> None:
    Profile.objects.create(name="Reader")
    printed = run("user invite gina@example.com --name Gina --profile reader")
    assert "POSTROOM_SMTP_URL" in printed
    assert "/join/#" in printed
    made = Invite.objects.get()
    assert (made.email, made.profile and made.profile.name) == ("gina@example.com", "Reader")
    assert "invited already" in run("user invite gina@example.com", 1)
    assert "There is no role “Chief”" in run("user invite h@example.com --role Chief", 1)
    run("user invite h@example.com --profile administrator")
    assert Invite.objects.get(email="h@example.com").is_administrator
    assert "is a user already" in run(f"user invite {ALICE}", 1)


def test_without_permission_nothing_is_connected_for_an_owner(account: EmailAccount) -> None:
    Profile.objects.create(name="Reader")
    run(f"user profile {ALICE} reader")
    words = ["account", "add", "a@x.example", "--owner", ALICE, "--imap-host", "127.0.0.1"]
    result = CliRunner().invoke(main, [*words, "--password-stdin"], input="x")
    assert result.exit_code == 1
    assert "does not include “Integrate email”" in result.output


def test_members_are_added_listed_and_removed(account: EmailAccount) -> None:
    user("Bob")
    member = f"{ALICE} bob@example.com"
    assert "now" in run(f"account member add {member}")
    assert "already" in run(f"account member add {member}")
    assert "already" in run(f"account member add {ALICE} {ALICE}")
    rows = ask(f"account member list {ALICE}")
    assert [(row["user"], row["owner"]) for row in rows] == [
        (ALICE, True),
        ("bob@example.com", False),
    ]
    run(f"account member remove {member}")
    assert "no member" in run(f"account member remove {member}", 1)
    run("user deactivate bob@example.com")
    assert "cannot sign in" in run(f"account member add {member}", 1)


def test_a_from_address_is_added_verified_and_tried(account: EmailAccount) -> None:
    User.objects.update(is_administrator=True)
    with submission_beside({ALICE: SECRET}) as server:
        account.smtp_host, account.smtp_port, account.smtp_security = (
            server.host,
            server.port,
            "none",
        )
        account.save()
        keep_secret(account, Direction.OUTGOING, SECRET)
        assert "A code was sent" in run(f"account from add {ALICE} {ALIAS} --name Sales")
        assert "there already" in run(f"account from add {ALICE} {ALIAS}", 1)
        assert "moment ago" in run(f"account from code {ALICE} {ALIAS}", 1)
        assert "not verified" in run(f"account from default {ALICE} {ALIAS}", 1)
        assert "not verified" in run(f"account from test {ALICE} {ALIAS}", 1)
        content = server.taken[0].content
        assert isinstance(content, bytes)
        code = re.search(r"^(\d{4}) (\d{4})$", parse_message(content).text, re.MULTILINE)
        assert code is not None
        assert "not the code" in run(f"account from verify {ALICE} {ALIAS} 0", 1)
        run(f"account from verify {ALICE} {ALIAS} {code[1]}{code[2]}")
        run(f"account from default {ALICE} {ALIAS}")
        rows = ask(f"account from list {ALICE}")
        assert [(r["address"], r["default"], r["verified"]) for r in rows] == [
            (ALIAS, True, True),
            (ALICE, False, True),
        ]
        assert run(f"account sent-copies {ALICE}") == "auto\n"
        assert run(f"account sent-copies {ALICE} never") == "never\n"
        said = run(f"account from test {ALICE} {ALIAS}")
        assert "was sent" in said
        assert "as you chose" in said
        run(f"account from remove {ALICE} {ALIAS}")
        assert "is no From address" in run(f"account from remove {ALICE} {ALIAS}", 1)
