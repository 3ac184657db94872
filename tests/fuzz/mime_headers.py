"""Every header is read, into text that a database takes and a page shows as lines."""

from collections.abc import Iterator

from mime.invariants import assert_line, texts
from mime.nasty_headers import HEADERS
from postroom.mime import canonical_address, parse_addresses, parse_headers, stable_identity
from postroom.mime.limits import MAX_ADDRESS, MAX_ADDRESSES, MAX_NAME, MAX_REFERENCES, MAX_SUBJECT


def seeds() -> Iterator[bytes]:
    """Yield the nasty headers."""
    for _, raw, _ in HEADERS:
        yield raw[:4096]


def check(octets: bytes) -> None:
    """Read a header; read the octets as one field of addresses, too."""
    envelope, again = parse_headers(octets), parse_headers(octets)
    assert envelope == again
    assert len(stable_identity(octets)) == 32
    for text in texts(envelope):
        assert_line(text)
    assert len(envelope.subject) <= MAX_SUBJECT
    assert len(envelope.references) <= MAX_REFERENCES
    people = parse_addresses(octets.decode("utf-8", "replace"))
    assert len(people) <= MAX_ADDRESSES
    for one in people:
        assert len(one.canonical) <= MAX_ADDRESS
        assert len(one.name) <= MAX_NAME
        assert canonical_address(one.canonical) == one.canonical
