"""What is done here is done on the server, once, to the right message, and its echo is no news."""

import asyncio
import imaplib
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from cast import account_of, message
from journeys.installation import ALICE, SECRET
from postroom.accounts.models import Direction, EmailAccount, Security
from postroom.accounts.seals import keep_secret
from postroom.archive.actions import ask_for
from postroom.archive.announce import EMAILS_CHANGED
from postroom.archive.arrivals import Flags
from postroom.archive.ledger import set_flags
from postroom.archive.models import (
    Action,
    ActionKind,
    ActionState,
    Email,
    Folder,
    FolderRole,
    ServerCopy,
)
from postroom.archive.moves import (
    CANNOT_MOVE,
    MoveNotPossible,
    ask_again,
    ask_to_move,
    ask_to_undo,
    sources_for,
)
from postroom.archive.whereabouts import folders_of, leaves
from postroom.sync.actions import carry_out
from postroom.sync.connecting import signed_in
from postroom.sync.progress import Progress, new_run
from postroom.sync.visit import Visit
from postroom.team.models import User
from servers.dovecot import Dovecot, dovecot
from sync.state_hash import row_versions
from torture.visiting import look

pytestmark = pytest.mark.usefixtures("transactional_db")

WITHOUT_MOVE = "IMAP4rev1 LITERAL+ IDLE UIDPLUS NAMESPACE SPECIAL-USE"
FOLDERS = ("Archive", "Trash", "Projects")

Execute = Callable[..., object]


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        prepare(running)
        yield running


@pytest.fixture
def account(server: Dovecot) -> EmailAccount:
    return connected(server)


def connected(server: Dovecot) -> EmailAccount:
    """Her account here, synced once."""
    account = account_of(User.objects.create(email=ALICE))
    account.imap_port = server.port
    account.save()
    sync(account)
    return account


def prepare(server: Dovecot) -> None:
    """Two letters in the Inbox, and the folders that there are in a mailbox."""
    raws = [message(word, from_="a@x.example", to=ALICE) for word in ("Other", "Letter")]
    server.add(ALICE, "INBOX", raws)
    with phone(server) as client:
        for name in FOLDERS:
            client.create(name)


def sync(account: EmailAccount) -> None:
    """One thorough pass."""
    account.refresh_from_db()
    asyncio.run(look(account, timezone.now()))


@contextmanager
def phone(server: Dovecot, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
    """Alice's other mail program."""
    with imaplib.IMAP4(server.host, server.port) as client:
        client.login(ALICE, SECRET)
        client.select(folder)
        yield client


def on_server(server: Dovecot) -> dict[str, set[str]]:
    """Where the letter lies, with its flags there."""
    found = {}
    for folder in ("INBOX", *FOLDERS):
        with phone(server, folder) as client:
            if client.state != "SELECTED":
                continue
            for number in client.search(None, "SUBJECT", "Letter")[1][0].split():
                answer = client.fetch(number.decode(), "(FLAGS)")[1][0]
                assert isinstance(answer, bytes)
                found[folder] = set(re.findall(r"\\(?!Recent)\w+", answer.decode()))
    return found


def letter() -> Email:
    return Email.objects.get(subject="Letter")


def folder(account: EmailAccount, name: str) -> Folder:
    return account.folders.get(name=name)


def places() -> list[str]:
    return [folder.name for folder in folders_of(letter())]


def states() -> list[str]:
    return list(Action.objects.values_list("state", flat=True))


MARKS = {
    ActionKind.FLAG: ({r"\Flagged"}, ActionKind.UNFLAG),
    ActionKind.MARK_ANSWERED: ({r"\Answered"}, ActionKind.MARK_UNANSWERED),
    ActionKind.MARK_READ: ({r"\Seen"}, ActionKind.MARK_UNREAD),
}


@pytest.mark.parametrize("kind", MARKS)
def test_a_mark_is_set_and_taken_away(
    kind: ActionKind, server: Dovecot, account: EmailAccount
) -> None:
    flags, opposite = MARKS[kind]
    ask_for(kind, letter(), timezone.now())
    sync(account)
    assert on_server(server) == {"INBOX": flags}
    ask_for(opposite, letter(), timezone.now())
    sync(account)
    assert on_server(server) == {"INBOX": set()}
    assert states() == [ActionState.DONE]


def test_of_two_wishes_about_one_mark_the_last_counts(
    server: Dovecot, account: EmailAccount
) -> None:
    for kind in (ActionKind.FLAG, ActionKind.MARK_READ, ActionKind.UNFLAG, ActionKind.FLAG):
        ask_for(kind, letter(), timezone.now())
    assert Action.objects.count() == 2
    sync(account)
    assert on_server(server) == {"INBOX": {r"\Flagged", r"\Seen"}}


def test_a_move_is_in_the_ledger_at_once_and_its_echo_is_no_news(
    server: Dovecot, account: EmailAccount, database_url: str
) -> None:
    ask_to_move(letter(), folder(account, "Archive"), timezone.now())
    assert places() == ["Archive"]
    with closing(psycopg.connect(database_url, autocommit=True)) as page:
        page.execute(f"LISTEN {EMAILS_CHANGED}")
        sync(account)
        heard = list(page.notifies(timeout=0.5))
    assert on_server(server) == {"Archive": set()}
    assert len(heard) == 1  # That the server knows now; of what it tells back, nothing.
    assert places() == ["Archive"]
    assert letter().removed_at is None
    sync(account)
    before = row_versions(database_url)
    sync(account)
    assert row_versions(database_url) == before


def test_a_move_made_while_one_looks_is_never_shown_as_not_made(account: EmailAccount) -> None:
    sync_once = iter([sync])

    def made_meanwhile(execute: Execute, *question: object) -> object:
        """The engine makes the move after the first question of the page."""
        answer = execute(*question)
        for make in sync_once:
            make(account)
        return answer

    ask_to_move(letter(), folder(account, "Archive"), timezone.now())
    email = letter()
    with connection.execute_wrapper(made_meanwhile):
        assert [folder.name for folder in folders_of(email)] == ["Archive"]
    assert states() == [ActionState.DONE]


def test_mail_thrown_away_is_put_back_out_of_a_folder_that_is_not_synced(
    server: Dovecot, account: EmailAccount
) -> None:
    assert not folder(account, "Trash").is_synced
    ask_for(ActionKind.FLAG, letter(), timezone.now())
    ask_to_move(letter(), folder(account, "Trash"), timezone.now())
    assert letter().removed_at is not None
    for _ in range(2):
        sync(account)
        assert on_server(server) == {"Trash": {r"\Flagged"}}
        assert places() == ["Trash"]
        assert letter().removed_at is not None
    ask_to_undo(letter(), timezone.now())
    assert letter().removed_at is None
    sync(account)
    assert on_server(server) == {"INBOX": {r"\Flagged"}}
    assert (places(), letter().is_flagged, letter().removed_at) == (["INBOX"], True, None)


def test_moves_are_made_in_their_order(server: Dovecot, account: EmailAccount) -> None:
    for name in ("Trash", "INBOX", "Projects", "Archive"):
        ask_to_move(letter(), folder(account, name), timezone.now())
    assert places() == ["Archive"]
    sync(account)
    assert on_server(server) == {"Archive": set()}
    assert states() == [ActionState.DONE] * 4


def test_a_server_that_cannot_move_is_asked_for_nothing() -> None:
    with dovecot({ALICE: SECRET}, capability=WITHOUT_MOVE) as server:
        prepare(server)
        account = connected(server)
        with pytest.raises(MoveNotPossible, match="cannot move mail safely"):
            ask_to_move(letter(), folder(account, "Archive"), timezone.now())
        EmailAccount.objects.update(capabilities=[])  # Not known yet: met while moving.
        ask_to_move(letter(), folder(account, "Archive"), timezone.now())
        sync(account)
        assert Action.objects.get().refusal == CANNOT_MOVE
        assert (places(), on_server(server)) == (["INBOX"], {"INBOX": set()})


def test_what_is_refused_is_shown_again_as_the_server_has_it_and_tried_again(
    server: Dovecot, account: EmailAccount
) -> None:
    Folder.objects.filter(name="Projects").update(is_synced=False)
    ask_to_move(letter(), folder(account, "Projects"), timezone.now())
    assert letter().removed_at is not None
    with phone(server) as client:
        client.delete("Projects")
    sync(account)
    refused = Action.objects.get()
    assert (refused.state, letter().removed_at) == (ActionState.REFUSED, None)
    assert "“Projects” is no longer on the mail server" in refused.refusal
    with pytest.raises(MoveNotPossible, match="no longer on the mail server"):
        ask_again(refused, timezone.now())
    with pytest.raises(MoveNotPossible, match="no move to undo"):
        ask_to_undo(letter(), timezone.now())
    with phone(server) as client:
        client.create("Projects")
    sync(account)
    ask_again(Action.objects.get(), timezone.now())
    sync(account)
    assert on_server(server) == {"Projects": set()}


def test_another_program_was_faster(server: Dovecot, account: EmailAccount) -> None:
    ask_to_move(letter(), folder(account, "Archive"), timezone.now())
    ask_for(ActionKind.FLAG, letter(), timezone.now())
    with phone(server) as client:
        number = client.search(None, "SUBJECT", "Letter")[1][0].decode()
        client.copy(number, "Projects")
        client.store(number, "+FLAGS", "\\Deleted")
        client.expunge()
    sync(account)
    move = Action.objects.get(kind=ActionKind.MOVE)
    assert "no longer in “INBOX”: another program moved it" in move.refusal
    sync(account)
    assert on_server(server) == {"Projects": {r"\Flagged"}}
    assert states() == [ActionState.REFUSED, ActionState.DONE]


def test_a_folder_renamed_meanwhile_is_moved_out_of(server: Dovecot, account: EmailAccount) -> None:
    ask_to_move(letter(), folder(account, "Projects"), timezone.now())
    sync(account)
    ask_to_move(letter(), folder(account, "Archive"), timezone.now())
    with phone(server) as client:
        client.rename("Projects", "Older")
    for _ in range(2):
        sync(account)
    assert on_server(server) == {"Archive": set()}
    assert states() == [ActionState.DONE] * 2


def test_a_uid_that_stands_for_another_message_is_not_touched(
    server: Dovecot, account: EmailAccount
) -> None:
    """The folder is made anew with the letters the other way round, and no pass has seen it."""
    ask_to_move(letter(), folder(account, "Projects"), timezone.now())
    sync(account)
    old_uid = letter().copies.get(gone_at=None).uid
    with phone(server, "Projects") as client:
        raw = client.fetch("1", "(RFC822)")[1][0][1]
        client.close()
        client.delete("Projects")
    stranger = message("Stranger", from_="b@x.example", to=ALICE)
    server.add(ALICE, "Projects", [stranger, raw])
    ask_for(ActionKind.FLAG, letter(), timezone.now())
    sync(account)
    with phone(server, "Projects") as client:
        flagged = client.uid("SEARCH", "FLAGGED")[1][0].split()
        subjects = client.uid("FETCH", flagged[0].decode(), "BODY.PEEK[HEADER.FIELDS (SUBJECT)]")
        # The control: the UID that was known is the stranger's now.
        known = client.uid("FETCH", str(old_uid), "BODY.PEEK[HEADER.FIELDS (SUBJECT)]")
    assert b"Stranger" in known[1][0][1]
    assert len(flagged) == 1
    assert b"Letter" in subjects[1][0][1]


def test_a_mark_that_waits_protects_itself_and_no_other(
    server: Dovecot, account: EmailAccount
) -> None:
    """Asked for in the midst of a pass, which tells what the server had a moment ago."""
    ask_for(ActionKind.MARK_READ, letter(), timezone.now())
    copy = letter().copies.get()
    told = {copy.uid: Flags(is_seen=False, is_flagged=True, is_answered=False)}
    set_flags(copy.folder, told)
    assert (letter().is_read, letter().is_flagged) == (True, True)
    # The control: once the server was told, its word is taken.
    Action.objects.update(state=ActionState.DONE)
    set_flags(copy.folder, told)
    assert (letter().is_read, letter().is_flagged) == (False, True)


ROLES = [FolderRole[name] for name in ("INBOX", "ALL", "SENT", "ARCHIVE", "TRASH", "OTHER")]
INBOX, ALL, SENT, ARCHIVE, TRASH, LABEL = (
    Folder(pk=number, name=role, role=role) for number, role in enumerate(ROLES, start=1)
)


@pytest.mark.parametrize(
    ("target", "lying", "moved"),
    [
        (ARCHIVE, [INBOX], [INBOX]),
        (ARCHIVE, [INBOX, SENT], [INBOX]),
        (ARCHIVE, [SENT], [SENT]),
        (ARCHIVE, [ARCHIVE], []),
        (ALL, [INBOX, ALL], [INBOX]),
        (ALL, [ALL], []),
        (TRASH, [INBOX, ALL], [INBOX, ALL]),
        (TRASH, [LABEL, SENT], [LABEL, SENT]),
        (INBOX, [TRASH], [TRASH]),
        (LABEL, [INBOX, ALL], [INBOX]),
    ],
)
def test_from_where_an_email_is_moved(
    target: Folder, lying: list[Folder], moved: list[Folder]
) -> None:
    assert sources_for(target, lying) == moved


def test_mail_stays_in_all_mail_until_it_is_thrown_away() -> None:
    assert not leaves(ALL, INBOX)
    assert leaves(ALL, TRASH)
    assert leaves(INBOX, ALL)


@pytest.mark.parametrize("wish", ["mark", "move"])
def test_a_folder_that_is_listed_and_never_opened_ends_the_waiting(
    wish: str, account: EmailAccount
) -> None:
    account.imap_security = Security.NONE
    account.save()
    keep_secret(account, Direction.INCOMING, SECRET)
    email = Email.objects.get(subject="Letter")
    closed = Folder.objects.create(account=account, name="Closed", uidvalidity=1)
    ServerCopy.objects.filter(email=email).delete()
    ServerCopy.objects.create(email=email, folder=closed, uidvalidity=1, uid=1)
    if wish == "mark":
        action = ask_for(ActionKind.FLAG, email, timezone.now())
    else:
        [action] = ask_to_move(email, account.folders.get(name="Archive"), timezone.now())

    carry_out_after(account, timedelta())
    action.refresh_from_db()
    assert action.state == ActionState.ASKED
    carry_out_after(account, timedelta(minutes=11))
    action.refresh_from_db()
    assert action.state == ActionState.REFUSED
    assert action.refusal.startswith("The mail server lists “Closed” and does not open it")


def carry_out_after(account: EmailAccount, later: timedelta) -> None:
    """Tell the server what waits, so much later."""

    async def tell() -> None:
        async with signed_in(account, timezone.now) as client:
            progress = Progress(new_run(account, timezone.now()))
            await carry_out(Visit(account, client, lambda: timezone.now() + later, progress))

    asyncio.run(tell())
