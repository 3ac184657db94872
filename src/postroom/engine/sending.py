"""Where jobs work that wait for a mail server: for minutes, if it likes (RFC 5321 §4.5.3.2).

They have places and threads of their own. In those of everybody six servers that never answer would
keep every mailbox of the engine, and the watch over killed ones, waiting for ten minutes. Of the
places one server has a share, and so has one user: where a service falls silent, or somebody has
mailboxes at many that do, mail of all others goes out.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, ParamSpec, TypeVar

from postroom.accounts.models import EmailAccount
from postroom.sync.database import in_database, in_threads

P = ParamSpec("P")
T = TypeVar("T")

SENDING: Final = "sending"  # The queue.
PLACES: Final = 32
SHARE: Final = 8
THREADS: Final = ThreadPoolExecutor(PLACES, thread_name_prefix=SENDING)


async def at_a_server(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run work that talks to a mail server and writes down what it said."""
    return await in_threads(THREADS, work, *args, **kwargs)


class Shares:
    """Who holds how many places of this process."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()

    def have_room(self, whose: Collection[str]) -> bool:
        """Whether each of these may hold one more."""
        return all(self._held[one] < SHARE for one in whose)

    @contextmanager
    def place(self, whose: Collection[str]) -> Iterator[bool]:
        """One place for each of these, if there is room; who gets none is to come again."""
        if not self.have_room(whose):
            yield False
            return
        self._held.update(whose)
        try:
            yield True
        finally:
            self._held.subtract(whose)
            self._held = +self._held


SHARES = Shares()


def shares_of(account_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Whose places it takes to talk to the servers of these mailboxes."""
    accounts = EmailAccount.objects.filter(pk__in=account_ids)
    return {
        one.pk: (f"server {one.smtp_host or one.incoming[0]}", f"user {one.owner_id}")
        for one in accounts
    }


async def at_a_server_of(account_id: int, *works: Callable[[], None]) -> None:
    """Do these works one after the other, if there is a place; else they are asked for again."""
    whose = (await in_database(shares_of, [account_id])).get(account_id, ())
    with SHARES.place(whose) as is_free:
        for work in works if is_free else ():
            await at_a_server(work)
