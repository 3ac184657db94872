"""`postroom search` and `postroom reindex`."""

import json

import pytest
from click.testing import CliRunner

from cast import NOON, account_of, message, person, received, user
from postroom.cli import main

pytestmark = pytest.mark.django_db


def said(*command: str) -> str:
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    return result.output


def test_it_finds_as_one_user_may_and_reads_all_again() -> None:
    account, bob = account_of(user("Alice")), user("Bob")
    received(account, message("The offer", NOON, "zugunruhe", from_="Lena <l@x.example>"))
    assert json.loads(said("reindex", "--all", "--json")) == {"read": 1}
    assert "1 email read" in said("reindex", "--account", account.address)
    owner = account.owner.email
    [row] = json.loads(said("search", "zugunruhe from:lena", "--as", owner, "--json"))
    assert (row["subject"], row["shared_by"]) == ("The offer", owner)
    assert "The offer" in said("search", "off", "--as", owner)
    assert json.loads(said("search", "zugunruhe", "--as", bob.email, "--json")) == []


def test_it_says_what_it_did_not_understand_beside_the_answer() -> None:
    owner, lena = user("Alice").email, "lena@x.example"
    person("Lena Lead", lena)
    for command in (
        ("search", "has:nonsense", "--as", owner, "--json"),
        ("emails", lena, "--words", "has:nonsense", "--as", owner, "--json"),
    ):
        told = CliRunner().invoke(main, command)
        assert json.loads(told.stdout) == []
        assert "has:attachment" in told.stderr


def test_it_says_whose_mail_it_wants_to_read() -> None:
    assert CliRunner().invoke(main, ["reindex"]).exit_code == 2
    assert CliRunner().invoke(main, ["search", "x", "--as", "nobody@x.example"]).exit_code == 1
