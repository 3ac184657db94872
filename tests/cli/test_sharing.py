"""postroom sharing, account sharing and exclusions: what pages do, at the machine."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cast import account_of, user
from postroom.accounts.models import EmailAccount, SharingRule
from postroom.cli import main
from postroom.team.models import Organisation, Role, User

pytestmark = pytest.mark.django_db

ALICE = "alice@example.com"


def run(*words: str, status: int = 0, given: str | None = None) -> Result:
    """Run a command in this process."""
    result = CliRunner().invoke(main, words, input=given)
    assert result.exit_code == status, result.output
    return result


def ask(*words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


@pytest.fixture
def account(db: None) -> EmailAccount:
    alice = user("Alice")
    User.objects.filter(pk=alice.pk).update(role=Role.objects.create(name="Sales"))
    return account_of(User.objects.get(pk=alice.pk))


def test_the_owners_choice_is_shown_and_changed(account: EmailAccount) -> None:
    user("Bob")
    assert run("account", "sharing", ALICE).output == "Private. Own choice.\n"
    words = ("--mode", "public", "--level", "subject", "--to-user", "bob@example.com")
    told = ask("account", "sharing", ALICE, *words, "--to-role", "sales")
    assert told["words"] == "Public: the subject too, to Bob and the role Sales"
    assert (told["to_users"], told["to_roles"]) == (["bob@example.com"], ["Sales"])
    run("account", "sharing", ALICE, "--mode", "private")
    again = ask("account", "sharing", ALICE, "--mode", "custom")
    assert again["words"] == "Custom: the subject too, to Bob and the role Sales"
    assert ask("account", "show", ALICE)["sharing"] == "custom"
    assert (
        "two different wishes"
        in run("account", "sharing", ALICE, "--to-everyone", "--to-role", "sales", status=2).output
    )


def test_a_rule_is_tried_set_listed_and_lifted(account: EmailAccount) -> None:
    assert "say its --mode" in run("sharing", "set", "--role", "Sales", status=2).output
    assert "Name one" in run("sharing", "set", "--mode", "public", status=2).output
    tried = run("sharing", "set", "--role", "Sales", "--mode", "public", "--dry-run").output
    assert "1  Private → Public: everything, to everyone" in tried
    assert not SharingRule.objects.exists()
    assert ask("sharing", "set", "--role", "Sales", "--mode", "public")["mailboxes"] == 1
    [row] = ask("sharing", "list")
    assert (row["address"], row["mode"]) == (ALICE, "public")
    assert row["because"].startswith("Set for the role Sales by the command line")
    refused = run("account", "sharing", ALICE, "--mode", "custom", status=1).output
    assert "“postroom sharing lift” ends the rule" in refused
    run("sharing", "lift", "--role", "Sales")
    assert "no rule" in run("sharing", "lift", "--role", "Sales", status=1).output
    assert ask("sharing", "list")[0]["because"] == "Own choice"


def test_superiors_are_switched() -> None:
    assert run("sharing", "superiors").output == "off\n"
    assert run("sharing", "superiors", "on").output == "on\n"
    assert Organisation.get().superiors_see


def test_exclusions_are_added_listed_and_removed(account: EmailAccount) -> None:
    assert run("exclusions", "add", "lawyer.example", "x@bank.example").output == "2 added.\n"
    assert run("exclusions", "add", "-", "--user", ALICE, given="a.example\n\n").output[:2] == "1 "
    assert "Nothing was saved" in run("exclusions", "add", "what is this", status=1).output
    assert ask("exclusions", "list") == [
        {"excluded": "lawyer.example", "emails": 0},
        {"excluded": "x@bank.example", "emails": 0},
    ]
    assert [row["excluded"] for row in ask("exclusions", "list", "--user", ALICE)] == ["a.example"]
    run("exclusions", "remove", "@lawyer.example")
    assert "not on the list" in run("exclusions", "remove", "lawyer.example", status=1).output
