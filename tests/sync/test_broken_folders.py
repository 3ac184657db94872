"""A folder that the server cannot open stops no other; what waits for it is done later."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.utils import timezone

from cast import message
from journeys.installation import ALICE, SECRET
from postroom.accounts.models import EmailAccount
from postroom.archive.actions import ask_for
from postroom.archive.models import ActionKind, ActionState, Email
from postroom.archive.moves import ask_to_move
from servers.dovecot import Dovecot, dovecot
from sync.test_actions import connected, folder, letter, on_server, prepare, states, sync

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot({ALICE: SECRET}) as running:
        prepare(running)
        yield running


@pytest.fixture
def account(server: Dovecot) -> EmailAccount:
    return connected(server)


@pytest.mark.parametrize("wish", ["mark", "move"])
def test_what_the_server_cannot_do_now_is_done_later(
    wish: str, server: Dovecot, account: EmailAccount
) -> None:
    with broken(server, ".Archive" if wish == "move" else "."):
        if wish == "mark":
            ask_for(ActionKind.FLAG, letter(), timezone.now())
        else:
            ask_to_move(letter(), folder(account, "Archive"), timezone.now())
        sync(account)
        assert states() == [ActionState.ASKED]
    sync(account)
    assert states() == [ActionState.DONE]
    done = {"INBOX": {r"\Flagged"}} if wish == "mark" else {"Archive": set[str]()}
    assert on_server(server) == done


def test_one_broken_folder_does_not_stop_the_others(server: Dovecot, account: EmailAccount) -> None:
    server.add(ALICE, "INBOX", [message("In the Inbox", from_="a@x.example")])
    server.add(ALICE, "Projects", [message("In Projects", from_="a@x.example")])
    with broken(server, ".Archive"):
        sync(account)
    assert set(Email.objects.values_list("subject", flat=True)) >= {"In the Inbox", "In Projects"}
    assert "dovecot-uidlist" in server.log()


@contextmanager
def broken(server: Dovecot, name: str) -> Iterator[None]:
    """One folder is in a state that Dovecot has no answer to but its own failure."""
    box = server.maildir(ALICE) / name
    kept = [path for path in box.glob("dovecot*") if path.is_file()]
    for path in kept:
        path.rename(path.with_name("kept-" + path.name))
    (box / "dovecot-uidlist").mkdir(mode=0o700)
    yield
    (box / "dovecot-uidlist").rmdir()
    for path in kept:
        path.with_name("kept-" + path.name).rename(path)
