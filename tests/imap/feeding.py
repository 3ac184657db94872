"""Feed a connection the ways a network may: whole, octet by octet, with something behind."""

from collections.abc import Iterator

from postroom.imap.commands.command import Command
from postroom.imap.connection import Connection, Event, Unclaimed
from postroom.imap.fetch_response import read_plain_fetch
from postroom.imap.framing import Framer
from postroom.imap.limits import Limits
from postroom.imap.parsing import parse_response
from postroom.imap.responses import FetchedMessage, Response
from postroom.imap.states import State


def ways(octets: bytes) -> Iterator[list[bytes]]:
    """Yield `octets` whole, one at a time, and in two uneven halves."""
    yield [octets]
    yield [octets[i : i + 1] for i in range(len(octets))]
    yield [octets[: len(octets) // 3], octets[len(octets) // 3 :]]


def parse_all(octets: bytes, limits: Limits | None = None) -> list[Response]:
    """Return the responses in `octets`; the same whichever way they come, whatever follows."""
    limits = limits or Limits()
    results = []
    for chunks in ways(octets):
        for trailing in (b"", b"* 99 EXI"):
            for by_short_way in (False, True):
                results.append(list(responses_in([*chunks, trailing], limits, by_short_way)))
    assert all(weighed(result) == weighed(results[0]) for result in results)
    return results[0]


def responses_in(chunks: list[bytes], limits: Limits, by_short_way: bool) -> Iterator[Response]:
    """Yield what is read, also of messages in the plainest shape without the whole grammar."""
    framer = Framer(limits)
    for chunk in chunks:
        framer.feed(chunk)
        while True:
            if by_short_way and (message := framer.take_by(read_plain_fetch)):
                yield message
            elif (frame := framer.next_frame()) is not None:
                yield parse_response(frame, limits)
            else:
                break


def weighed(responses: list[Response]) -> list[tuple[Response, int]]:
    """The responses with what messages are said to weigh, which is no part of being equal."""
    return [(one, one.weight if isinstance(one, FetchedMessage) else 0) for one in responses]


def parse(line: bytes) -> Response:
    """Return the one response in a line."""
    (response,) = parse_all(line + b"\r\n")
    return response


def connected(
    capabilities: str = "IMAP4rev1", state: State = State.SELECTED, limits: Limits | None = None
) -> Connection:
    """Return a connection that was greeted, offers `capabilities` and is in `state`."""
    connection = Connection(limits or Limits())
    list(connection.receive(b"* OK ready\r\n"))
    connection.capabilities = frozenset(capabilities.upper().split())
    connection.state = state
    return connection


def say(connection: Connection, command: Command) -> bytes:
    """Send a command and return what goes to the server."""
    connection.send(command)
    return connection.data_to_send()


def hear(connection: Connection, octets: bytes) -> list[Event]:
    """Return the events in `octets`."""
    return list(connection.receive(octets))


def unclaimed(events: list[Event]) -> list[Response]:
    """Return the responses nobody claimed."""
    return [event.response for event in events if isinstance(event, Unclaimed)]
