"""One IMAP connection without its socket: octets in, events out; commands in, octets out.

How it works: `send` gives a command to the pipeline, which puts it on the wire when the protocol
lets it. `receive` cuts what came into responses and offers each untagged one to the commands under
way, oldest first; the one whose answer it is keeps it, and what nobody claims is an event.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from postroom.imap.capabilities import ENABLED
from postroom.imap.commands.command import Command, Wire
from postroom.imap.commands.fetch import UidFetch
from postroom.imap.commands.idle import Idle
from postroom.imap.deflate import Deflate
from postroom.imap.errors import IllegalCommand, LimitExceeded, MalformedResponse
from postroom.imap.fetch_response import read_plain_fetch
from postroom.imap.framing import Frame, Framer, OpenLiteral
from postroom.imap.limits import Limits
from postroom.imap.mailbox_name import WireNames
from postroom.imap.parsing import parse_capability_words, parse_response
from postroom.imap.pipeline import Pipeline
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
        self._pipeline = Pipeline()

    @property
    def is_quiet(self) -> bool:
        """Whether no command waits for anything."""
        return self._pipeline.is_empty

    @property
    def is_idle(self) -> bool:
        """Whether the server has nothing to answer but may speak when it likes."""
        return any(isinstance(one, Idle) and one.is_accepted for one in self._pipeline)

    @property
    def awaited_message(self) -> int | None:
        """The UID of the message whose text the server is to give next, if it was asked for one."""
        oldest = next(iter(self._pipeline), None)
        return oldest.first_unanswered if isinstance(oldest, UidFetch) else None

    @property
    def is_amid_message(self) -> bool:
        """Whether the octets of a message that was asked for are still coming."""
        return self._framer.is_amid_message

    def send(self, command: Command) -> None:
        """Queue a command. Raises IllegalCommand in the wrong state or without its extension."""
        expected = self._pipeline.state_after(self.state)
        if expected not in LEGAL[command.word]:
            raise IllegalCommand(f"{command.word.decode()} while {expected.value}")
        self._pipeline.put(command)
        self._advance()

    def send_done(self) -> None:
        """End the IDLE that is under way (RFC 2177 §3)."""
        if not any(isinstance(command, Idle) for command in self._pipeline):
            raise IllegalCommand("DONE without IDLE")
        self._pipeline.say(b"DONE\r\n")

    def data_to_send(self) -> bytes:
        """Return what must go to the server now, once."""
        octets = self._pipeline.take_octets()
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
            if not self.is_due_for_tls and (message := self._framer.take_by(read_plain_fetch)):
                if (event := self._offer(message)) is not None:
                    yield event
                continue
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

    def _advance(self) -> None:
        self._pipeline.advance(Wire(self.capabilities, self.names))
        self._framer.expects_messages = any(
            isinstance(command, UidFetch) and command.items.brings_text
            for command in self._pipeline
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
        for command in self._pipeline:
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
        if self._pipeline.accept_invitation(Wire(self.capabilities, self.names)):
            self._advance()
            return None
        for command in self._pipeline:
            if command.word in ALONE:
                answer = command.answer(text)
                if answer is not None:
                    self._pipeline.say(answer + b"\r\n")
                self._count(None)
                return Unclaimed(response)
        raise MalformedResponse("a continuation nobody waits for")

    def _complete(self, condition: Condition) -> Event | None:
        command = self._pipeline.find_finished(condition.tag or b"")
        if command is None:
            # Seen: a late NO for a command that was answered long ago.
            return self._offer(condition)
        self._unasked = 0
        self.answered += 1
        self._learn_code(condition)
        after = AFTER_OK if condition.kind == "OK" else AFTER_NO
        self.state = after.get(command.word, self.state)
        command.outcome = condition
        if command.word == b"COMPRESS" and condition.kind == "OK":
            self._deflate = Deflate()
            self._deflate.feed(self._framer.take_rest())
        self.is_due_for_tls = command.word == b"STARTTLS" and condition.kind == "OK"
        self._advance()
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
