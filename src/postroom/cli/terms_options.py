"""The options that say how mail is shared: --mode, --level, --to-everyone, --to-user, --to-role."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from postroom.cli.bootstrap import Failed
from postroom.cli.finding import get_user

if TYPE_CHECKING:
    from postroom.accounts.terms import Terms
    from postroom.team.models import Role

F = TypeVar("F", bound=Callable[..., Any])
LEVELS = {"when": 1, "subject": 2, "everything": 3}


def terms_options(modes: tuple[str, ...]) -> Callable[[F], F]:
    """Add them to a command, with the modes it takes."""

    def add(command: F) -> F:
        for option in (
            click.option("--to-role", "to_roles", multiple=True, help="A role; repeatable."),
            click.option("--to-user", "to_users", multiple=True, help="A user; repeatable."),
            click.option("--to-everyone", is_flag=True, help="Every colleague."),
            click.option("--level", type=click.Choice(list(LEVELS)), help="How much is shown."),
            click.option("--mode", type=click.Choice(modes), help="Who decides, and for what."),
        ):
            command = option(command)
        return command

    return add


def is_wished(options: dict[str, Any]) -> bool:
    """Whether anything was asked to be changed."""
    return any(options.values())


def terms_from(before: "Terms", options: dict[str, Any]) -> "Terms":
    """What was there, with what was named in its place."""
    from dataclasses import replace

    names = options["to_users"] or options["to_roles"]
    if names and options["to_everyone"]:
        raise click.UsageError("--to-everyone and names are two different wishes.")
    changed: dict[str, Any] = {}
    if options["mode"]:
        changed["mode"] = options["mode"]
    if options["level"]:
        changed["sight"] = LEVELS[options["level"]]
    if names:
        changed |= {
            "is_to_all": False,
            "to_users": tuple(sorted(get_user(each).pk for each in options["to_users"])),
            "to_roles": tuple(sorted(get_role(each).pk for each in options["to_roles"])),
        }
    if options["to_everyone"]:
        changed["is_to_all"] = True
    return replace(before, **changed)


def get_role(name: str) -> "Role":
    """The role of this name."""
    from postroom.team.models import Role

    role = Role.objects.filter(name__iexact=name.strip()).first()
    if role is None:
        known = ", ".join(Role.objects.order_by("name").values_list("name", flat=True)) or "none"
        raise Failed(f"There is no role {name}. There are: {known}.")
    return role


def terms_row(terms: "Terms") -> dict[str, Any]:
    """Terms for programs."""
    from postroom.accounts.terms import in_words
    from postroom.team.models import Role, User

    level = {number: word for word, number in LEVELS.items()}[terms.sight]
    users = User.objects.filter(pk__in=terms.to_users).values_list("email", flat=True)
    roles = Role.objects.filter(pk__in=terms.to_roles).values_list("name", flat=True)
    return {
        "mode": terms.mode,
        "level": level if terms.has_reach else None,
        "to_everyone": terms.is_to_all if terms.has_reach else None,
        "to_users": list(users) if terms.has_reach and not terms.is_to_all else [],
        "to_roles": list(roles) if terms.has_reach and not terms.is_to_all else [],
        "words": in_words(terms),
    }
