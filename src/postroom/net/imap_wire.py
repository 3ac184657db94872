"""One IMAP connection on its socket: moves octets, keeps time, wakes who waits.

Reading stops while more than `Limits.waiting` octets of fetched messages wait for their consumer,
unless somebody waits for an answer that is not there yet.
"""

import asyncio
import ssl
from typing import Final

from postroom.imap.commands.command import Command
from postroom.imap.commands.fetch import UidFetch
from postroom.imap.connection import Connection, Event, Greeting, Unclaimed
from postroom.imap.errors import ImapError, LimitExceeded
from postroom.imap.framing import OpenLiteral
from postroom.imap.limits import Limits
from postroom.imap.responses import Condition
from postroom.imap.states import State
from postroom.net.errors import (
    ConnectionLost,
    NetError,
    NotAnImapServer,
    ProtocolViolation,
    TlsFailed,
    TooManyFolders,
)
from postroom.net.first_words import error_for_silence, first_words, unfinished_greeting
from postroom.net.notices import Notices
from postroom.net.refusals import error_for_goodbye
from postroom.net.server import Server
from postroom.net.tls import hold_enough, hold_little, tls_error

_PROGRESS_OCTETS: Final = 16 * 1024
# Of a greeting that is none: enough to tell what else answers there.
_FIRST_OCTETS: Final = 300
_CHATTER_OCTETS: Final = 64 * 1024
OF_A_LISTING: Final = ("mailboxes", "listing")
# Seconds for an octet's way from the kernel to us, which asyncio has spent before we are called.
_RECEIVING: Final = 0.5e-9


class ImapWire(asyncio.Protocol):
    """The asyncio side of a `postroom.imap.connection.Connection`."""

    def __init__(
        self, server: Server, limits: Limits, open_literal: OpenLiteral | None = None
    ) -> None:
        self.server = server
        self.limits = limits
        self.connection = Connection(limits, open_literal)
        self.greeting: Condition | None = None
        self.notices = Notices(limits)
        self.error: NetError | None = None
        self.octets_received = 0
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._waiters: set[asyncio.Future[None]] = set()
        self._fetches: set[UidFetch] = set()
        self._is_paused = False
        self._is_full = False
        self._is_resting = False
        self._starving = 0
        self._progress_at = self._loop.time()
        self._octets_since = 0
        self._octets_unanswered = 0
        self._watch: asyncio.TimerHandle | None = None
        self._goodbye: Condition | None = None
        self._first = b""

    # What the client asks.

    def send(self, command: Command) -> None:
        """Put a command on the wire. Raises NetError when there is no wire any more."""
        self.check()
        if self.connection.is_quiet:
            self._note_progress()
        self.connection.send(command)
        if isinstance(command, UidFetch):
            self._fetches.add(command)
        self.flush()
        self._keep_watch()

    def check(self) -> None:
        """Raise the error that ended this connection, if one did."""
        if self.error is not None:
            raise self.error

    def flush(self) -> None:
        """Send what the connection wants sent."""
        octets = self.connection.data_to_send()
        if octets and self._transport is not None:
            self._transport.write(octets)

    async def completed(self, command: Command) -> Condition:
        """Wait for a command's tagged answer."""
        while command.outcome is None:
            await self.activity()
        return command.outcome

    async def activity(self) -> None:
        """Wait until the server said something. Raises NetError when it never will."""
        self.check()
        waiter = self._loop.create_future()
        self._waiters.add(waiter)
        self._starving += 1
        self._adjust_reading()
        try:
            await waiter
        finally:
            self._starving -= 1
            self._waiters.discard(waiter)
        self.check()

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Put TLS around the connection and forget what was said before."""
        transport = self._transport
        if transport is None:
            raise ConnectionLost(self.server)
        self.connection.begin_tls()
        self.notices.clear()
        try:
            # start_tls itself resumes reading, under TLS.
            self._is_paused = False
            self._transport = await self._loop.start_tls(
                transport,
                self,
                context,
                server_hostname=self.server.host.strip(),
                ssl_handshake_timeout=self.limits.tls_seconds,
                ssl_shutdown_timeout=self.limits.goodbye_seconds,
            )
        except OSError as error:
            self.fail(tls_error(error, self.server))
        self.check()
        if self._transport is None:
            raise TlsFailed(self.server)

    def taken(self, command: UidFetch, weight: int) -> None:
        """Note that a consumer took a message of `weight` octets."""
        command.weight -= weight
        if self._is_paused:
            self._adjust_reading()

    def abandon(self, command: UidFetch) -> None:
        """Throw away what a fetch still brings: nobody waits for it."""
        command.is_abandoned = True
        command.arrived.clear()
        command.weight = 0
        if not self._loop.is_closed():
            self._loop.call_soon(self._adjust_reading)

    def listens(self, *, only: bool) -> None:
        """Hold as little as can be while nothing but notices is to come."""
        (hold_little if only else hold_enough)(self._transport)

    def fail(self, error: NetError) -> None:
        """End the connection at once, for this reason."""
        if self.error is None:
            self.error = error
        if self._transport is not None:
            self._transport.abort()
        self._stop_watch()
        self._wake()

    # What asyncio tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        if self.error is not None:
            return
        self.octets_received += len(data)
        if self.greeting is None:
            self._first = (self._first + data)[:_FIRST_OCTETS]
        began = self._loop.time() - _RECEIVING * len(data)
        self.connection.feed(data)
        self._octets_since += len(data)
        self._octets_unanswered += len(data)
        if self._octets_since >= _PROGRESS_OCTETS and self.connection.is_amid_message:
            self._note_progress()
        # While we rest, asyncio may still hand over what it had read already.
        if not self._is_resting:
            self._work(began)

    def _work_on(self) -> None:
        self._is_resting = False
        if self.error is not None:
            return
        if self.connection.has_more:
            self._work(self._loop.time())
        else:
            self._adjust_reading()

    def _work(self, began: float) -> None:
        """Take one turn at what came; the rest waits until others had theirs."""
        answered = self.connection.answered
        try:
            for event in self.connection.events():
                self._keep(event)
        except ImapError as error:
            is_listing = isinstance(error, LimitExceeded) and error.limit in OF_A_LISTING
            self.fail(TooManyFolders(self.server) if is_listing else self._violation(str(error)))
            return
        is_answered = self.connection.answered > answered
        if is_answered:
            self._note_progress()
            self._octets_unanswered = 0
        elif self._octets_unanswered > self.limits.skipped_message:
            self.fail(self._violation("octets without an answer"))
            return
        if not is_answered and self._is_flooded:
            self._rest(self.limits.rest * (self._loop.time() - began))
        elif self.connection.has_more:
            self._rest(0)
        self.flush()
        self._adjust_reading()
        self._wake()

    @property
    def _is_flooded(self) -> bool:
        """Whether the server talks on, and not of what it was asked."""
        is_much = self.connection.has_more or self._octets_unanswered > _CHATTER_OCTETS
        return is_much and not self.connection.is_amid_message

    def _rest(self, seconds: float) -> None:
        """Let others work, and go on after that."""
        self._is_resting = True
        if seconds:
            self._loop.call_later(seconds, self._work_on)
        else:
            self._loop.call_soon(self._work_on)

    def eof_received(self) -> None:
        """Close our side too."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell everyone who waits."""
        self._transport = None
        if self.error is None:
            server = self.server
            if self._goodbye is not None:
                self.error = error_for_goodbye(self._goodbye, server)
            elif self.greeting is None:
                self.error = unfinished_greeting(server, self._first)
            else:
                self.error = ConnectionLost(server)
        self._stop_watch()
        self._wake()

    def _keep(self, event: Event) -> None:
        match event:
            case Greeting(condition):
                self._note_progress()
                self.greeting = condition
            case Unclaimed(Condition(kind="BYE") as condition):
                self._goodbye = condition
            case Unclaimed(response) if self.connection.state is State.SELECTED:
                self.notices.keep(response)

    def _violation(self, reason: str) -> NetError:
        server = self.server
        if self.greeting is None:
            return NotAnImapServer(server, first_words(self._first))
        error = ProtocolViolation(server)
        error.add_note(reason)
        return error

    def silence(self) -> NetError:
        """Return what it means that no greeting came in time."""
        return error_for_silence(self.server, self._first)

    @property
    def tls_version(self) -> str:
        """What protects the connection, such as TLSv1.3; empty if nothing does."""
        tls = self._transport.get_extra_info("ssl_object") if self._transport else None
        return tls.version() or "" if tls else ""

    def _wake(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _adjust_reading(self) -> None:
        if self._transport is None:
            return
        self._fetches = {one for one in self._fetches if one.weight or one.outcome is None}
        waiting = sum(command.weight for command in self._fetches)
        is_full = waiting > self.limits.waiting and not self._starving
        if self._is_full and not is_full:
            self._note_progress()
        self._is_full = is_full
        pause = is_full or self._is_resting or self.connection.is_due_for_tls
        if pause and not self._is_paused:
            self._transport.pause_reading()
        elif not pause and self._is_paused:
            self._transport.resume_reading()
        self._is_paused = pause

    def _note_progress(self) -> None:
        self._progress_at = self._loop.time()
        self._octets_since = 0

    def _keep_watch(self) -> None:
        if self._watch is None:
            pause = self.limits.silence_seconds / 4
            self._watch = self._loop.call_later(pause, self._look_for_silence)

    def _look_for_silence(self) -> None:
        self._watch = None
        if self.connection.is_quiet or self.error is not None:
            return
        silent = self._loop.time() - self._progress_at
        if silent < self.limits.silence_seconds or self._is_full or self.connection.is_idle:
            self._keep_watch()
            return
        self.fail(ConnectionLost(self.server))

    def _stop_watch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
