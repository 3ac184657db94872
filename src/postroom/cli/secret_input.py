"""Read a password from stdin: never from the argument list, which others can see."""

import sys

import click

from postroom.cli.bootstrap import Failed

password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from stdin (its first line)."
)


def read_password(prompt: str, *, from_stdin: bool) -> str:
    """The first line of stdin, or what is typed when a person sits at the terminal."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = click.prompt(prompt, hide_input=True)
    else:
        raise Failed("There is no terminal to ask for the password. Use --password-stdin.")
    if not password:
        raise Failed("The password is empty.")
    return password


def refuse_weak(password: str, *, has_tables: bool = True) -> None:
    """Raise Failed with the reasons why a password is too easy to guess."""
    from django.contrib.auth import password_validation
    from django.core.exceptions import ValidationError

    rules = password_validation.get_default_password_validators()
    asked = [rule for rule in rules if has_tables or not getattr(rule, "needs_tables", False)]
    try:
        password_validation.validate_password(password, password_validators=asked)
    except ValidationError as error:
        raise Failed(" ".join(error.messages)) from error
