"""One IMAP connection without its socket: octets in, events out; commands in, octets out.

How it works: `send` queues a command and puts as much of the queue on the wire as the protocol
allows. Commands are pipelined; an argument that the server must first invite (a literal, a SASL
answer) stops the queue until its `+` comes. `receive` cuts what came into responses and offers each
untagged one to the commands under way, oldest first; the one whose answer it is keeps it, and what
nobody claims is an event.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from postroom.imap.capabilities import ENABLED
from postroom.imap.commands.command import Command, Octets, Part, Wire
from postroom.imap.commands.fetch import UidFetch
from postroom.imap.commands.idle import Idle
from postroom.imap.deflate import Deflate
from postroom.imap.errors import IllegalCommand, LimitExceeded, MalformedResponse
from postroom.imap.framing import Frame, Framer, OpenLiteral
from postroom.imap.limits import Limits
from postroom.imap.mailbox_name import WireNames
from postroom.imap.parsing import parse_capability_words, parse_response
from postroom.imap.responses import (
    CapabilityList,
    Condition,
    Continuation,
    Enabled,
    FetchedMessage,
    Found,
    Listed,
    Response,
    StatusOf,
    Vanished,
)
from postroom.imap.states import AFTER_NO, AFTER_OK, ALONE, LEGAL, State

_SMALL_LITERAL: Final = 4096
_BULKY: Final = (FetchedMessage, Listed, StatusOf, Found, Vanished)


@dataclass(frozen=True, slots=True)
class Greeting:
    """The server's first line."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Completed:
    """A command has its tagged answer, in `command.outcome`."""

    command: Command


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """A response that answers none of our commands."""

    response: Response


Event = Greeting | Completed | Unclaimed


class Connection:
    """The protocol's state; every attribute is to be read, `send` and `receive` change them."""

    def __init__(self, limits: Limits, open_literal: OpenLiteral | None = None) -> None:
        self.limits = limits
        self.state = State.GREETING
        self.capabilities: frozenset[str] = frozenset()
        self.enabled: frozenset[str] = frozenset()
        self.names = WireNames()
        self.is_due_for_tls = False
        self.has_more = False
        self.answered = 0
        self._unasked = 0
        self._deflate: Deflate | None = None
        self._open_literal = open_literal
        self._framer = self._new_framer()
        self._queue: deque[Command] = deque()
        self._under_way: dict[bytes, Command] = {}
        self._inviting: tuple[Command, list[Part]] | None = None
        self._outgoing: list[bytes] = []
        self._tags = 0

    @property
    def is_quiet(self) -> bool:
        """Whether no command waits for anything."""
        return not self._under_way and not self._queue

    @property
    def is_idle(self) -> bool:
        """Whether the server has nothing to answer but may speak when it likes."""
        return any(isinstance(c, Idle) and c.is_accepted for c in self._under_way.values())

    @property
    def is_amid_message(self) -> bool:
        """Whether the octets of a message that was asked for are still coming."""
        return self._framer.is_amid_message

    def send(self, command: Command) -> None:
        """Queue a command. Raises IllegalCommand in the wrong state or without its extension."""
        expected = self._state_expected()
        if expected not in LEGAL[command.word]:
            raise IllegalCommand(f"{command.word.decode()} while {expected.value}")
        self._queue.append(command)
        self._send_queue()

    def send_done(self) -> None:
        """End the IDLE that is under way (RFC 2177 §3)."""
        if not any(isinstance(command, Idle) for command in self._under_way.values()):
            raise IllegalCommand("DONE without IDLE")
        self._outgoing.append(b"DONE\r\n")

    def data_to_send(self) -> bytes:
        """Return what must go to the server now, once."""
        octets = b"".join(self._outgoing)
        self._outgoing = []
        return self._deflate.deflate(octets) if self._deflate and octets else octets

    def receive(self, octets: bytes) -> Iterator[Event]:
        """Take octets and yield what they mean; commands take their answers meanwhile.

        Raises MalformedResponse or LimitExceeded; the connection is then of no more use.
        """
        self.feed(octets)
        while self.has_more:
            yield from self.events()

    def feed(self, octets: bytes) -> None:
        """Take octets as they came; `events` says what they mean."""
        (self._deflate or self._framer).feed(octets)
        self.has_more = True

    def events(self) -> Iterator[Event]:
        """Yield the events of one turn; `has_more` says whether to come again.

        Others share the event loop, so no server may have more than a turn of it.
        """
        text = 0
        for _ in range(self.limits.turn):
            if text > self.limits.turn_text:
                return
            frame = self._next_frame()
            if frame is not None:
                text += len(frame.text)
                event = self._event_for(parse_response(frame, self.limits))
                if event is not None:
                    yield event
            elif not self._inflate():
                self.has_more = False
                return

    def begin_tls(self) -> None:
        """Forget everything heard in the clear; call between STARTTLS's OK and the handshake.

        What a stranger put on the wire before TLS is never read as if it came under it: `receive`
        already refused octets after that OK.
        """
        self.is_due_for_tls = False
        self._framer = self._new_framer()
        self.capabilities = frozenset()
        self.enabled = frozenset()
        self.names = WireNames()

    def _new_framer(self) -> Framer:
        framer = Framer(self.limits, self._open_literal)
        framer.expects_messages = False
        return framer

    def _state_expected(self) -> State:
        """Return the state once everything sent before has succeeded."""
        state = self.state
        for command in (*self._under_way.values(), *self._queue):
            state = AFTER_OK.get(command.word, state)
        return state

    def _send_queue(self) -> None:
        while self._queue and self._inviting is None:
            if self._under_way and (
                self._queue[0].word in ALONE
                or any(command.word in ALONE for command in self._under_way.values())
            ):
                return
            self._begin(self._queue.popleft())

    def _begin(self, command: Command) -> None:
        parts = command.compose(Wire(self.capabilities, self.names))
        self._tags += 1
        tag = b"A%d" % self._tags
        self._under_way[tag] = command
        self._expect_messages()
        self._send_parts(command, [tag + b" ", *parts, b"\r\n"])

    def _send_parts(self, command: Command, parts: list[Part]) -> None:
        for position, part in enumerate(parts):
            if not isinstance(part, Octets):
                self._outgoing.append(part)
                continue
            mark = b"~" if part.binary else b""
            if self._may_send_uninvited(part):
                self._outgoing += [b"%b{%d+}\r\n" % (mark, len(part.value)), part.value]
                continue
            self._outgoing.append(b"%b{%d}\r\n" % (mark, len(part.value)))
            self._inviting = (command, [part.value, *parts[position + 1 :]])
            return

    def _may_send_uninvited(self, part: Octets) -> bool:
        """RFC 7888: LITERAL+ for any size, LITERAL- up to 4096 octets."""
        if "LITERAL+" in self.capabilities:
            return True
        small = not self.capabilities.isdisjoint(("LITERAL-", "IMAP4REV2"))
        return small and len(part.value) <= _SMALL_LITERAL

    def _expect_messages(self) -> None:
        self._framer.expects_messages = any(
            isinstance(command, UidFetch) and command.items.brings_text
            for command in self._under_way.values()
        )

    def _next_frame(self) -> Frame | None:
        if not self.is_due_for_tls:
            return self._framer.next_frame()
        if not self._framer.is_empty:
            raise MalformedResponse("octets between STARTTLS and TLS")
        return None

    def _inflate(self) -> bool:
        """Inflate one more piece, if there is one; say whether there was."""
        if self._deflate is None or not self._deflate.has_more:
            return False
        self._framer.feed(self._deflate.inflate())
        return True

    def _event_for(self, response: Response) -> Event | None:
        if self.state is State.GREETING:
            return self._greet(response)
        # The one response that comes by the million goes the shortest way.
        if isinstance(response, FetchedMessage):
            return self._offer(response)
        match response:
            case Continuation(text):
                return self._go_on(text, response)
            case Condition(tag=bytes()):
                return self._complete(response)
        self._learn(response)
        return self._offer(response)

    def _offer(self, response: Response) -> Event | None:
        for command in self._under_way.values():
            if command.take(response):
                self._count(response)
                return None
        self._count(None)
        return Unclaimed(response)

    def _count(self, taken: Response | None) -> None:
        """Commands bound how many answers of a bulky kind they take; of the rest few make sense."""
        if isinstance(taken, _BULKY):
            self._unasked = 0
            self.answered += 1
            return
        self._unasked += 1
        if self._unasked > self.limits.unasked:
            raise LimitExceeded("unasked", self.limits.unasked)

    def _greet(self, response: Response) -> Event:
        if not isinstance(response, Condition) or response.tag is not None:
            raise MalformedResponse("no greeting")
        states = {"OK": State.NOT_AUTHENTICATED, "PREAUTH": State.AUTHENTICATED}
        self.state = states.get(response.kind, State.LOGOUT)
        self._learn_code(response)
        return Greeting(response)

    def _go_on(self, text: bytes, response: Continuation) -> Event | None:
        if self._inviting is not None:
            command, parts = self._inviting
            self._inviting = None
            self._send_parts(command, parts)
            self._send_queue()
            return None
        for command in self._under_way.values():
            if command.word in ALONE:
                answer = command.answer(text)
                if answer is not None:
                    self._outgoing.append(answer + b"\r\n")
                self._count(None)
                return Unclaimed(response)
        raise MalformedResponse("a continuation nobody waits for")

    def _complete(self, condition: Condition) -> Event | None:
        command = self._under_way.pop(condition.tag or b"", None)
        if command is None:
            # Seen: a late NO for a command that was answered long ago.
            return self._offer(condition)
        self._unasked = 0
        self.answered += 1
        self._expect_messages()
        if self._inviting is not None and self._inviting[0] is command:
            self._inviting = None
        self._learn_code(condition)
        after = AFTER_OK if condition.kind == "OK" else AFTER_NO
        self.state = after.get(command.word, self.state)
        command.outcome = condition
        if command.word == b"COMPRESS" and condition.kind == "OK":
            self._deflate = Deflate()
            self._deflate.feed(self._framer.take_rest())
        self.is_due_for_tls = command.word == b"STARTTLS" and condition.kind == "OK"
        self._send_queue()
        return Completed(command)

    def _learn(self, response: Response) -> None:
        match response:
            case CapabilityList(names):
                self.capabilities = names
            case Enabled(names):
                self.enabled |= names & ENABLED
                self.names.utf8 = "UTF8=ACCEPT" in self.enabled
            case Condition(kind="BYE"):
                self.state = State.LOGOUT
            case Condition():
                self._learn_code(response)

    def _learn_code(self, condition: Condition) -> None:
        if condition.code is not None and condition.code.name == "CAPABILITY":
            self.capabilities = parse_capability_words(condition.code.argument, self.limits)
