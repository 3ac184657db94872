"""Read one response's text; each method is named after a production of RFC 3501 §9.

A method takes what it names and moves on, or raises MalformedResponse. Reading is a little kinder
than the grammar where servers are known to be careless: blanks are optional between tokens.
"""

import re
from datetime import datetime
from functools import lru_cache
from typing import Final, NoReturn

from postroom.imap.errors import LimitExceeded, MalformedResponse
from postroom.imap.framing import Frame, Literal
from postroom.imap.limits import Limits


def token(pattern: bytes) -> re.Pattern[bytes]:
    """Return `pattern` with the blanks that may come before it."""
    return re.compile(rb" *(?:" + pattern + rb")", re.IGNORECASE)


# `]`, `{` and 8-bit octets are let through: servers put them into atoms and flags.
_ATOM: Final = token(rb'([^\x00-\x20()"\x7f]+)')
_NUMBER: Final = token(rb"(\d{1,20})")
_QUOTED: Final = token(rb'"((?:[^"\\\r\n]|\\.)*)"')
_LITERAL: Final = token(rb"~?\{\d+\+?\}")
_NIL: Final = token(rb"NIL(?![^\x00-\x20()])")
_FLAG_LIST: Final = token(rb"\(([^()\"]*)\)")
DATE_TIME: Final = rb'"([ 0-3]?\d)-([A-Za-z]{3})-(\d{4}) (\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)"'
_DATE_TIME: Final = token(DATE_TIME)
_ESCAPED: Final = re.compile(rb"\\(.)")
_MONTHS: Final = {
    name: b"%02d" % number
    for number, name in enumerate(
        b"jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1
    )
}


class Reader:
    """A place in one response's text."""

    __slots__ = ("_literals", "_next_literal", "at", "limits", "text")

    def __init__(self, frame: Frame, limits: Limits) -> None:
        self.text = frame.text
        self.at = 0
        self.limits = limits
        self._literals = frame.literals
        self._next_literal = 0

    @property
    def size(self) -> int:
        """Octets of the whole response that are held here."""
        octets = len(self.text)
        for literal in self._literals:
            if isinstance(literal, bytes):
                octets += len(literal)
        return octets

    def space(self) -> None:
        """Pass over blanks, if any."""
        while self.text.startswith(b" ", self.at):
            self.at += 1

    def at_end(self) -> bool:
        """Whether nothing but blanks is left."""
        self.space()
        return self.at >= len(self.text)

    def accept(self, text: bytes) -> bool:
        """Take `text` if it is next."""
        if not self.text.startswith(text, self.at):
            self.space()
            if not self.text.startswith(text, self.at):
                return False
        self.at += len(text)
        return True

    def expect(self, text: bytes) -> None:
        """Take `text`."""
        if not self.accept(text):
            self.fail(f"{text.decode()} expected")

    def match(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """Take what `pattern`, made by `token`, matches here, if it does."""
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def atom(self) -> bytes:
        """Take an atom."""
        found = self.match(_ATOM)
        return found.group(1) if found else self.fail("atom expected")

    def number(self) -> int:
        """Take a number; RFC 7162 numbers have 63 bits, more are nobody's."""
        found = self.match(_NUMBER)
        return int(found.group(1)) if found else self.fail("number expected")

    def astring(self) -> bytes:
        """Take an atom, a quoted string or a literal."""
        text = self.find_string()
        return self.atom() if text is None else text

    def nstring(self) -> bytes | None:
        """Take a string or NIL."""
        if self.match(_NIL):
            return None
        return self.astring()

    def literal_or_string(self) -> Literal | None:
        """Take a message's text: a literal wherever it was put, a string, or NIL."""
        if self.match(_LITERAL):
            return self.literal()
        return self.nstring()

    def find_string(self) -> bytes | None:
        """Take a quoted string or a literal, if one is next."""
        quoted = self.match(_QUOTED)
        if quoted is not None:
            text = quoted.group(1)
            return _ESCAPED.sub(rb"\1", text) if b"\\" in text else text
        if not self.match(_LITERAL):
            return None
        literal = self.literal()
        return literal if isinstance(literal, bytes) else self.fail("a string this long")

    def flag_list(self) -> frozenset[str]:
        """Take `(\\Seen Work)`."""
        found = self.match(_FLAG_LIST)
        if found is None:
            self.fail("list of flags expected")
        return parse_flags(found.group(1), self.limits)

    def date_time(self) -> datetime | None:
        """Take an internal date; one that no calendar has is None, not an error."""
        found = self.match(_DATE_TIME)
        if found is None:
            self.value()
            return None
        return date_of(*found.groups())

    def value(self, depth: int = 0) -> None:
        """Pass over one value of any shape."""
        if depth > self.limits.depth:
            raise LimitExceeded("depth", self.limits.depth)
        if not self.accept(b"("):
            self.literal_or_string()
            return
        while not self.accept(b")"):
            self.value(depth + 1)

    def rest(self) -> bytes:
        """Take everything that is left."""
        self.space()
        text = self.text[self.at :]
        self.at = len(self.text)
        return text

    def fail(self, reason: str) -> NoReturn:
        """Raise MalformedResponse with the place in the text."""
        raise MalformedResponse(f"{reason} at {self.at} of {self.text[:120]!r}")

    def literal(self) -> Literal:
        """Take the literal whose announcement was just read."""
        if self._next_literal >= len(self._literals):
            self.fail("announced literal is missing")
        self._next_literal += 1
        return self._literals[self._next_literal - 1]


def date_of(
    day: bytes, month: bytes, year: bytes, time: bytes, zone_hour: bytes, zone_minute: bytes
) -> datetime | None:
    """Return the moment that the parts of an internal date name; None if no calendar has it."""
    number = _MONTHS.get(month.lower(), b"00")
    parts = (year, number, day.strip().zfill(2), time, zone_hour, zone_minute)
    try:
        return datetime.fromisoformat((b"%b-%b-%bT%b%b:%b" % parts).decode("ascii"))
    except ValueError:
        return None


def parse_flags(text: bytes, limits: Limits) -> frozenset[str]:
    """Return the words of a list of flags."""
    if len(text) <= 200:
        return _few_flags(text)
    words = text.split()
    if len(words) > limits.words:
        raise LimitExceeded("words", limits.words)
    return frozenset(word.decode("utf-8", "backslashreplace") for word in words)


@lru_cache(maxsize=2048)
def _few_flags(text: bytes) -> frozenset[str]:
    """Return one shared set for each combination: a folder of a million messages has dozens."""
    return frozenset(word.decode("utf-8", "backslashreplace") for word in text.split())
