"""Read a backup into an empty place: one transaction, which compares everything before it ends.

Killed or refused anywhere, the place is as empty as before, but for messages in a storage, which
have the names of their digests and are written over by the next attempt.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import IO, Final

import psycopg
from django.conf import settings
from django.db import connection as django_connection
from django.db import transaction
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from postroom.archive import wall
from postroom.backup.beside_it import (
    digest_in,
    digests_beside,
    find_beside,
    put_beside,
    refuse_without_storage,
)
from postroom.backup.contents import Beginning, End, Tally, beginning_from, end_from
from postroom.backup.database import SPEECH, Connection, is_empty, lines_of, named
from postroom.backup.marks import marks_of
from postroom.backup.parcel import DAMAGED, Part, parts_of
from postroom.backup.refusals import BackupRefused
from postroom.backup.sealed_file import TRUNCATED

Show = Callable[[str, int, int], None]
NOT_EMPTY: Final = (
    "The database here is not empty, and a backup is restored into an empty place only. Name"
    " another POSTROOM_DATA_DIR, or a new database in DATABASE_URL."
)
NEWER: Final = (
    "This backup was made by a newer Postroom ({version}). Install that one and run this again."
)
OTHER_KEY: Final = (
    "The passwords in this backup are sealed with a key that is not in {place}. Put the copy of its"
    " key file there and run this again. Without it, --without-key restores everything else, and"
    " each mailbox needs its password or sign-in anew."
)
FIRST: Final = "definitions/pre-data.sql"
LAST: Final = "definitions/post-data.sql"
MANIFEST: Final = "manifest.json"
DIFFERENT: Final = "What was restored is not what was backed up: {what}. Nothing is kept of it."


def restore(
    file: IO[bytes], passphrase: str, show: Show, *, is_key_needed: bool = True
) -> tuple[Beginning, End]:
    """Restore all of it, compared row by row, or nothing. Raises BackupRefused."""
    parts = parts_of(file, passphrase)
    beginning = first_of(parts)
    refuse_newer(beginning)
    refuse_without_storage(beginning.beside)
    if is_key_needed:
        refuse_other_key(beginning)
    try:
        with transaction.atomic():
            end = fill(parts, beginning, show)
    except psycopg.Error as error:
        raise BackupRefused(f"PostgreSQL refused it: {reason_of(error)}.") from error
    return beginning, end


def check(file: IO[bytes], passphrase: str, show: Show) -> tuple[Beginning, End]:
    """Read all of a backup and compare it with its own manifest; changes nothing anywhere."""
    parts = parts_of(file, passphrase)
    beginning, held, manifest = first_of(parts), End(), b""
    for name, content in parts:
        kind, _, rest = name.partition("/")
        if kind == "tables":
            lines = content.splitlines(keepends=True)
            held.tables.setdefault(rest.partition("/")[0], Tally()).add_each(lines)
        elif kind == "beside":
            held.beside.add(digest_in(rest, content))
        elif name == MANIFEST:
            manifest = content
        show("rows", sum(beginning.rows.values()), sum(t.count for t in held.tables.values()))
    if not manifest:
        raise BackupRefused(TRUNCATED)
    end = end_from(manifest)
    refuse_difference(end, held)
    return beginning, end


def first_of(parts: Iterator[Part]) -> Beginning:
    """What the file says it is."""
    name, content = next(parts, ("", b""))
    try:
        if name != "backup.json":
            raise ValueError("it does not begin as one")
        return beginning_from(content)
    except (ValueError, TypeError) as error:
        raise BackupRefused(DAMAGED.format(reason=error)) from error


def refuse_newer(beginning: Beginning) -> None:
    """Tables of a later day than ours cannot be brought back to it."""
    here = MigrationLoader(None).disk_migrations
    known = {*here, *(before for each in here.values() for before in each.replaces)}
    if not {(app, name) for app, name in beginning.migrations} <= known:
        raise BackupRefused(NEWER.format(version=beginning.postroom))


def refuse_other_key(beginning: Beginning) -> None:
    """Its newest key must be here, or no password of it opens."""
    if beginning.keys and beginning.keys[0] not in marks_of(settings.SEALING_KEYS):
        raise BackupRefused(OTHER_KEY.format(place=settings.ENVIRONMENT.secret_key_file))


def fill(parts: Iterator[Part], beginning: Beginning, show: Show) -> End:
    """Everything in its order, compared; the caller's transaction keeps it or does not."""
    django_connection.ensure_connection()
    database: Connection = django_connection.connection
    if not is_empty(database):
        raise BackupRefused(NOT_EMPTY)
    database.execute(SPEECH)
    kept, done = dict[str, bytes](), 0
    for name, content in parts:
        kind, _, rest = name.partition("/")
        if kind == "tables":
            done += fill_table(database, rest.partition("/")[0], content, beginning)
            show("rows", sum(beginning.rows.values()), done)
        elif kind == "beside":
            put_beside(rest, content)
        else:
            kept[name] = content
        if name == FIRST:
            make_extensions(database, beginning.extensions)
            define(database, content)
    if not {LAST, MANIFEST} <= kept.keys():
        raise BackupRefused(TRUNCATED)
    define(database, kept[LAST])
    end = end_from(kept[MANIFEST])
    finish(database, end, beginning, show)
    return end


def make_extensions(database: Connection, names: Iterable[str]) -> None:
    """Those the server has; what lacks them says so (`postroom doctor`)."""
    for name in names:
        try:
            with database.transaction():
                command = sql.SQL("CREATE EXTENSION IF NOT EXISTS {} WITH SCHEMA public")
                database.execute(command.format(sql.Identifier(name)))
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported):
            continue
        except psycopg.errors.UndefinedFile:
            continue


def define(database: Connection, text: bytes) -> None:
    """Run pg_dump's definitions; they name everything in full and expect to find nothing else."""
    database.execute(text)
    database.execute(SPEECH)


def fill_table(database: Connection, table: str, content: bytes, beginning: Beginning) -> int:
    """Rows of one piece, as PostgreSQL wrote them. Returns how many."""
    columns = beginning.tables.get(table)
    if columns is None:
        raise BackupRefused(DAMAGED.format(reason=f"it has rows of no table of its own: {table}"))
    command = sql.SQL("COPY {} FROM STDIN").format(named(table, columns))
    with database.cursor() as cursor, cursor.copy(command) as copy:
        copy.write(content)
    return content.count(b"\n")


def finish(database: Connection, end: End, beginning: Beginning, show: Show) -> None:
    """Sequences, the front doors' rights, and the comparison with what was backed up."""
    for name, value in end.sequences.items():
        quoted = sql.Identifier("public", name).as_string()
        database.execute("SELECT setval(%s::regclass, %s)", [quoted, value])
    wall.build()
    refuse_difference(end, held_here(database, beginning, show))


def held_here(database: Connection, beginning: Beginning, show: Show) -> End:
    """What there is now, read back."""
    held, done = End(), 0
    for table, columns in beginning.tables.items():
        tally = held.tables.setdefault(table, Tally())
        tally.add_each(lines_of(database, table, columns))
        done += tally.count
        show("compared", sum(beginning.rows.values()), done)
    for digest in digests_beside(database):
        if find_beside(digest) is not None:
            held.beside.add(digest)
    return held


def refuse_difference(end: End, held: End) -> None:
    """Raises BackupRefused unless both are the same, naming the first thing that is not."""
    for table, tally in end.tables.items():
        there = held.tables.get(table, Tally())
        if there != tally:
            what = f"the table {table} has {there.count} rows of {tally.count}, or others"
            raise BackupRefused(DIFFERENT.format(what=what))
    if held.beside != end.beside:
        what = f"{held.beside.count} of {end.beside.count} messages are in the storage"
        raise BackupRefused(DIFFERENT.format(what=what))


def reason_of(error: psycopg.Error) -> str:
    """PostgreSQL's sentence without its details, which quote rows."""
    return (error.diag.message_primary or type(error).__name__).rstrip(".")
