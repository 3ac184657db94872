"""Alice's mailbox from three sides: what is delivered, what her phone does, what Postroom knows."""

import imaplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from journeys.installation import ALICE, SECRET, Installation, kill, stop
from journeys.waiting import seconds_until
from postroom.accounts.models import EmailAccount, Security
from postroom.archive.models import Email
from postroom.engine.starting import start_keeping
from postroom.setup import AccountRequest, ServerAddress, connect_account
from postroom.team.models import User
from servers.dovecot import DOVECOT, Dovecot

IMPATIENT = (sys.executable, str(Path(__file__).with_name("impatient.py")))
NUMBERS = count(1)


@dataclass(slots=True)
class KeptMailbox:
    """The account, its server, and the installation whose engines keep it."""

    server: Dovecot
    postroom: Installation
    account: EmailAccount
    restarted: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    @classmethod
    def connected(cls, server: Dovecot, postroom: Installation) -> "KeptMailbox":
        """Connect the mailbox, with one email in it."""
        where = ServerAddress(server.host, server.port, Security.NONE)
        alice = User.objects.create_user(ALICE)
        account = connect_account(
            AccountRequest(owner=alice, address=ALICE, imap=where, password=SECRET)
        )
        start_keeping(account)
        mailbox = cls(server, postroom, account)
        mailbox.deliver("First")
        return mailbox

    @contextmanager
    def engine(self) -> "Iterator[subprocess.Popen[bytes]]":
        """Run an engine that waits for nothing long, until we leave."""
        process = subprocess.Popen(
            [*IMPATIENT, "engine"],
            env=self.postroom.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            stop(process)

    def deliver(self, subject: str, folder: str = "INBOX") -> None:
        """Put an email into a folder behind everybody's back."""
        message = (
            f"Message-ID: <{next(NUMBERS)}@example.net>\r\nSubject: {subject}\r\n\r\nHello\r\n"
        )
        self.server.add(ALICE, folder, [message.encode()])

    def email(self, subject: str) -> Email | None:
        """The email with this subject, once it is recorded."""
        return Email._default_manager.filter(subject=subject).first()

    def wait_for(self, subject: str, limit: float) -> float:
        """Wait for an email to be recorded; the seconds it took."""
        return seconds_until(lambda: self.email(subject), limit)

    def flags_on_server(self, subject: str) -> str:
        """What another client sees of an email's flags."""
        with self.phone() as phone:
            _, found = phone.search(None, "SUBJECT", f'"{subject}"')
            _, answer = phone.fetch(found[0].split()[0].decode(), "(FLAGS)")
        return str(answer[0])

    def set_flags(self, subject: str, flags: str) -> None:
        """Change flags as another client does."""
        with self.phone() as phone:
            _, found = phone.search(None, "SUBJECT", f'"{subject}"')
            phone.store(found[0].split()[0].decode(), "+FLAGS", flags)

    @contextmanager
    def phone(self) -> Iterator[imaplib.IMAP4]:
        """Another client, signed in and in the Inbox."""
        with imaplib.IMAP4(self.server.host, self.server.port) as client:
            client.login(ALICE, SECRET)
            client.select()
            yield client

    def sign_ins_refused(self) -> int:
        """How often somebody came with a wrong password."""
        return self.server.log().count("auth failed, 1 attempts")

    def trouble(self) -> str:
        """What the account last met."""
        self.account.refresh_from_db()
        return self.account.trouble

    def switch_off(self) -> None:
        """End the servers that were started again."""
        for server in self.restarted:
            kill(server)

    @contextmanager
    def server_away(self) -> Iterator[None]:
        """Cut the server's power, and switch it on again when we leave."""
        self.server.kill()
        yield
        assert DOVECOT is not None
        command = [DOVECOT, "-F", "-c", str(self.server.directory / "dovecot.conf")]
        self.restarted.append(
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )
