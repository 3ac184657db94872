"""Tasks apart from their pages: what is due, what a leaver leaves, and the command line."""

import json
from datetime import date, time, timedelta

import pytest
from click.testing import CliRunner

from cast import NOON, person, user
from postroom.cli import main
from postroom.crm.models import Note, Task
from postroom.crm.tasks import (
    TaskEntry,
    add_task,
    hand_tasks_over,
    number_overdue,
    set_done,
    tasks_due,
)

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
LENA = "lena@customer.example"


def test_what_is_due_is_mine_open_and_in_its_order() -> None:
    alice, bob = user("Alice"), user("Bob")
    entries = (
        TaskEntry("any time", DAY, None, alice),
        TaskEntry("at noon", DAY, time(12), alice),
        TaskEntry("at nine", DAY, time(9), alice),
        TaskEntry("overdue", DAY - timedelta(days=1), None, alice),
        TaskEntry("tomorrow", DAY + timedelta(days=1), None, alice),
        TaskEntry("another's", DAY, None, bob),
        TaskEntry("done", DAY, None, alice),
    )
    made = [add_task(None, entry, bob, NOON) for entry in entries]
    set_done(made[-1], NOON, is_done=True)
    words = [task.words for task in tasks_due(alice, DAY)]
    assert words == ["overdue", "at nine", "at noon", "any time"]
    assert [number_overdue(alice, DAY + timedelta(days=n)) for n in (0, 1)] == [1, 4]
    assert hand_tasks_over(alice, bob) == 5
    assert Task.objects.get(assignee=alice).words == "done"
    set_done(made[-1], NOON + timedelta(days=1), is_done=True)
    assert made[-1].done_at == NOON


def run(*words: str) -> str:
    done = CliRunner().invoke(main, words)
    return done.output if done.exit_code == 0 else f"{done.exit_code}: {done.output}"


def test_the_command_line_lists_and_adds() -> None:
    user("Alice"), user("Bob"), person("Lena Lead", LENA)
    as_alice = ("--as", "alice@example.com")
    assert "is kept" in run("notes", "add", LENA, "Prefers the phone.", *as_alice)
    [note] = json.loads(run("notes", "list", LENA, "--json"))
    assert (note["text"], note["author"]) == ("Prefers the phone.", "Alice")
    assert "Prefers the phone." in run("notes", "list", LENA)
    task = ("tasks", "add", "Call back", "--due", "2026-03-04", *as_alice)
    assert "Bob has it" in run(*task, "--for", "bob@example.com", "--about", LENA)
    [found] = json.loads(run("tasks", "list", "--as", "bob@example.com", "--json"))
    assert (found["words"], found["about"]["name"]) == ("Call back", "Lena Lead")
    assert "Lena Lead" in run("tasks", "list", "--as", "bob@example.com")
    for wrong in (
        ("notes", "add", "nobody@x.example", "x", *as_alice),
        ("notes", "add", LENA, " ", *as_alice),
        ("tasks", "add", "x" * 301, "--due", "2026-03-04", *as_alice),
    ):
        assert run(*wrong).startswith("1: ")
    assert (Note.objects.count(), Task.objects.count()) == (1, 1)
