"""One spelling for one mailbox, whoever wrote it and however."""

import pytest

from postroom.mime import canonical_address, parse_addresses

SAME = {
    "j.doe@example.com": [
        "j.doe@example.com",
        "J.Doe@EXAMPLE.com",
        "  j.doe@example.com\t",
        "<j.doe@example.com>",
        "Jürgen <J.Doe@EXAMPLE.com>",
        '"Doe, Jürgen" <j.doe@example.com>',
        '"j.doe"@example.com',
        "j.doe@example.com.",
        "mailto:j.doe@example.com",
        "j.doe@example.com (Jürgen)",
        "J . Doe @ example . com",
        "'j.doe@example.com'",
        "j.doe@example.com\N{IDEOGRAPHIC FULL STOP}",
        "j.doe@example\N{FULLWIDTH FULL STOP}com",
    ],
    "info@xn--fa-hia.example": ["info@faß.example", "INFO@FAẞ.example"],
    "info@fass.example": ["info@FASS.example"],
    "info@xn--bcher-kva.de": ["info@bücher.de", "INFO@BÜCHER.DE", "info@xn--bcher-kva.de"],
    "jürgen@example.com": ["JÜRGEN@example.com", "ju\u0308rgen@example.com"],
    '"john doe"@example.com': ['"John Doe"@example.com'],
    "a+crm@example.com": ["A+CRM@example.com"],
    "a..b.@docomo.example": ["a..b.@docomo.example"],
}
UNUSABLE = [
    "", " ", "@", "a@", "@b", "a", "a b", "a@b@c", "a@b..c", "a@.b", "<>",
    "undisclosed-recipients:;", "a@b/c", "a@b?c",
    '""@b.c', '" "@b.c', '"\x06"@b.c', "a@" + "b" * 400,
    "a" * 400 + "@b", "a@[",
    "...@b.c", "a@b&c", "a@evil\N{FULLWIDTH COMMERCIAL AT}b.c", "a@\N{ACCOUNT OF}.b",
]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "canonical"), [(w, c) for c, all_ in SAME.items() for w in all_]
)
def test_an_address_has_one_canonical_spelling(written: str, canonical: str) -> None:
    assert canonical_address(written) == canonical
    assert canonical_address(canonical) == canonical


@pytest.mark.parametrize("written", UNUSABLE)
def test_what_no_mail_can_be_sent_to_has_none(written: str) -> None:
    assert canonical_address(written) == ""


def test_line_ends_and_controls_in_an_address_do_not_survive() -> None:
    for hostile in ("a@b.c\r\nBcc: x@y.z", "a\x00@b.c", "a@b.c\x0b", "a\u2028@b.c"):
        assert not set(canonical_address(hostile)) & set("\r\n\0\x0b\u2028 ")


def test_an_address_keeps_how_it_was_written() -> None:
    (address,) = parse_addresses("J. Doe <J.Doe@Bücher.DE>")
    assert (address.name, address.address, address.canonical) == (
        "J. Doe",
        "J.Doe@Bücher.DE",
        "j.doe@xn--bcher-kva.de",
    )
