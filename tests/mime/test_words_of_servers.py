"""What a receiving server and a list wrote into a header: RFC 8601, RFC 2369, RFC 8058."""

import pytest

from postroom.mime import find_authentication, find_unsubscribing, header_fields, list_fields

ONE_CLICK = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"

AUTHENTICATIONS = [
    ("mx.example; dmarc=fail (p=REJECT) header.from=bank.example; spf=pass", ("dmarc",)),
    ("mx.example; spf=fail smtp.mailfrom=x; dkim=none", ("spf",)),
    ("mx.example 1; SPF=softfail; DKIM=fail reason=\"bad; dmarc=pass\"", ("spf", "dkim")),
    ("mx.example; spf=fail; dkim=pass header.d=lists.example", ()),
    ("mx.example; spf=fail; dkim=fail; dmarc=pass", ()),
    ("mx.example; dkim=(a comment; dmarc=fail) pass", ()),
    ("mx.example; dkim=temperror; spf=neutral", ()),
    ("mx.example; none", None),
    ("", None),
    (";;;=;", None),
]  # fmt: skip


@pytest.mark.parametrize(("value", "failed"), AUTHENTICATIONS)
def test_a_failure_is_read_and_nothing_is_praised(
    value: str, failed: tuple[str, ...] | None
) -> None:
    found = find_authentication(header_fields(f"Authentication-Results: {value}\r\n\r\n".encode()))
    assert (found and found.failed) == failed


def test_only_the_topmost_field_counts() -> None:
    """What a sender wrote stands below what the receiving server put on top."""
    of_the_server = "Authentication-Results: mx.example; dmarc=fail\r\n"
    of_the_sender = "Authentication-Results: mx.example; dmarc=pass\r\n"
    found = find_authentication(header_fields(f"{of_the_server}{of_the_sender}\r\n".encode()))
    assert found
    assert found.failed == ("dmarc",)


LISTS = [
    (f"List-Unsubscribe: <https://l.example/u?a=1>\r\n{ONE_CLICK}", "https://l.example/u?a=1", ""),
    ("List-Unsubscribe: <https://l.example/u>\r\n", "", ""),
    ("List-Unsubscribe: <mailto:off@l.example>\r\n", "", "off@l.example"),
    (
        f"List-Unsubscribe: <mailto:off@l.example>,\r\n <https://l.example/>\r\n{ONE_CLICK}",
        "https://l.example/",
        "off@l.example",
    ),
    ("List-Unsubscribe: <mailto:a@l.example,b@l.example?cc=c@l.example>\r\n", "", "a@l.example"),
]


@pytest.mark.parametrize(("header", "one_click", "address"), LISTS)
def test_the_ways_off_a_list(header: str, one_click: str, address: str) -> None:
    ways = find_unsubscribing(header_fields(f"{header}\r\n".encode()))
    assert ways
    assert (ways.one_click, ways.address) == (one_click, address)


@pytest.mark.parametrize(
    "value",
    [
        "http://l.example/u",
        "<http://l.example/u>",
        "<javascript:alert(1)>",
        "<ftp://l.example/>",
        "<https://user:password@l.example/>",
        "<https://[::1>",
        "<mailto:>",
        "<mailto:nobody>",
        "<https://l.exämple/>",
        "",
    ],
)
def test_what_is_no_way_off_a_list(value: str) -> None:
    fields = header_fields(f"List-Unsubscribe: {value}\r\n{ONE_CLICK}\r\n".encode())
    assert find_unsubscribing(fields) is None


def test_an_email_to_a_list_has_no_line_that_the_list_did_not_write() -> None:
    way = "<mailto:off@l.example?subject=off%0D%0ABcc:%20x@x.example&body=a%0Ab>"
    ways = find_unsubscribing(header_fields(f"List-Unsubscribe: {way}\r\n\r\n".encode()))
    assert ways
    assert ways.subject == "off Bcc: x@x.example"
    assert ways.text == "a b"


def test_every_field_is_listed_in_its_place() -> None:
    subject = b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n  all\r\n"
    raw = b"Received: two\r\nRECEIVED: one\r\n" + subject + b"\r\nx: y"
    listed = [(field.name, field.value) for field in list_fields(raw)]
    assert listed == [("Received", "two"), ("RECEIVED", "one"), ("Subject", "Grüße all")]
