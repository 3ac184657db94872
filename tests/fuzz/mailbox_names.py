"""Every mailbox a server names can be opened by the octets it used, and by nothing but a name."""

from collections.abc import Iterator

from postroom.imap.errors import IllegalCommand
from postroom.imap.mailbox_name import INBOX, NAME_MAX, WireNames, decode_utf7, encode_utf7


def seeds() -> Iterator[bytes]:
    """Yield names; the first octet says whether UTF-8 is enabled."""
    for name in (b"INBOX", b"Entw&APw-rfe", b"R&-D", b"&XfJT0ZAB-", b"&2D3eAA-", b"a&", b"&-&AA-"):
        yield b"\0" + name
        yield b"\1" + name
    yield "\1Entwürfe/台北".encode()
    yield b"\1\xff\xfe\r\nA1 LOGOUT"


def check(octets: bytes) -> None:
    """Read a name from the wire and write it again; take it for a person's name as well."""
    names, wire = WireNames(), octets[1:]
    names.utf8 = octets[:1] > b"\x7f" or octets[:1] == b"\1"
    name = names.parse(wire)
    written = compose(names, name)
    if name == INBOX:
        assert wire.upper() == b"INBOX"
    elif written is not None:
        assert written == wire
    check_of_a_person(wire.decode("utf-8", "replace"))


def check_of_a_person(name: str) -> None:
    """A name that a person gives holds no line end on the wire, and comes back."""
    assert decode_utf7(encode_utf7(name)) == name
    for utf8 in (False, True):
        names = WireNames()
        names.utf8 = utf8
        written = compose(names, name)
        if written is None:
            assert not name or len(name) > NAME_MAX or utf8
            continue
        assert not set(written) & set(b"\r\n\0")
        assert names.parse(written) == (INBOX if name.upper() == INBOX else name)


def compose(names: WireNames, name: str) -> bytes | None:
    """Return the octets of a name, or None for what no mailbox can be called."""
    try:
        return names.compose(name)
    except IllegalCommand:
        return None
