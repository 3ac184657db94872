"""Mailbox names both ways, and nothing but names out of hostile ones."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.imap.errors import IllegalCommand
from postroom.imap.mailbox_name import WireNames, decode_utf7, encode_utf7


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("Entwürfe", b"Entw&APw-rfe"),
        ("R&D", b"R&-D"),
        ("~peter/mail/台北/日本語", b"~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ("已发送", b"&XfJT0ZAB-"),
        ("😀", b"&2D3eAA-"),
        ("a\r\nb", b"a&AA0ACg-b"),
    ],
)
def test_it_speaks_modified_utf7(name: str, wire: bytes) -> None:
    assert encode_utf7(name) == wire
    assert decode_utf7(wire) == name


@given(st.text())
def test_every_name_comes_back(name: str) -> None:
    assert decode_utf7(encode_utf7(name)) == name


@given(st.binary())
def test_odd_octets_can_be_opened_again(wire: bytes) -> None:
    names = WireNames()
    name = names.parse(wire)
    if wire and wire.upper() != b"INBOX":
        assert names.compose(name) == wire


def test_inbox_has_one_spelling() -> None:
    assert WireNames().parse(b"inbox") == "INBOX"


def test_utf8_names_go_as_they_are_and_hold_no_controls() -> None:
    names = WireNames()
    names.utf8 = True
    assert names.compose("Entwürfe") == "Entwürfe".encode()
    for hostile in ("a\r\nb", "a\0b", "a\x7fb"):
        with pytest.raises(IllegalCommand):
            names.compose(hostile)


def test_a_name_has_a_length() -> None:
    for name in ("", "x" * 1001):
        with pytest.raises(IllegalCommand):
            WireNames().compose(name)


@pytest.mark.parametrize("octets", [b"&", b"&a", b"&-&", b"\xff"])
def test_a_name_is_read_in_time_with_its_length(octets: bytes) -> None:
    wire = octets * (2**17 // len(octets))
    begun = process_time()
    assert WireNames().parse(wire)
    assert process_time() - begun < 3  # Each `&` looked at from each before it: half a minute.
