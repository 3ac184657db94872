"""postroom doctor: what works on this machine and what does not."""

from collections.abc import Callable, Iterator

import click

from postroom.cli import open_files
from postroom.cli.bootstrap import read_environment, with_django


@click.command("doctor")
@with_django
def doctor_command() -> None:
    """Check settings, database, secrets and accounts; exit status 1 if something needs you."""
    found = {name: list(check()) for name, check in CHECKS.items()}
    for name, sentences in found.items():
        for sentence in sentences:
            click.echo(f"needs you   {name}: {sentence}")
        if not sentences:
            click.echo(f"ok          {name}")
    click.get_current_context().exit(1 if any(found.values()) else 0)


def database() -> Iterator[str]:
    """PostgreSQL answers and has what the tables need."""
    from django.db import connection

    if connection.get_database_version() < (15,):
        yield "PostgreSQL is older than 15. Upgrade it, or unset DATABASE_URL."


def search() -> Iterator[str]:
    """Mistyped names can be told."""
    from postroom.association.suggesting import has_trigrams

    if not has_trigrams():
        yield (
            "The database lacks the extension pg_trgm, so mistyped names are not corrected. Install"
            " PostgreSQL's contrib modules and, as its administrator: CREATE EXTENSION pg_trgm."
        )


def secrets() -> Iterator[str]:
    """Every stored password, token and client secret opens with the key file."""
    from postroom.accounts.models import Credential, Direction
    from postroom.accounts.resealing import counted
    from postroom.accounts.seals import SecretDoesNotOpen, get_secret

    for credential in Credential.objects.select_related("account"):
        try:
            get_secret(credential.account, Direction(credential.direction))
        except SecretDoesNotOpen as refusal:
            yield str(refusal)
    for column in counted():
        if column.closed and column.model is not Credential:
            yield (
                f"{column.closed} tokens or client secrets cannot be read. Restore the key file"
                " they were sealed with, or sign in again."
            )


def users() -> Iterator[str]:
    """Someone can administrate."""
    from postroom.team.models import User

    if not User.objects.filter(is_administrator=True, is_active=True).exists():
        yield "There is no administrator. Run: postroom createadmin --email YOU"


def accounts() -> Iterator[str]:
    """Accounts that met trouble or need somebody, and mail that could not be recorded."""
    from django.utils import timezone

    from postroom.archive.quarantine import waiting_by_account
    from postroom.cli.health import all_healths
    from postroom.sync.health import Need

    aside = waiting_by_account()
    for health in all_healths(timezone.now()):
        account = health.account
        if account.trouble:
            yield f"{account.address}: {account.trouble_sentence}"
        elif health.needs_someone and health.need != Need.SET_ASIDE:
            yield f"{account.address}: {health.sentence}"
        if count := aside.get(account.pk):
            show = f"“postroom account quarantine {account.address}”"
            yield f"{account.address}: {count} of its emails are set aside; {show} says why."


def connections() -> Iterator[str]:
    """As many connections may be open as the engine's accounts need."""
    accounts = read_environment().engine_accounts
    most, needed = open_files.ask_for_all(), open_files.needed_for(accounts)
    if most < needed:
        yield (
            f"A program may have {most:,} files and connections open here; an engine of"
            f" {accounts:,} accounts needs {needed:,}. Raise the limit (systemd: LimitNOFILE=), or"
            " set POSTROOM_ENGINE_ACCOUNTS lower and run engines on several machines."
        )


def notices() -> Iterator[str]:
    """Emails to Postroom's own people that could not be sent."""
    from postroom.outbox.models import Notice, NoticeState

    failed = Notice.objects.filter(state=NoticeState.FAILED)
    if latest := failed.last():
        yield (
            f"{failed.count()} could not be sent, the latest because: {latest.reason}"
            " “postroom outbox --again” tries them again."
        )


def backup() -> Iterator[str]:
    """A backup was made of late, or everything is still new."""
    from django.utils import timezone

    from postroom.backup.last import overdue

    if sentence := overdue(timezone.now()):
        yield sentence


def erasures() -> Iterator[str]:
    """Nobody who was erased is here again from a backup."""
    from postroom.erasure.register import pending

    if back := pending():
        yield (
            f"{len(back)} addresses that were erased are here again from a backup, because a legal"
            " hold of before forbids to erase them. Lift it under Cleanup Policy › Legal holds; the"
            " next start erases them."
        )


def web_address() -> Iterator[str]:
    """Whether others can reach the pages safely."""
    settings = read_environment()
    if settings.bind.host not in ("127.0.0.1", "::1") and not settings.url.startswith("https://"):
        yield "Pages are served to others without TLS. Put a proxy before it, set POSTROOM_URL."


CHECKS: dict[str, Callable[[], Iterator[str]]] = {
    "database": database,
    "search": search,
    "secrets": secrets,
    "users": users,
    "accounts": accounts,
    "connections": connections,
    "notices": notices,
    "backup": backup,
    "erasures": erasures,
    "web address": web_address,
}
