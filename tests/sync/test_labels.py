"""Labels go to the server as keywords and come from there, once; where it keeps none they stay."""

import re

import pytest
from django.utils import timezone

from journeys.installation import ALICE, SECRET
from postroom.accounts.models import EmailAccount
from postroom.archive.actions import ask_for_label
from postroom.archive.arrivals import Flags
from postroom.archive.labels import is_kept_here_alone, label_called, labels_of
from postroom.archive.ledger import set_flags
from postroom.archive.models import Action, ActionState, Email, Folder, Label, ServerCopy
from postroom.archive.moves import ask_to_move
from postroom.association import own_emails
from postroom.sync.keywords import labels_among, would_keep
from servers.dovecot import Dovecot, dovecot
from servers.forgetful import forgetful
from sync.state_hash import row_versions
from sync.test_actions import connected, phone, prepare, sync

pytestmark = pytest.mark.usefixtures("transactional_db")

FLAGS = [
    (("\\Seen", "\\Flagged"), ()),
    (("\\Seen", "Fair", "ask-Bob"), ("ask-Bob", "Fair")),
    (("$label1", "$label5", "$label6"), ("$label1", "$label5")),
    (("$Forwarded", "$MDNSent", "$Junk", "NonJunk", "Junk", "$has_cal"), ()),
    (("Fair", "FAIR", "fair"), ("FAIR",)),
    (("x" * 101, "y" * 100), ("y" * 100,)),
    (tuple(f"k{n:02}" for n in range(30)), tuple(f"k{n:02}" for n in range(20))),
]
KEPT = [
    ((), True),
    (("\\Seen", "\\*"), True),
    (("\\Seen", "fair"), True),
    (("\\Seen", "\\Flagged"), False),
]


def test_which_flags_are_labels_and_which_server_keeps_them() -> None:
    assert [labels_among(flags) for flags, _ in FLAGS] == [right for _, right in FLAGS]
    assert [would_keep(frozenset(told), "Fair") for told, _ in KEPT] == [is_so for _, is_so in KEPT]


def keywords_on(server: Dovecot, folder: str = "INBOX") -> set[str]:
    """The keywords of the letter, as another mail program sees them."""
    with phone(server, folder) as client:
        for number in client.search(None, "SUBJECT", "Letter")[1][0].split():
            answer = client.fetch(number.decode(), "(FLAGS)")[1][0]
            assert isinstance(answer, bytes)
            listed = re.search(r"FLAGS \(([^)]*)\)", answer.decode())
            return {flag for flag in listed[1].split() if flag[0] != "\\"} if listed else set()
    return set()


def set_on_phone(server: Dovecot, sign: str, keyword: str) -> None:
    with phone(server) as client:
        [number] = client.search(None, "SUBJECT", "Letter")[1][0].split()
        client.store(number.decode(), f"{sign}FLAGS", f"({keyword})")


def letter() -> Email:
    return own_emails(EmailAccount.objects.get().owner).get(subject="Letter")


def names() -> list[str]:
    return [label.name for label in labels_of([letter()])[letter().pk]]


def label(name: str, *, is_on: bool = True) -> None:
    ask_for_label(letter(), label_called(letter().account, name), timezone.now(), is_on=is_on)


def test_labels_go_both_ways_and_their_echo_is_no_news(database_url: str) -> None:
    with dovecot({ALICE: SECRET}) as server:
        prepare(server)
        account = connected(server)
        label("Trade fair 2026")
        label("Größe ☃")
        assert names() == ["Größe ☃", "Trade fair 2026"]
        assert keywords_on(server) == set()
        sync(account)
        assert keywords_on(server) == {"Trade_fair_2026", "Groe"}
        assert set(Action.objects.values_list("state", flat=True)) == {ActionState.DONE}
        sync(account)
        before = row_versions(database_url)
        sync(account)
        assert row_versions(database_url) == before

        set_on_phone(server, "+", "$label1")
        set_on_phone(server, "+", "$Forwarded")
        set_on_phone(server, "-", "Groe")
        sync(account)
        assert names() == ["Important", "Trade fair 2026"]
        assert Label.objects.get(keyword="$label1").colour == "red"

        label("important", is_on=False)
        assert names() == ["Trade fair 2026"]
        sync(account)
        assert keywords_on(server) == {"Trade_fair_2026", "$Forwarded"}
        assert not is_kept_here_alone(account)
        # A move takes them along, whoever makes it.
        folder = Folder.objects.get(name="Projects")
        ask_to_move(letter(), folder, timezone.now())
        sync(account)
        sync(account)
        assert names() == ["Trade fair 2026"]
        assert keywords_on(server, "Projects") == {"Trade_fair_2026", "$Forwarded"}


def test_what_is_asked_for_holds_against_what_the_server_does_not_know_yet() -> None:
    with dovecot({ALICE: SECRET}) as server:
        prepare(server)
        account = connected(server)
        label("Mine")
        set_on_phone(server, "+", "Theirs")
        [copy] = ServerCopy.objects.filter(email=letter()).select_related("folder")
        set_flags(copy.folder, {copy.uid: Flags(keywords=("Theirs",))})
        assert names() == ["Mine", "Theirs"]
        label("Mine", is_on=False)
        label("Mine")
        assert Action.objects.count() == 1
        # Done twice, as after a crash, it is there once.
        for _ in range(2):
            Action.objects.update(state=ActionState.ASKED, finished_at=None)
            sync(account)
            assert keywords_on(server) == {"Mine", "Theirs"}
        assert names() == ["Mine", "Theirs"]


def test_where_the_server_keeps_none_they_stay_here_and_it_is_told_nothing() -> None:
    with forgetful({ALICE: SECRET}) as (server, behind):
        prepare(server)
        account = connected(server)
        label("Mine")
        sync(account)
        sync(account)
        assert keywords_on(behind) == set()
        assert set(Action.objects.values_list("state", flat=True)) == {ActionState.DONE}
        assert names() == ["Mine"]
        assert is_kept_here_alone(account)
        # Moved by another program it is the same email, with its label.
        with phone(server) as client:
            [number] = client.search(None, "SUBJECT", "Letter")[1][0].split()
            client.copy(number.decode(), "Projects")
            client.store(number.decode(), "+FLAGS", "\\Deleted")
            client.expunge()
        sync(account)
        sync(account)
        assert names() == ["Mine"]
        assert ServerCopy.objects.filter(email=letter(), keywords=["Mine"]).exists()
