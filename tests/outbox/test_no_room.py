"""A mailbox that is full takes no copy and no draft: it is said, tried again, and none is lost."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from cast import NOON, folder_of, message
from outbox.conftest import SECRET
from outbox.outgoing import LENA
from postroom.accounts.models import Direction, EmailAccount, KeepSent
from postroom.accounts.seals import keep_secret
from postroom.archive.models import Folder, FolderRole
from postroom.outbox.copies import Kept
from postroom.outbox.draft_copies import AGAIN_AFTER, LEFT_FOR, see_to_drafts_of
from postroom.outbox.drafts import Written, keep, senders_of
from postroom.outbox.handing_over import COPY_WAIT, keep_copy_of
from postroom.outbox.models import DraftCopy, OutgoingEmail, OutgoingState
from servers.dovecot import Dovecot, dovecot

ALICE = "alice@example.com"
QUOTA = """
mail_plugins = quota
protocol imap {
  mail_plugins = quota imap_quota
}
plugin {
  quota = maildir:User quota
  quota_rule = *:bytes=20000
}
"""


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}, extra=QUOTA) as running:
        running.add(ALICE, "INBOX", [message("Much", body="x" * 20_000)])
        for name in ("Sent", "Drafts", "Trash"):
            running.add(ALICE, name, [])
        yield running


@pytest.fixture
def mailbox(account: EmailAccount, server: Dovecot) -> EmailAccount:
    """Alice's mailbox on the server, with all its folders."""
    account.imap_port, account.imap_security, account.smtp_host = server.port, "none", "x.example"
    account.keep_sent = KeepSent.ALWAYS
    account.save()
    keep_secret(account, Direction.INCOMING, SECRET)
    roles = {"Sent": FolderRole.SENT, "Drafts": FolderRole.DRAFTS, "Trash": FolderRole.TRASH}
    for name, role in roles.items():
        Folder.objects.filter(pk=folder_of(account, name).pk).update(role=role, is_synced=False)
    return account


def make_room(server: Dovecot) -> None:
    """Their owner throws much away."""
    for path in (server.maildir(ALICE) / "cur").iterdir():
        path.unlink()
    (server.maildir(ALICE) / "maildirsize").unlink(missing_ok=True)


def begun(account: EmailAccount) -> OutgoingEmail:
    """A draft of Alice's."""
    key = uuid4()
    written = Written(senders_of(account.owner)[0], to=LENA, subject="Offer", text="Dear Lena")
    keep(account.owner, key, written, (), NOON)
    return OutgoingEmail.objects.get(key=key)


def test_a_copy_that_finds_no_room_is_kept_later(mailbox: EmailAccount, server: Dovecot) -> None:
    sent = begun(mailbox)
    OutgoingEmail.objects.update(
        state=OutgoingState.SENT, raw=message("Offer"), copy_due_at=NOON, changed_at=NOON
    )
    keep_copy_of(sent.pk, lambda: NOON)
    sent.refresh_from_db()
    assert "no room" in sent.copy_note
    assert sent.copy_due_at == NOON + COPY_WAIT
    make_room(server)
    keep_copy_of(sent.pk, lambda: NOON)
    sent.refresh_from_db()
    assert (sent.copy_note, sent.copy_due_at) == (Kept.ADDED.value, None)
    assert len(in_folder(server, "Sent")) == 1


def test_a_draft_that_finds_no_room_stays_here_and_lies_there_later(
    mailbox: EmailAccount, server: Dovecot
) -> None:
    draft, left = begun(mailbox), NOON + LEFT_FOR + timedelta(seconds=1)
    see_to_drafts_of(mailbox.pk, lambda: left)
    assert not DraftCopy.objects.filter(kept_at__isnull=False).exists()
    assert in_folder(server, "Drafts") == []
    draft.refresh_from_db()
    assert draft.state == OutgoingState.DRAFT
    make_room(server)
    later = left + AGAIN_AFTER + timedelta(seconds=1)
    see_to_drafts_of(mailbox.pk, lambda: later)
    assert len(in_folder(server, "Drafts")) == 1


def in_folder(server: Dovecot, name: str) -> list[str]:
    """The files of a folder's messages."""
    box = server.maildir(ALICE) / f".{name}"
    return [path.name for part in ("cur", "new") for path in (box / part).iterdir()]
