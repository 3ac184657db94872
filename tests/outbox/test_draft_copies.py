"""A draft that was left lies in the mailbox's Drafts; versions that are superseded go to Trash, and
nothing is ever removed from the server."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from unittest import mock
from uuid import UUID, uuid4

import pytest

from cast import NOON, folder_of, user
from outbox.conftest import SECRET
from outbox.outgoing import LENA
from postroom.accounts.members import add_member
from postroom.accounts.models import Direction, EmailAccount
from postroom.accounts.seals import keep_secret
from postroom.archive.models import Folder, FolderRole
from postroom.mime import parse_message
from postroom.outbox import draft_copies
from postroom.outbox.draft_copies import LEFT_FOR, accounts_with_drafts, see_to_drafts_of
from postroom.outbox.drafts import Written, discard, keep, senders_of
from postroom.outbox.holding import call_back, send
from postroom.outbox.models import ComposeSettings, DraftCopy, OutgoingEmail
from servers.dovecot import Dovecot, dovecot

ALICE = "alice@example.com"


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        running.add(ALICE, "Drafts", [])
        running.add(ALICE, "Trash", [])
        yield running


@pytest.fixture
def mailbox(account: EmailAccount, server: Dovecot) -> EmailAccount:
    """Alice's mailbox on the server, whose Drafts and Trash are known and not synced."""
    account.imap_port, account.imap_security, account.smtp_host = server.port, "none", "x.example"
    account.save()
    keep_secret(account, Direction.INCOMING, SECRET)
    for name, role in (("Drafts", FolderRole.DRAFTS), ("Trash", FolderRole.TRASH)):
        Folder.objects.filter(pk=folder_of(account, name).pk).update(role=role, is_synced=False)
    return account


def written(
    account: EmailAccount, text: str, now: datetime = NOON, key: UUID | None = None
) -> OutgoingEmail:
    """A draft of Alice's as she left it."""
    words = Written(senders_of(account.owner)[0], to=f"{LENA}, unfin", subject="Offer", text=text)
    return keep(account.owner, key or uuid4(), words, (), now)


def look(account: EmailAccount, now: datetime) -> None:
    """What the engine does now and then."""
    for pk in accounts_with_drafts(now):
        see_to_drafts_of(pk, lambda: now)


def texts(server: Dovecot, folder: str) -> list[str]:
    """What lies in a folder of the server."""
    place = server.maildir(ALICE) / f".{folder}"
    files = [file for part in ("cur", "new") for file in (place / part).glob("*")]
    return sorted((parse_message(file.read_bytes()).text or "").strip() for file in files)


def test_a_draft_that_was_left_is_in_the_mailbox_once_and_marked_as_one(
    server: Dovecot, mailbox: EmailAccount
) -> None:
    written(mailbox, "one")
    look(mailbox, NOON + LEFT_FOR - timedelta(seconds=1))
    assert texts(server, "Drafts") == []
    for _ in range(3):
        look(mailbox, NOON + LEFT_FOR)
    assert texts(server, "Drafts") == ["one"]
    [file] = (server.maildir(ALICE) / ".Drafts" / "cur").iterdir()
    assert {"D", "S"} <= set(file.name.rpartition(",")[2])
    read = parse_message(file.read_bytes())
    assert [one.canonical for one in read.envelope.to] == ["lena@customer.example"]


def test_a_newer_version_takes_its_place_and_the_older_one_is_in_trash(
    server: Dovecot, mailbox: EmailAccount
) -> None:
    draft = written(mailbox, "one")
    look(mailbox, NOON + LEFT_FOR)
    later = NOON + timedelta(hours=1)
    written(mailbox, "two", later, draft.key)
    look(mailbox, later)
    assert (texts(server, "Drafts"), texts(server, "Trash")) == (["one"], [])
    look(mailbox, later + LEFT_FOR)
    assert (texts(server, "Drafts"), texts(server, "Trash")) == (["two"], ["one"])


@pytest.mark.parametrize("how", ["sent", "discarded"])
def test_sent_or_discarded_it_leaves_drafts_and_is_in_trash(
    how: str, server: Dovecot, mailbox: EmailAccount
) -> None:
    draft = written(mailbox, "one")
    look(mailbox, NOON + LEFT_FOR)
    OutgoingEmail.objects.update(to=LENA)
    leave = {"sent": lambda: send(mailbox.owner, draft.key, NOON + LEFT_FOR),
             "discarded": lambda: discard(mailbox.owner, draft.key)}  # fmt: skip
    leave[how]()
    look(mailbox, NOON + LEFT_FOR)
    assert (texts(server, "Drafts"), texts(server, "Trash")) == ([], ["one"])
    assert not DraftCopy.objects.exists()
    if how == "sent":
        back = NOON + timedelta(hours=1)
        assert call_back(mailbox.owner, draft.key, back)
        look(mailbox, back + LEFT_FOR)
        assert (texts(server, "Drafts"), texts(server, "Trash")) == (["one"], ["one"])


def test_what_another_program_made_of_it_is_not_ours_to_move(
    server: Dovecot, mailbox: EmailAccount
) -> None:
    draft = written(mailbox, "one")
    look(mailbox, NOON + LEFT_FOR)
    [file] = (server.maildir(ALICE) / ".Drafts" / "cur").iterdir()
    _, _, theirs = file.read_bytes().partition(b"\n")  # Without our own header field.
    file.unlink()
    server.add(ALICE, "Drafts", [theirs.replace(b"one", b"theirs")])
    discard(mailbox.owner, draft.key)
    look(mailbox, NOON + LEFT_FOR)
    assert (texts(server, "Drafts"), texts(server, "Trash")) == (["theirs"], [])


def test_killed_after_the_server_took_it_there_is_one(
    server: Dovecot, mailbox: EmailAccount
) -> None:
    class Killed(BaseException):
        pass

    written(mailbox, "one")
    real = draft_copies.visit

    async def dying(*arguments: object) -> bool:
        await real(*arguments)  # type: ignore[arg-type]
        raise Killed

    with mock.patch.object(draft_copies, "visit", dying), pytest.raises(Killed):
        look(mailbox, NOON + LEFT_FOR)
    assert texts(server, "Drafts") == ["one"]
    look(mailbox, NOON + timedelta(hours=1))
    assert texts(server, "Drafts") == ["one"]
    assert DraftCopy.objects.get().kept_at


UNWANTED = {
    "switched off": lambda account: ComposeSettings.objects.create(
        user=account.owner, keeps_drafts=False
    ),
    "a team": lambda account: add_member(account, user("Bob"), None, NOON),
    "synced": lambda account: account.folders.filter(name="Drafts").update(is_synced=True),
    "no Trash": lambda account: account.folders.filter(name="Trash").delete(),
    "paused": lambda account: EmailAccount.objects.update(activation="paused"),
    "refused": lambda account: EmailAccount.objects.update(trouble="sign_in_refused"),
}


@pytest.mark.parametrize("case", UNWANTED)
def test_where_it_is_unwanted_or_could_not_leave_it_is_not_put(
    case: str, server: Dovecot, mailbox: EmailAccount
) -> None:
    UNWANTED[case](mailbox)
    written(mailbox, "one")
    look(mailbox, NOON + LEFT_FOR)
    assert texts(server, "Drafts") == []


def test_a_server_that_cannot_be_reached_is_asked_again_later_and_not_at_once(
    server: Dovecot, mailbox: EmailAccount
) -> None:
    port = mailbox.imap_port
    EmailAccount.objects.update(imap_port=1)
    written(mailbox, "one")
    look(mailbox, NOON + LEFT_FOR)
    EmailAccount.objects.update(imap_port=port)
    assert accounts_with_drafts(NOON + LEFT_FOR + timedelta(minutes=1)) == []
    look(mailbox, NOON + timedelta(hours=1))
    assert texts(server, "Drafts") == ["one"]
