"""postroom tasks: what somebody has to do."""

from datetime import datetime

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_person, get_user
from postroom.cli.printing import json_option, print_json, print_table

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group("tasks")
def tasks_command() -> None:
    """What somebody has to do."""


@tasks_command.command("list")
@click.option("--as", "user", required=True, help="The user whose tasks they are.")
@click.option("--done", is_flag=True, help="Those that are done, too.")
@json_option
@with_django
def list_tasks(user: str, done: bool, as_json: bool) -> None:
    """List what a user has to do, by its day."""
    from postroom.crm.tasks import by_time, still_open, tasks_of
    from postroom.crm.written_down import task_fact

    tasks = tasks_of(get_user(user))
    rows = [task_fact(task) for task in (by_time(tasks) if done else still_open(tasks))]
    if as_json:
        print_json(rows)
    else:
        lines = [(r["due_on"], r["due_time"] or "", r["words"], with_whom(r)) for r in rows]
        print_table(("due", "at", "task", "about"), lines)


@tasks_command.command("add")
@click.argument("words")
@click.option("--due", required=True, type=DAY, help="The day by which it is to be done.")
@click.option("--as", "user", required=True, help="The user who makes it.")
@click.option("--for", "assignee", default=None, metavar="EMAIL", help="Who is to do it.")
@click.option("--about", default=None, metavar="ADDRESS", help="A lead or contact.")
@with_django
def add_a_task(
    words: str, due: datetime, user: str, assignee: str | None, about: str | None
) -> None:
    """Make a task of WORDS."""
    from django.utils import timezone

    from postroom.crm.task import LONGEST_TASK
    from postroom.crm.tasks import TaskEntry, add_task

    maker, words = get_user(user), words.strip()
    if not words or len(words) > LONGEST_TASK:
        raise Failed(f"A task has between 1 and {LONGEST_TASK} characters.")
    who = get_user(assignee) if assignee else maker
    entry = TaskEntry(words, due.date(), assignee=who)
    add_task(get_person(about) if about else None, entry, maker, timezone.now())
    click.echo(f"{who} has it to do by {due:%Y-%m-%d}.")


def with_whom(row: dict[str, object]) -> object:
    """The name of what a task is about."""
    about = row["about"]
    return about["name"] if isinstance(about, dict) else ""
