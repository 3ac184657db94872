"""Our side of a connection: commands that wait, those under way, and the octets of both.

A command goes on the wire as soon as the protocol lets it; an argument that the server must first
invite (a literal, RFC 3501 §4.3) stops the queue until its `+` comes.
"""

from collections import deque
from collections.abc import Iterator
from typing import Final

from postroom.imap.commands.command import Command, Octets, Part, Wire
from postroom.imap.states import AFTER_OK, ALONE, State

_SMALL_LITERAL: Final = 4096


class Pipeline:
    """Iterating yields the commands under way, the oldest first."""

    def __init__(self) -> None:
        self._queue: deque[Command] = deque()
        self._under_way: dict[bytes, Command] = {}
        self._inviting: tuple[Command, list[Part]] | None = None
        self._outgoing: list[bytes] = []
        self._tags = 0

    def __iter__(self) -> Iterator[Command]:
        return iter(self._under_way.values())

    @property
    def is_empty(self) -> bool:
        """Whether no command waits for anything."""
        return not self._under_way and not self._queue

    def state_after(self, state: State) -> State:
        """Return the state once everything sent from `state` on has succeeded."""
        for command in (*self._under_way.values(), *self._queue):
            state = AFTER_OK.get(command.word, state)
        return state

    def put(self, command: Command) -> None:
        """Let a command wait for its turn."""
        self._queue.append(command)

    def say(self, octets: bytes) -> None:
        """Send what is no command: the rest of one."""
        self._outgoing.append(octets)

    def advance(self, wire: Wire) -> None:
        """Put as much of the queue on the wire as may be there now."""
        while self._queue and self._inviting is None:
            if self._under_way and (
                self._queue[0].word in ALONE or any(one.word in ALONE for one in self)
            ):
                return
            self._begin(self._queue.popleft(), wire)

    def accept_invitation(self, wire: Wire) -> bool:
        """Send what the server invites by its `+`; say whether anything waited for that."""
        if self._inviting is None:
            return False
        command, parts = self._inviting
        self._inviting = None
        self._send(command, parts, wire)
        return True

    def find_finished(self, tag: bytes) -> Command | None:
        """Take the command with this tag, which is over; what it had not sent yet it never will."""
        command = self._under_way.pop(tag, None)
        if self._inviting is not None and self._inviting[0] is command:
            self._inviting = None
        return command

    def take_octets(self) -> bytes:
        """Return what must go to the server now, once."""
        octets = b"".join(self._outgoing)
        self._outgoing = []
        return octets

    def _begin(self, command: Command, wire: Wire) -> None:
        parts = command.compose(wire)
        self._tags += 1
        tag = b"A%d" % self._tags
        self._under_way[tag] = command
        self._send(command, [tag + b" ", *parts, b"\r\n"], wire)

    def _send(self, command: Command, parts: list[Part], wire: Wire) -> None:
        for position, part in enumerate(parts):
            if not isinstance(part, Octets):
                self._outgoing.append(part)
                continue
            mark = b"~" if part.binary else b""
            if _may_go_uninvited(part, wire):
                self._outgoing += [b"%b{%d+}\r\n" % (mark, len(part.value)), part.value]
                continue
            self._outgoing.append(b"%b{%d}\r\n" % (mark, len(part.value)))
            self._inviting = (command, [part.value, *parts[position + 1 :]])
            return


def _may_go_uninvited(part: Octets, wire: Wire) -> bool:
    """RFC 7888: LITERAL+ for any size, LITERAL- up to 4096 octets."""
    if "LITERAL+" in wire.capabilities:
        return True
    is_small = len(part.value) <= _SMALL_LITERAL
    return is_small and not wire.capabilities.isdisjoint(("LITERAL-", "IMAP4REV2"))
