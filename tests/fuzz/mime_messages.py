"""Every message is read, and each of its attachments can be taken out again."""

from collections.abc import Iterator

from mime.invariants import assert_storable
from mime.nasty_bodies import BODIES
from mime.nasty_headers import HEADERS
from postroom.mime import attachment_content, parse_headers, parse_message, stable_identity


def seeds() -> Iterator[bytes]:
    """Yield the nasty messages, so that the fuzzer need not invent MIME first."""
    for row in HEADERS + BODIES:
        yield row[1][:8192]


def check(octets: bytes) -> None:
    """Read the octets as sync does."""
    message = parse_message(octets)
    assert_storable(message)
    assert len(stable_identity(octets)) == 32
    parse_headers(octets)
    for one in message.attachments[:20]:
        assert len(attachment_content(octets, one.part)) == one.size
