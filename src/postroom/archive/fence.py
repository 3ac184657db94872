"""Nothing is recorded for an account that was deactivated, however late the writer.

A pass may be under way when somebody deactivates its account, in any process. So every writer of
mail takes the account's lock for its transaction and looks whether the account still stands;
deactivating it takes the lock alone. Whoever comes after that writes nothing.

Nor does an engine that slept, in the midst of a pass, so long that its accounts may be another's by
now. What it knows is old; whoever sleeps with the lock in hand keeps the other waiting.
"""

from contextvars import ContextVar

from django.db import connection

from postroom.accounts.models import Activation, EmailAccount

LOCK = 0x506F7374


class Hold:
    """Whether an engine knows that it holds its accounts; who is no engine need not hold any."""

    def is_certain(self) -> bool:
        """Whether nobody else can hold them now."""
        return True

    async def until_certain(self) -> None:
        """Wait until that is so; who has lost them is cancelled meanwhile."""


HOLD: ContextVar[Hold] = ContextVar("hold", default=Hold())  # noqa: B039 - it has no state


class HeldNoMore(Exception):
    """The engine slept so long that another one may hold the account."""


class AccountClosed(Exception):
    """The account was deactivated or removed: its mail is not to come here any more."""


def lock_account(account_id: int) -> None:
    """Let one recorder at a time write for an account, until the transaction ends.

    Raises AccountClosed, HeldNoMore.
    """
    lock_whatever_it_is(account_id)
    refuse_closed(account_id)


def stand_by_account(account_id: int) -> None:
    """Let others write too, but nobody deactivate the account meanwhile.

    Raises AccountClosed, HeldNoMore. Not in a transaction that locks the account later: of two
    such, each would wait for the other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [LOCK, account_id])
    refuse_closed(account_id)


def lock_whatever_it_is(account_id: int) -> None:
    """The lock alone, for those who deactivate and delete."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, account_id])


def refuse_closed(account_id: int) -> None:
    """Asked after the lock is held, or it would tell of before."""
    refuse_held_no_more()
    standing = EmailAccount.objects.filter(pk=account_id).exclude(activation=Activation.DEACTIVATED)
    if not standing.exists():
        raise AccountClosed


def refuse_held_no_more() -> None:
    """By the clock alone: what the database knows of it may be about to change."""
    if not HOLD.get().is_certain():
        raise HeldNoMore
