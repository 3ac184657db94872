"""The program `postroom`: every command, imported only when it is asked for."""

from importlib import import_module

import click

import postroom
from postroom.cli.bootstrap import Failed
from postroom.config.postgres_user import EmbeddedDatabaseRefused
from postroom.config.secrets import KeyFileRefused
from postroom.team.refusal import Refusal

REFUSALS = (Refusal, KeyFileRefused, EmbeddedDatabaseRefused)

COMMANDS = {
    "up": "postroom.cli.servers",
    "web": "postroom.cli.servers",
    "engine": "postroom.cli.servers",
    "createadmin": "postroom.cli.users",
    "user": "postroom.cli.users",
    "key": "postroom.cli.api_keys",
    "webhook": "postroom.cli.webhooks",
    "people": "postroom.cli.people",
    "deals": "postroom.cli.deals",
    "notes": "postroom.cli.notes",
    "tasks": "postroom.cli.tasks",
    "account": "postroom.cli.accounts",
    "sharing": "postroom.cli.sharing",
    "exclusions": "postroom.cli.exclusions",
    "rules": "postroom.cli.rules",
    "emails": "postroom.cli.emails",
    "search": "postroom.cli.search",
    "sync": "postroom.cli.syncing",
    "reparse": "postroom.cli.reparse",
    "reindex": "postroom.cli.search",
    "cleanup": "postroom.cli.cleaning",
    "outbox": "postroom.cli.outbox",
    "oauth": "postroom.cli.oauth",
    "keys": "postroom.cli.keys",
    "export": "postroom.cli.export",
    "import": "postroom.cli.intake",
    "backup": "postroom.cli.backup",
    "restore": "postroom.cli.backup",
    "doctor": "postroom.cli.doctor",
    "demo": "postroom.cli.demo",
}


class LazyCommands(click.Group):
    """Commands by name; importing Django for `--help` would take half a second."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command and take the command from it."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(COMMANDS[cmd_name]), f"{cmd_name}_command")
        assert isinstance(command, click.Command)  # noqa: S101 - our own table
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Whatever a command is refused ends it with the sentence of the refusal."""
        try:
            return super().invoke(ctx)
        except REFUSALS as refusal:
            raise Failed(str(refusal)) from refusal


@click.group(cls=LazyCommands)
@click.version_option(postroom.__version__)
def main() -> None:
    """Every email with a lead or contact, on that person's page, live.

    Set up: postroom createadmin, postroom account add, postroom up.
    """
