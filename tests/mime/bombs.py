"""Crafted messages that cost a naive reader minutes, gigabytes or its stack; at most 10 MB each.

By what they are made of; each is made when it is needed.
"""

import base64
from collections.abc import Callable

_MB = 1024 * 1024


def _nested_multiparts(levels: int) -> bytes:
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels)
    )
    return opened + b"\n\nthe innermost text\n"


def _nested_messages(levels: int) -> bytes:
    return b"Content-Type: message/rfc822\n\n" * levels + b"Subject: inmost\n\nhello\n"


def _nested_base64(levels: int) -> bytes:
    message = b"Subject: inmost\n\nhello\n"
    for _ in range(levels):
        head = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
        message = head + base64.encodebytes(message)
    return message


def _field(value: bytes, name: bytes = b"To") -> bytes:
    return name + b": " + value + b"\n\nbody\n"


def _html(page: bytes) -> bytes:
    return b"Content-Type: text/html; charset=utf-8\n\n" + page


def _multipart(body: bytes, kind: bytes = b"mixed", boundary: bytes = b"B") -> bytes:
    return b"Content-Type: multipart/%b; boundary=%b\n\n%b" % (kind, boundary, body)


def _encoded(encoding: bytes, body: bytes, kind: bytes = b"text/plain") -> bytes:
    return b"Content-Type: %b\nContent-Transfer-Encoding: %b\n\n%b" % (kind, encoding, body)


BOMBS: dict[str, Callable[[], bytes]] = {
    "32,000 quotes": lambda: _field(b'"' * 32_000),
    "1,000,000 quotes": lambda: _field(b'"' * _MB),
    "400 open comments": lambda: _field(b"(" * 400),
    "a million open comments": lambda: _field(b"(" * _MB),
    "escaped quotes that never close": lambda: _field(b'"\\' * 500_000),
    "quote, escape, quote": lambda: _field(b'"\\"' * 300_000),
    "angle brackets": lambda: _field(b"<" * _MB),
    "angle pairs": lambda: _field(b"<>" * 500_000),
    "square brackets": lambda: _field(b"[" * _MB + b"@x"),
    "commas": lambda: _field(b"," * _MB),
    "words without an address": lambda: _field(b"a," * 500_000),
    "semicolons and colons": lambda: _field(b":;" * 500_000),
    "at signs": lambda: _field(b"@" * _MB),
    "spaced at signs": lambda: _field(b"a @ " * 250_000),
    "spaces, then nothing": lambda: _field(b"a" + b" " * _MB + b"!"),
    "spaces that fit into a field": lambda: _field(b"a" + b" " * 60_000 + b"!"),
    "spaces and dots that fit": lambda: _field(b" . " * 20_000 + b"!"),
    "colons that fit": lambda: _field(b":" * 60_000 + b"<"),
    "colons and commas that fit": lambda: _field(b":," * 30_000 + b"<"),
    "encoded words that fit": lambda: _field(b"=?a?q?x" * 8_000),
    "brackets and words that fit": lambda: _field(b"<a b@c " * 8_000),
    "quoted words that fit": lambda: _field(b'"a" ' * 15_000 + b"<"),
    "parameters of spaces": lambda: _field(
        b"text/plain; a" + b" " * 60_000 + b"b", b"Content-Type"
    ),
    "parameter names and spaces": lambda: _field(
        b"text/plain; " + (b"a" * 99 + b" " * 500) * 100, b"Content-Type"
    ),
    "500,000 addresses": lambda: _field(b"a@b.c," * 170_000),
    "words between addresses": lambda: _field(b"a <b@c> d " * 100_000),
    "a domain of a megabyte": lambda: _field(b"a@" + b"\xc3\xbc" * 500_000),
    "a domain of many labels": lambda: _field(b"a@" + b"\xc3\xbc." * 300_000 + b"de"),
    "encoded words that never end": lambda: _field(b"=?utf-8?q?" * 100_000, b"Subject"),
    "encoded words that nearly end": lambda: _field(b"=?a?q?x" * 100_000, b"Subject"),
    "empty encoded words": lambda: _field(b"=?utf-8?q??= " * 80_000, b"Subject"),
    "encoded words of many charsets": lambda: _field(
        b"".join(b"=?x%d?q?a?=" % n for n in range(80_000)), b"Subject"
    ),
    "a punycode charset": lambda: _field(b"=?punycode?q?" + b"a-" * 30_000 + b"?=", b"Subject"),
    "question marks": lambda: _field(b"=?" + b"?" * _MB, b"Subject"),
    "references": lambda: _field(b"<a@b> " * 170_000, b"References"),
    "a reference that never closes": lambda: _field(b"<" * _MB, b"References"),
    "a date of digits": lambda: _field(b"1 " * 500_000, b"Date"),
    "a date of commas": lambda: _field(b"Mon" + b" ," * 500_000, b"Date"),
    "parameters": lambda: _field(b"text/plain" + b"; a=b" * 200_000, b"Content-Type"),
    "parameter segments": lambda: _field(
        b"text/plain" + b"".join(b"; a*%d=b" % n for n in range(100_000)), b"Content-Type"
    ),
    "a parameter that never closes": lambda: _field(
        b'text/plain; a="' + b"\\" * _MB, b"Content-Type"
    ),
    "parameter names": lambda: _field(b"text/plain;" + b"a" * _MB, b"Content-Type"),
    "semicolons in a type": lambda: _field(b"text/plain" + b";" * _MB, b"Content-Type"),
    "a header without end": lambda: b"X: y\n" * 2_000_000,
    "a field without end": lambda: b"X: y\n" + b" z\n" * 3_000_000,
    "a line without end": lambda: b"X" * 10 * _MB,
    "blank lines before the header": lambda: b"\r\n" * 5_000_000 + b"Subject: x\n\nbody\n",
    "spaced blank lines": lambda: (b" " * 1000 + b"\n") * 10_000 + b"Subject: x\n\nbody\n",
    "bare carriage returns": lambda: b"X: y\r" * 2_000_000,
    "1,000 nested multiparts": lambda: _nested_multiparts(1_000),
    "100,000 nested multiparts": lambda: _nested_multiparts(100_000),
    "49 nested multiparts around 10 MB": lambda: _nested_multiparts(49) + b"x\n" * 5_000_000,
    "10,000 nested messages": lambda: _nested_messages(10_000),
    "30 messages in base64 in each other": lambda: _nested_base64(30),
    "49 levels of base64 around 1 MB": lambda: _nested_base64(12) + b"A" * _MB,
    "a million parts": lambda: _multipart(b"\n--B\n" * 1_700_000),
    "a million parts with headers": lambda: _multipart(b"--B\nA: b\n\nc\n" * 700_000),
    "look-alike boundaries": lambda: _multipart(b"\n--BC" * 1_700_000),
    "an empty boundary": lambda: _multipart(b"\n--\n" * 2_000_000, boundary=b'""'),
    "a million alternatives": lambda: _multipart(b"--B\n\nc\n" * 1_000_000, b"alternative"),
    "a million files": lambda: _multipart(
        b"--B\nContent-Type: a/b; name=x\n\nc\n" * 250_000, b"related"
    ),
    "open tags": lambda: _html(b"<" * 2 * _MB),
    "open elements": lambda: _html(b"<a " * 700_000),
    "open comments in HTML": lambda: _html(b"<!--" * 500_000),
    "open scripts": lambda: _html(b"<script>" * 250_000),
    "open scripts and styles by turns": lambda: _html(b"<script><style>" * 130_000),
    "nested tables": lambda: _html(b"<table><tr><td>" * 130_000),
    "entities": lambda: _html(b"&amp" * 500_000),
    "ampersands": lambda: _html(b"&" * 2 * _MB),
    "numeric entities": lambda: _html(b"&#" * _MB),
    "long numeric entities": lambda: _html(b"&#" + b"1" * _MB),
    "spaces and tags": lambda: _html(b" <b> " * 400_000),
    "meta elements": lambda: b"Content-Type: text/html\n\n" + b"<meta " * 300_000,
    "10 MB of text": lambda: b"Content-Type: text/plain\n\n" + b"word " * 2_000_000,
    "10 MB of quotes": lambda: b"Content-Type: text/plain\n\n" + b">" * 10 * _MB,
    "10 MB of flowed lines": lambda: (
        b"Content-Type: text/plain; format=flowed\n\n" + b"> a \n" * 2_000_000
    ),
    "10 MB of line ends": lambda: b"Content-Type: text/plain\n\n" + b"\n" * 10 * _MB,
    "a long attribution": lambda: b"\n" + b"on " * 2_000 + b"<" * 2_000 + b":\n",
    "quoted-printable of equals": lambda: _encoded(b"quoted-printable", b"=" * 10 * _MB),
    "quoted-printable of soft breaks": lambda: _encoded(b"quoted-printable", b"=\n" * 5_000_000),
    "base64 of junk lines": lambda: _encoded(b"base64", b"!\n" * 5_000_000),
    "base64 of paddings": lambda: _encoded(b"base64", b"QQ==" * 2_500_000, b"a/b"),
    "base64 of equals": lambda: _encoded(b"base64", b"=" * 10 * _MB, b"a/b"),
    "base64 with junk in every line": lambda: _encoded(b"base64", (b"A" * 60 + b"!\n") * 150_000),
    "uuencoded lines": lambda: _encoded(
        b"x-uuencode", b"begin 644 x\n" + b"!\n" * 5_000_000, b"a/b"
    ),
    "uuencoded lengths": lambda: _encoded(b"x-uuencode", b"begin 644 x\n" + b"M\n" * 5_000_000),
    "uuencoded beginnings": lambda: _encoded(b"x-uuencode", b"begin 644\n" * 1_000_000, b"a/b"),
    "UTF-16 surrogates": lambda: (
        b"Content-Type: text/plain; charset=utf-16-le\n\n" + b"\x00\xd8" * 900_000
    ),
    "UTF-7": lambda: b"Content-Type: text/plain; charset=utf-7\n\n" + b"+2AA-" * 400_000,
    "a report of a million recipients": lambda: _multipart(
        b"--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n"
        + b"\nFinal-Recipient: rfc822; a@b\nAction: failed\n" * 200_000,
        b"report",
    ),
    "a file name of a megabyte": lambda: (
        b"Content-Type: a/b\nContent-Disposition: attachment; filename=" + b"/" * _MB + b"\n\nx"
    ),
    "a file name of dots": lambda: (
        b"Content-Type: a/b\nContent-Disposition: attachment; filename="
        + b". " * 500_000
        + b"\n\nx"
    ),
    "zeros": lambda: b"\0" * 10 * _MB,
    "high bytes": lambda: b"Subject: " + b"\xff" * _MB + b"\n\n" + b"\xff" * _MB,
}
