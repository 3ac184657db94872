"""postroom rules: what happens to mail by itself, and what a rule would meet."""

from typing import TYPE_CHECKING

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_user
from postroom.cli.printing import json_option, print_json, print_table

if TYPE_CHECKING:
    from postroom.rules.models import Rule

as_option = click.option("--as", "user", required=True, help="The user whose rules they are.")


@click.group("rules")
def rules_command() -> None:
    """What happens to mail by itself."""


@rules_command.command("list")
@as_option
@json_option
@with_django
def list_rules(user: str, as_json: bool) -> None:
    """List a user's rules in their order, with how many emails each met."""
    rows = [facts_of(rule) for rule in rules_of(user)]
    if as_json:
        print_json(rows)
    else:
        lines = [
            (str(r["id"]), r["name"], "on" if r["is_on"] else "off", r["met"], r["words"])
            for r in rows
        ]
        print_table(("id", "name", "", "met", "rule"), [tuple(map(str, line)) for line in lines])


@rules_command.command("try")
@click.argument("rule_id", type=int)
@as_option
@json_option
@with_django
def try_rule(rule_id: int, user: str, as_json: bool) -> None:
    """Show what a rule would meet of the mail that is here. Nothing is done."""
    from django.utils import timezone

    from postroom.rules.trying import trial_of

    rule = next((rule for rule in rules_of(user) if rule.pk == rule_id), None)
    if rule is None:
        raise Failed(f"There is no such rule. “postroom rules list --as {user}” shows them.")
    trial = trial_of(rule, timezone.now())
    newest = [{"subject": e.subject, "date": e.sent_at.isoformat()} for e in trial.newest]
    if as_json:
        print_json({"number": trial.number, "is_more": trial.is_more, "newest": newest})
        return
    click.echo(f"It would meet {'more than ' if trial.is_more else ''}{trial.number:,} emails.")
    print_table(("date", "subject"), [(e["date"][:16], e["subject"]) for e in newest])


def rules_of(user: str) -> "list[Rule]":
    """The user's rules."""
    from postroom.rules.models import Rule

    return list(Rule.objects.filter(owner=get_user(user)))


def facts_of(rule: "Rule") -> dict[str, object]:
    """A rule in a list."""
    from postroom.rules.words import rule_in_words

    return {
        "id": rule.pk,
        "name": rule.name,
        "is_on": rule.is_on,
        "met": rule.runs.count(),
        "words": rule_in_words(rule),
    }
