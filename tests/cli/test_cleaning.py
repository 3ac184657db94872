"""postroom cleanup and account hand-over: what pages do, at the machine."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from cast import account_of, message, received, user
from postroom.accounts.models import EmailAccount, Use
from postroom.cleanup.models import Case
from postroom.cli import main
from postroom.team.models import User

pytestmark = pytest.mark.django_db


def run(*words: str, status: int = 0) -> str:
    """Run a command in this process."""
    result = CliRunner().invoke(main, words)
    assert result.exit_code == status, result.output
    return result.output


@pytest.fixture
def unused(db: None) -> EmailAccount:
    """A mailbox of which nobody opened anything for ten weeks."""
    account = account_of(user("Alice"))
    received(account, message("Hello", from_="lena@customer.example"))
    Use.objects.all().delete()
    EmailAccount.objects.update(connected_at=datetime.now(UTC) - timedelta(days=70))
    return account


def test_a_dry_run_says_who_would_be_hit_and_what_would_go(unused: EmailAccount) -> None:
    today = datetime.now(UTC).date()
    later = (today + timedelta(days=44)).isoformat()
    told = json.loads(run("cleanup", "--dry-run", "--on", later, "--json"))
    assert (told["on"], told["emails"]) == (later, 1)
    [mailbox] = told["mailboxes"]
    assert told["held"] == []
    assert mailbox["stage"] == "deleted"
    assert mailbox["deactivated_on"] == (today + timedelta(days=14)).isoformat()
    assert mailbox["deleted_on"] == later
    assert "1 mailbox; 0 emails" in run("cleanup", "--dry-run")
    assert not Case.objects.exists()


def test_without_it_the_steps_that_are_due_are_taken(unused: EmailAccount) -> None:
    assert "--on is for a --dry-run" in run("cleanup", "--on", "2027-03-01", status=2)
    assert run("cleanup") == "2 steps taken.\n"
    assert Case.objects.get().account == unused
    assert run("cleanup") == "0 steps taken.\n"


def test_a_leavers_mailbox_is_handed_over(unused: EmailAccount) -> None:
    bob = user("Bob")
    words = ("account", "hand-over", unused.address, "--to", bob.email, "--yes")
    assert "only its owner does that" in run(*words, status=1)
    User.objects.filter(pk=unused.owner_id).update(is_active=False)
    assert "is the mailbox of bob@example.com now" in run(*words)
    unused.refresh_from_db()
    assert unused.owner == bob
