"""What a command needs before it can work: settings, key file, database, tables."""

import functools
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from pkgutil import iter_modules
from typing import ParamSpec, TypeVar

import click
import psycopg

from postroom.config import environment, postgres
from postroom.config.environment import BadSetting
from postroom.config.places import make_data_dir
from postroom.config.secrets import ensure_key_file

P = ParamSpec("P")
T = TypeVar("T")

MIGRATION_LOCK = 0x506F73744D
FIRST_START = "Making the tables. This happens once and takes up to a minute."
UPGRADING = "Bringing the tables up to date. With much mail here it may take some minutes."


class Failed(click.ClickException):
    """The command failed; the sentence says what happened and what to do. Exit status 1."""

    exit_code = 1


def with_django(command: Callable[P, T]) -> Callable[P, T]:
    """Decorate a command that works with the database."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        start_django(click.get_current_context())
        return command(*args, **kwargs)

    return run


def start_django(context: click.Context, *, is_quiet: bool = False) -> None:
    """Read the settings, find or start the database, and bring its tables up to date."""
    start_without_tables(context)
    bring_up_to_date(is_quiet=is_quiet)


def start_without_tables(context: click.Context) -> None:
    """The first half, for a command that may refuse before tables are made for it."""
    gc.disable()
    make_files(read_environment())
    open_database(context)


def bring_up_to_date(*, is_quiet: bool = False) -> None:
    """The other half."""
    migrate_if_needed(is_quiet=is_quiet)
    see_to_erasures()
    stop_looking_at_what_is_loaded()


def start_django_in_an_empty_place(context: click.Context) -> None:
    """The same without tables and without a key file: both are to come from elsewhere."""
    make_folder(read_environment())
    open_database(context)


def open_database(context: click.Context) -> None:
    """Find or start the database, and load the models.

    An embedded database that only this command uses is stopped when the command ends.
    """
    settings = read_environment()
    if settings.database_url is None:
        database = context.find_root().with_resource(postgres.running(settings.data_dir))
        os.environ["DATABASE_URL"] = database
    refuse_absent_database(os.environ["DATABASE_URL"])
    set_up_django()


def stop_looking_at_what_is_loaded() -> None:
    """What was loaded stays to the end; looking through it for garbage was a tenth of the start."""
    gc.freeze()
    gc.enable()


def read_environment() -> environment.Environment:
    """The settings; one that cannot be used ends the program with status 2."""
    try:
        return environment.read(os.environ)
    except BadSetting as bad:
        raise click.UsageError(str(bad)) from bad


def make_files(settings: environment.Environment) -> None:
    """The data directory and the key file, made when they are absent."""
    make_folder(settings)
    ensure_key_file(settings.secret_key_file)


def make_folder(settings: environment.Environment) -> None:
    """The data directory, made when it is absent."""
    try:
        make_data_dir(settings.data_dir)
    except OSError as reason:
        raise Failed(
            f"The folder {settings.data_dir} cannot be used ({reason.strerror})."
            " Create it, or name another one in POSTROOM_DATA_DIR."
        ) from reason


def refuse_absent_database(url: str) -> None:
    """Ask once: Django's pool would try for half a minute and log every attempt."""
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError as error:
        raise Failed(
            "The database cannot be reached. Check DATABASE_URL and that PostgreSQL is running."
        ) from error


def set_up_django() -> None:
    """Load the models. Raises KeyFileRefused."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.config.settings")
    django.setup()


def migrate_if_needed(*, is_quiet: bool = False) -> None:
    """The first process of a new version brings the tables up to date; others wait for it.

    Said before it begins, unless quiet: nothing is seen of it for as long as it takes.
    """
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    def is_behind() -> bool:
        return not migrations_here() <= applied()

    def applied() -> set[tuple[str, str]]:
        return set(MigrationRecorder(connection).applied_migrations())

    if is_behind():
        if not is_quiet:
            click.echo(UPGRADING if applied() else FIRST_START, err=True)
        with alone_with_the_tables():
            if is_behind():
                call_command("migrate", verbosity=0, interactive=False)


def migrations_here() -> set[tuple[str, str]]:
    """Every migration by the name of its file; to load them all would take a tenth of a second."""
    from django.apps import apps

    return {
        (app.label, found.name)
        for app in apps.get_app_configs()
        for found in iter_modules([str(Path(app.path, "migrations"))])
        if not found.ispkg
    }


def see_to_erasures() -> int:
    """Erase again whom a restored backup brought back. Returns how many addresses are held."""
    register = read_environment().erasures_file
    if register is None or not register.exists():
        return 0
    from django.utils import timezone

    from postroom.erasure.register import pending

    if not pending():
        return 0
    from postroom.erasure.again import erase_again

    with alone_with_the_tables():
        return erase_again(timezone.now())


@contextmanager
def alone_with_the_tables() -> Iterator[None]:
    """Let nobody else make or change tables meanwhile."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
