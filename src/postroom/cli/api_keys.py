"""postroom key: keys by which programs act as a user. (`postroom keys` are those that seal.)"""

from typing import TYPE_CHECKING

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_user
from postroom.cli.printing import json_option, print_json, print_table

if TYPE_CHECKING:
    from postroom.team.models import ApiKey


@click.group("key")
def key_command() -> None:
    """API keys: add, list, revoke."""


@key_command.command("add")
@click.argument("user")
@click.option("--name", required=True, help="What it is for: “CRM bridge”.")
@click.option("--scope", type=click.Choice(["read", "write"]), default="read", show_default=True)
@click.option("--days", type=click.IntRange(1, 3650), help="Until it expires; without: never.")
@json_option
@with_django
def add(user: str, name: str, scope: str, days: int | None, as_json: bool) -> None:
    """Make a key by which a program acts as USER. It is printed this once, and nowhere else."""
    from datetime import timedelta

    from django.utils import timezone

    from postroom.team.api_keys import KeyWish, make_key
    from postroom.team.models import Scope

    owner, now = get_user(user), timezone.now()
    if not owner.is_active:
        raise Failed(f"{owner.email} cannot sign in. “postroom user activate” lets them.")
    if not (name.strip().isprintable() and 1 <= len(name.strip()) <= 80):
        raise Failed("The name of a key is one line of at most 80 characters.")
    expires_at = now + timedelta(days=days) if days else None
    key, text = make_key(owner, KeyWish(name.strip(), Scope(scope), expires_at), None, now)
    if as_json:
        print_json({**row_of(key), "key": text})
    else:
        click.echo(f"The key of {owner.email}; it cannot be shown again:", err=True)
        click.echo(text)


@key_command.command("list")
@click.argument("user", required=False)
@json_option
@with_django
def list_keys(user: str | None, as_json: bool) -> None:
    """List the keys of USER, or everyone's."""
    from postroom.team.models import ApiKey

    keys = ApiKey.objects.select_related("user")
    rows = [row_of(key) for key in (keys.filter(user=get_user(user)) if user else keys)]
    if as_json:
        print_json(rows)
    else:
        columns = ("id", "user", "name", "beginning", "scope", "state", "last_used_at")
        print_table(columns, [[row[name] or "–" for name in columns] for row in rows])


@key_command.command("revoke")
@click.argument("key")
@with_django
def revoke(key: str) -> None:
    """Revoke KEY, by its number or its beginning; it opens nothing from this moment on."""
    from django.utils import timezone

    from postroom.team.api_keys import revoke_key
    from postroom.team.models import ApiKey

    keys = ApiKey.objects.select_related("user")
    is_number = key.isascii() and key.isdigit() and len(key) <= 18
    found = list(keys.filter(pk=int(key)) if is_number else keys.filter(beginning=key))
    if len(found) != 1:
        raise Failed("No one key is called so. “postroom key list” shows the number of each.")
    if not revoke_key(found[0], None, timezone.now()):
        click.echo(f"{found[0]} of {found[0].user.email} was revoked before.")
        return
    click.echo(f"{found[0]} of {found[0].user.email} opens nothing any more.")


def row_of(key: "ApiKey") -> dict[str, object]:
    """A key as it is printed: everything but the key."""
    from django.utils import timezone

    from postroom.team.api_keys import state_of

    return {
        "id": key.pk,
        "user": key.user.email,
        "name": key.name,
        "beginning": key.beginning,
        "scope": key.scope,
        "state": state_of(key, timezone.now()),
        "made_at": key.made_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
    }
