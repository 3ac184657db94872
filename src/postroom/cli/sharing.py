"""postroom sharing, postroom account sharing: who sees whose mail, and by whose decision."""

from typing import TYPE_CHECKING, Any

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_account, get_user
from postroom.cli.printing import json_option, print_json, print_table
from postroom.cli.terms_options import (
    get_role,
    is_wished,
    terms_from,
    terms_options,
    terms_row,
)

if TYPE_CHECKING:
    from postroom.team.models import Role, User


@click.command("sharing")
@click.argument("address")
@terms_options(("private", "custom", "public"))
@json_option
@with_django
def account_sharing_command(address: str, as_json: bool, **options: Any) -> None:
    """Show who sees the mail of ADDRESS and why, or change what its owner chose."""
    from django.utils import timezone

    from postroom.accounts.lifecycle import set_sharing
    from postroom.accounts.sharing_rules import SetByRule, in_force_of, reason_of
    from postroom.accounts.terms import chosen, holding

    account = get_account(address)
    if is_wished(options):
        try:
            set_sharing(account, terms_from(chosen(account), options), None, timezone.now())
        except SetByRule as refusal:
            raise Failed(f"{refusal.sentence} “postroom sharing lift” ends the rule.") from refusal
    in_force = in_force_of(account)
    because = reason_of(in_force)
    row = terms_row(holding(in_force)) | {"because": because, "chosen": terms_row(chosen(account))}
    if as_json:
        print_json({"address": account.address, **row})
    else:
        click.echo(f"{row['words']}. {because}.")


@click.group("sharing")
def sharing_command() -> None:
    """Email Sharing: what administrators set for users and roles."""


@sharing_command.command("list")
@json_option
@with_django
def list_sharing(as_json: bool) -> None:
    """List every mailbox with what holds for it and why."""
    from postroom.accounts.models import SharingInForce
    from postroom.accounts.sharing_rules import reason_of
    from postroom.accounts.terms import holding

    found = SharingInForce.objects.select_related(
        "account__owner", "rule__role", "rule__set_by"
    ).order_by("account__address")
    rows = [
        {
            "address": row.account.address,
            "owner": row.account.owner.email,
            **terms_row(holding(row)),
            "because": reason_of(row),
        }
        for row in found
    ]
    if as_json:
        print_json(rows)
    else:
        columns = ("address", "owner", "words", "because")
        print_table(columns, [[row[name] for name in columns] for row in rows])


def whose_options(command: Any) -> Any:
    """Add --user and --role: for whom a rule is."""
    command = click.option("--role", help="All with this role who have no rule of their own.")(
        command
    )
    return click.option("--user", help="One user, by address.")(command)


@sharing_command.command("set")
@whose_options
@terms_options(("private", "custom", "public", "choice"))
@click.option("--dry-run", is_flag=True, help="Only say what it would change.")
@json_option
@with_django
def set_sharing_rule(
    user: str | None, role: str | None, dry_run: bool, as_json: bool, **options: Any
) -> None:
    """Set a rule for a user or a role. Choice: the users decide themselves."""
    from django.utils import timezone

    from postroom.accounts.sharing_preview import preview
    from postroom.accounts.sharing_rules import find_rule, set_rule
    from postroom.accounts.terms import Terms, ruled

    whose = chosen_whose(user, role)
    rule = find_rule(whose)
    if not (options["mode"] or rule):
        raise click.UsageError("There is no rule yet: say its --mode.")
    terms = terms_from(ruled(rule) if rule else Terms("choice"), options)
    changes = preview(whose, terms)
    if not dry_run:
        set_rule(whose, terms, None, timezone.now())
    if as_json:
        print_json({**terms_row(terms), "mailboxes": changes.mailboxes, "saved": not dry_run})
        return
    click.echo(f"{terms_row(terms)['words']}.{' Nothing was saved.' if dry_run else ''}")
    for change in changes.changes:
        click.echo(f"{change.number:>6}  {change.before} → {change.after}")


@sharing_command.command("lift")
@whose_options
@with_django
def lift(user: str | None, role: str | None) -> None:
    """Take the rule of a user or a role away; what was chosen holds again."""
    from django.utils import timezone

    from postroom.accounts.sharing_rules import lift_rule

    whose = chosen_whose(user, role)
    if not lift_rule(whose, None, timezone.now()):
        raise Failed(f"There is no rule for {whose}. “postroom sharing list” shows what holds.")
    click.echo(f"The rule for {whose} is lifted. What was chosen holds again.")


@sharing_command.command("superiors")
@click.argument("choice", type=click.Choice(["on", "off"]), required=False)
@with_django
def superiors(choice: str | None) -> None:
    """Say, or choose, whether superiors see the mail of the users below them."""
    from django.utils import timezone

    from postroom.team.models import Organisation
    from postroom.team.organisation import set_superiors_see

    if choice:
        set_superiors_see(choice == "on", None, timezone.now())
    click.echo("on" if Organisation.get().superiors_see else "off")


def chosen_whose(user: str | None, role: str | None) -> "User | Role":
    """The one user or role that a rule is for."""
    if bool(user) == bool(role):
        raise click.UsageError("Name one: --user ADDRESS or --role NAME.")
    return get_user(user) if user else get_role(role or "")
