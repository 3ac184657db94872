"""One pass over one account in the test's own process, with waits that a test can afford.

`POSTROOM` composes a pass as `sync.keeping` does. Messages are read by the function that the
parser's process runs, without the process: a pass then takes milliseconds, and four thousand of
them a few minutes. `POISON` in a message stands for what breaks the reader.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from django.conf import settings

from postroom.accounts.models import EmailAccount
from postroom.archive.models import SyncRun
from postroom.imap.limits import Limits
from postroom.net.credentials import Password
from postroom.net.imap_client import ImapClient
from postroom.net.server import Security, Server
from postroom.sync.once import pass_over
from postroom.sync.outcomes import BrokenMessage
from postroom.sync.parsing import LimitedParser, Work
from postroom.sync.progress import Progress
from postroom.sync.visit import Visit

S = TypeVar("S")
T = TypeVar("T")

SECRET = "correct horse battery"
POISON = b"X-Poison: this breaks the reader"
PATIENT = Limits(waiting=8192)


class ParserWithoutProcess(LimitedParser):
    """The parser's work, done here."""

    def work(self, work: Work[S, T], messages: Sequence[S], size: int) -> list[T | BrokenMessage]:
        """Read each message."""
        broken = BrokenMessage("It broke.")
        return [broken if is_poisoned(one) else work([one])[0] for one in messages]

    def begin(self) -> None:
        """Nothing is to be started."""


def is_poisoned(message: object) -> bool:
    """Whether these are the bytes that break the reader."""
    return isinstance(message, bytes) and POISON in message


async def look(
    account: EmailAccount, now: datetime, *, limits: Limits = PATIENT, is_thorough: bool = True
) -> None:
    """Pass over the account once. Raises the failures of `net.errors`."""
    server = Server(account.imap_host, account.imap_port, Security.NONE)
    client = await ImapClient.connect(server, settings.MAIL_NETWORKS, limits=limits)
    try:
        await client.sign_in(Password(account.sign_in_name, SECRET))
        progress = Progress(SyncRun(account=account, started_at=now))
        parser = ParserWithoutProcess()
        await pass_over(Visit(account, client, lambda: now, progress, parser, is_thorough))
    finally:
        await client.close()
