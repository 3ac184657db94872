"""Hostile names, ids and words: whatever goes in, one command comes out, or none.

The judge is a reader of its own that counts commands the way a server does. The control shows that
the same values break a client that only quotes.
"""

import re
from collections.abc import Callable

import pytest

from imap.feeding import connected
from postroom.imap.commands.append import Append
from postroom.imap.commands.command import Command
from postroom.imap.commands.fetch import FetchItems, UidFetch
from postroom.imap.commands.mailbox import Examine, Select, StatusCommand
from postroom.imap.commands.relocate import UidCopy, UidMove
from postroom.imap.commands.search import UidSearch, UidSearchPeople
from postroom.imap.commands.session import Id
from postroom.imap.commands.sign_in import Login
from postroom.imap.commands.store import UidStore
from postroom.imap.errors import IllegalCommand
from postroom.imap.limits import Limits
from postroom.imap.states import State
from postroom.imap.uid_set import UidSet

UIDS = UidSet([1])
BREAKS = ["\r\n", "\n", "\r", "\r\n\r\n", "\0", '"', '"\r\n', "\\", '\\"\r\n', "}\r\n", "{3}\r\n",
          "{99+}\r\n", "\u2028", "\u0085", "\x0b", "\x0c", "&AA0ACg-", "&", "%", "*", ")", "(",
          "\ud800", "\U0001f600", "\x7f", " ", "\t", "~{1}\r\n", "é\r\n", "\x1c"]  # fmt: skip
REST = ["A9 LOGOUT", "A9 UID STORE 1:* +FLAGS (x)", '" A9 NOOP', ""]
VALUES = [f"{front}{stop}{rest}" for front in ("", "INBOX", "<id@x>", "x" * 300, "é")
          for stop in BREAKS for rest in REST]  # fmt: skip

PLACES: dict[str, Callable[[str], Command]] = {
    "examine": Examine,
    "select": Select,
    "status": StatusCommand,
    "copy": lambda value: UidCopy(UIDS, value),
    "move": lambda value: UidMove(UIDS, value),
    "append": lambda value: Append(value, b"Subject: x\r\n", frozenset(), None),
    "append a flag": lambda value: Append("x", b"", frozenset({value}), None),
    "store a flag": lambda value: UidStore(UIDS, "+", frozenset({value})),
    "people": lambda value: UidSearchPeople(Limits(), [value], UidSet([1])),
    "search": lambda value: UidSearch(Limits(), message_id=value),
    "fetch a field": lambda value: UidFetch(UIDS, FetchItems(header_fields=(value,))),
    "say who": lambda value: Id({"name": value}),
    "user": lambda value: Login(value, "x"),
    "password": lambda value: Login("x", value),
}
OFFERED = ["LITERAL+", "LITERAL-", "", "LITERAL+ UTF8"]


def count_commands(octets: bytes) -> int:
    """Count commands as a server does: a line that ends in `{n}` goes on after n octets."""
    commands = 0
    while octets:
        line, end, octets = octets.partition(b"\r\n")
        assert end == b"\r\n"
        assert b"\0" not in line
        assert b"\n" not in line
        assert b"\r" not in line
        announced = re.search(rb"\{(\d+)\+?\}$", line)
        if announced:
            octets = octets[int(announced.group(1)) :]
        else:
            commands += 1
    return commands


def send(place: str, value: str, offered: str) -> bytes:
    """Return everything that goes to a server that invites each literal."""
    state = State.NOT_AUTHENTICATED if place in ("user", "password") else State.SELECTED
    connection = connected(f"MOVE ID {offered}", state)
    connection.names.utf8 = "UTF8" in offered
    connection.send(PLACES[place](value))
    octets = connection.data_to_send()
    while re.search(rb"\{\d+\}\r\n\Z", octets):
        list(connection.receive(b"+ go\r\n"))
        more = connection.data_to_send()
        if not more:
            break
        octets += more
    return octets


@pytest.mark.parametrize("place", PLACES)
def test_one_command_or_none(place: str) -> None:
    sent = refused = 0
    for value in VALUES:
        for offered in OFFERED:
            try:
                octets = send(place, value, offered)
            except IllegalCommand:
                refused += 1
                continue
            assert count_commands(octets) == 1, (value, offered, octets)
            sent += 1
    print(f"{place}: {len(VALUES)} hostile values x {len(OFFERED)}, {sent} sent, {refused} refused")
    assert len(VALUES) >= 500
    assert sent + refused == len(VALUES) * len(OFFERED)


def test_the_same_values_break_a_client_that_only_quotes() -> None:
    broken = 0
    for value in VALUES:
        quoted = value.replace("\\", "\\\\").replace('"', '\\"').encode("utf-8", "replace")
        try:
            broken += count_commands(b'A1 EXAMINE "' + quoted + b'"\r\n') != 1
        except AssertionError:
            broken += 1
    print(f"{broken} of {len(VALUES)} values break a client that only quotes")
    assert broken > 100
