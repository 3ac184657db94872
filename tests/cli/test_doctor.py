"""`postroom doctor`: each thing it looks at is well or needs somebody, whatever the others are."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet
from django.test import override_settings

from cast import NOON, account_of, folder_of, user
from postroom.accounts.lifecycle import meet_trouble
from postroom.accounts.models import Direction
from postroom.accounts.seals import keep_secret
from postroom.archive.quarantine import entries_of, ignore, quarantine
from postroom.cli import main
from postroom.team.models import User

pytestmark = pytest.mark.django_db


def consult() -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, ["doctor"])


@pytest.fixture
def administrator() -> User:
    return User.objects.create_user("ruth@example.com", name="Ruth", is_administrator=True)


def test_where_all_is_well_it_says_so_of_each(administrator: User) -> None:
    result = consult()
    checks = ("database", "search", "secrets", "users", "accounts", "connections", "notices")
    checks += ("backup", "erasures", "web address")
    assert result.output == "".join(f"ok          {check}\n" for check in checks)
    assert result.exit_code == 0


def test_one_trouble_hides_nothing_that_is_well() -> None:
    result = consult()
    assert "needs you   users: There is no administrator." in result.output
    assert "ok          accounts\n" in result.output
    assert "ok          web address\n" in result.output
    assert result.exit_code == 1


def test_it_names_passwords_that_do_not_open_and_accounts_in_trouble(administrator: User) -> None:
    account = account_of(user("Alice"))
    keep_secret(account, Direction.INCOMING, "a password")
    meet_trouble(account, "port_refused", "Check the port number.", datetime.now(UTC))
    with override_settings(SEALING_KEYS=(Fernet.generate_key(),)):
        lines = consult().output.splitlines()
    assert [line for line in lines if line.startswith("needs you   secrets: The stored password")]
    assert "needs you   accounts: alice@example.com: Check the port number." in lines


def test_mail_that_was_set_aside_needs_somebody_until_it_is_let_be(administrator: User) -> None:
    account = account_of(user("Alice"))
    quarantine(folder_of(account), 7, "It broke.", NOON, None)
    said = "needs you   accounts: alice@example.com: 1 of its emails are set aside"
    assert said in consult().output
    ignore(entries_of(account), NOON)
    assert "ok          accounts\n" in consult().output
