"""A mailbox on a real Dovecot with its account here, for one scenario at a time."""

import asyncio
import imaplib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import connection

from cast import account_of, person
from postroom.accounts.models import EmailAccount
from postroom.archive.models import Email, Folder
from postroom.net.errors import NetError
from postroom.team.models import StorageMode, User
from servers.dovecot import Dovecot
from sync.state_hash import digest_of, state_in
from torture.kill_points import Killed, Points, wrapped
from torture.letters import LEAD, Letter, write_letter
from torture.visiting import SECRET, look

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ACTIONS = """
    SELECT concat_ws('|', encode(e.identity, 'hex'), a.kind, a.state)
      FROM archive_action a JOIN archive_email e ON e.id = a.email_id"""


@dataclass(slots=True)
class Stage:
    """What a scenario plays on. `passes` are the seconds at which the run under test looks."""

    server: Dovecot
    database_url: str
    user: str
    storage: StorageMode = StorageMode.MATCHED
    passes: tuple[int, ...] = (60,)
    is_thorough: bool = True
    mail_before: Path | None = None
    accounts: list[EmailAccount] = field(default_factory=list)

    def connect(self, user: str = "") -> EmailAccount:
        """Connect a mailbox of the server; of these, every pass looks at each."""
        name = user or self.user
        owner, _ = User.objects.get_or_create(email=name)
        account = account_of(owner)
        account.imap_port, account.storage = self.server.port, self.storage
        account.save()
        self.accounts.append(account)
        return account

    def know(self, address: str = LEAD) -> None:
        """Have a lead with this address."""
        person("Lea Customer", address)

    def deliver(
        self, folder: str = "INBOX", count: int = 3, *, flags: str = "", user: str = "",
        has_id: bool = True, sender: str = LEAD, lines: int = 3, extra: str = "",
    ) -> list[Letter]:  # fmt: skip
        """Put new letters into a folder."""
        letters = [
            write_letter(has_id=has_id, sender=sender, lines=lines, extra=extra)
            for _ in range(count)
        ]
        self.lay(folder, letters, flags=flags, user=user)
        return letters

    def lay(self, folder: str, letters: list[Letter], *, flags: str = "", user: str = "") -> None:
        """Put these letters into a folder."""
        raws = [letter.raw for letter in letters]
        self.server.add(user or self.user, folder, raws, flags=flags, received=1_772_000_000)

    @contextmanager
    def phone(self, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        """Another mail program, in a folder."""
        with imaplib.IMAP4(self.server.host, self.server.port) as client:
            client.login(self.user, SECRET)
            client.select(f'"{folder}"')
            yield client

    def keep_server(self) -> None:
        """Keep the mailbox as it is now: the run under test changes it, and is run many times."""
        mail = self.server.maildir(self.user)
        self.mail_before = mail.with_name(mail.name + ".before")
        copy_mail(mail, self.mail_before)

    def put_server_back(self) -> None:
        """The mailbox as it was kept, UIDs and all."""
        if self.mail_before:
            copy_mail(self.mail_before, self.server.maildir(self.user))

    def sync(self, seconds: int = 0, points: Points | None = None) -> None:
        """Look once at every account. A kill or a cut ends it, and is no error."""
        points = points or Points()
        with wrapped(points):
            for account in self.accounts:
                account.refresh_from_db()
                if asyncio.run(self.is_ended_early(account, seconds, points)):
                    return

    async def is_ended_early(self, account: EmailAccount, seconds: int, points: Points) -> bool:
        """Look at one account; True if it came to a bad end."""
        now = NOON + timedelta(seconds=seconds)
        points.begin(asyncio.create_task(look(account, now, is_thorough=self.is_thorough)))
        assert points.victim is not None
        try:
            await points.victim
        except (asyncio.CancelledError, Killed, NetError):
            if not points.has_struck:
                raise
            return True
        return points.has_struck

    def state(self) -> dict[str, tuple[int, str]]:
        """Everything that must be the same in the end."""
        connection.ensure_connection()
        state = state_in(connection.connection)
        return state | {"actions": digest_of(connection.connection, ACTIONS)}

    def email(self, letter: Letter) -> Email:
        """The email of a letter."""
        return Email._default_manager.get(subject=letter.token)

    def folder(self, name: str) -> Folder:
        """A folder of the account."""
        return Folder.objects.get(account=self.accounts[0], name=name)


def copy_mail(source: Path, target: Path) -> None:
    """Make the target a copy of the source, owners and dates included."""
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
