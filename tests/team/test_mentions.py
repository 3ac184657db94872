"""Whom an @ means: a table."""

import pytest

from postroom.team.mentions import mentioned_in
from postroom.team.models import User

TEAM = [
    User(email="alice@example.com", name="Alice Archer"),
    User(email="bob@example.com", name="Bob"),
    User(email="anna@example.com", name="Anna Berg"),
    User(email="anna.lind@example.com", name="Anna Lind"),
    User(email="nameless@example.com", name=""),
]
CASES = [
    ("@Alice, can you?", ["alice@"]),
    ("Can you, @alice archer?", ["alice@"]),
    ("(@bob)", ["bob@"]),
    ("@bob@example.com please", ["bob@"]),
    ("@Bob and @Alice", ["alice@", "bob@"]),
    ("@Anna", []),
    ("@Anna Lind", ["anna.lind@"]),
    ("@nameless@example.com", ["nameless@"]),
    ("write to bob@example.com", []),
    ("bob, alice", []),
    ("@bobby", []),
    ("@Bob’s turn", ["bob@"]),
    ("@", []),
    ("x@bob", []),
    ("@@bob", ["bob@"]),
    ("@charlie", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "named"), CASES)
def test_an_at_means_those_of_the_team_whom_it_names(text: str, named: list[str]) -> None:
    found = mentioned_in(text, TEAM)
    assert [user.email.partition("example")[0] for user in found] == named


def test_the_table_is_as_long_as_it_was() -> None:
    assert len(CASES) == 17
