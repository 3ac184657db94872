"""Any address field to names and addresses, in one pass.

The grammar of RFC 5322 §3.4 with §4.4 is the easy half; the other half is what senders write:
`Doe, John <a@b>` without quotes, lists with `;`, quotes that never close, `"a@b"` alone,
`John a@b`, `mailto:`. Every character is looked at a bounded number of times, however the field is
built, and nothing recurses.
"""

import re

from postroom.mime.encoded_words import decode_words, one_line
from postroom.mime.limits import MAX_NAME

Mailbox = tuple[str, str]

_TOKEN = re.compile(
    r"""
      (?P<word>   =\?[^?\s]{1,100}\?[bBqQ]\?[^?\s]{0,2000}\?= )
    | (?P<quoted> "(?:[^"\\]|\\.)*+" )
    | (?P<angle>  <[^<>]*+>? )
    | (?P<space>  \s++ )
    | (?P<atom>   = | (?:[^\s"(<>,;:\[\]=]|\[[^\[\]\s,]*+\]?|\]|=(?!\?))++ )
    | (?P<mark>   . )
    """,
    re.VERBOSE | re.DOTALL,
)
_PARENTHESIS = re.compile(r"\\.|[()]", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SPACE = re.compile(r"\s+")
_COMMENT = re.compile(r"\([^()]*\)")
_AROUND_AT = re.compile(r" (?=[@.] )|(?<= [@.]) ")


def scan_mailboxes(value: str, limit: int) -> list[Mailbox]:
    """Return (name, address) for every mailbox of the field, at most `limit`."""
    return _Scanner(_AROUND_AT.sub("", one_line(value)), limit).scan()


class _Scanner:
    """The state between two separators: words seen, the angle address, comments."""

    def __init__(self, value: str, limit: int) -> None:
        self.value = value
        self.limit = limit
        self.last_semicolon = value.rfind(";")
        self.found: list[Mailbox] = []
        self.carried = ""
        self._begin()

    def scan(self) -> list[Mailbox]:
        """Walk the tokens of the field."""
        end = 0
        while end < len(self.value) and len(self.found) < self.limit:
            token = _TOKEN.match(self.value, end)
            if token is None:
                break
            end = self._take(token)
        self._finish("")
        return self.found[: self.limit]

    def _begin(self) -> None:
        self.words: list[str] = []
        self.comments: list[str] = []
        self.angle: str | None = None

    def _take(self, token: re.Match[str]) -> int:
        kind, text = token.lastgroup, token[0]
        if kind == "mark":
            return self._take_mark(text, token.start())
        if kind == "angle":
            if self.angle is not None:
                self._finish(",")
            self.angle = text
        elif kind == "space":
            self.words.append(" ")
        else:
            self._take_word(text, quoted=kind == "quoted")
        return token.end()

    def _take_word(self, text: str, *, quoted: bool) -> None:
        if self.angle is not None and "@" in self.angle:
            # `<a@b> <c@d>` and `<a@b> c@d` are two mailboxes that lack their comma.
            self._finish(",")
        glued = text[0] == "@" and self.words and self.words[-1][0] == '"'
        if glued:
            self.words[-1] += text
        else:
            self.words.append(text)

    def _take_mark(self, mark: str, start: int) -> int:
        if mark == "(":
            return self._take_comment(start + 1)
        if mark in ",;":
            self._finish(mark)
        elif mark == ":":
            self._take_colon(start)
        elif mark == '"':
            # A quote that never closes; further ones cannot close either, so they are dropped.
            self.value = self.value[:start] + self.value[start:].replace('"', " ")
            return start
        return start + 1

    def _take_colon(self, start: int) -> None:
        """Open a group; or, in `Re: offer <a@b>` where none is closed, go on with the name."""
        item = self.value[start : start + MAX_NAME].partition(",")[0]
        if "<" in item and self.last_semicolon < start:
            self.words.append(":")
        else:
            self._begin()
            self.carried = ""

    def _take_comment(self, start: int) -> int:
        depth, end = 1, len(self.value)
        for found in _PARENTHESIS.finditer(self.value, start):
            depth += {"(": 1, ")": -1}.get(found[0], 0)
            if not depth:
                end = found.start()
                break
        self.comments.append(_ESCAPE.sub(r"\1", self.value[start:end]))
        return end + 1

    def _finish(self, separator: str) -> None:
        mailboxes = self._mailboxes()
        phrase = self._name(self.words)
        self._begin_after(mailboxes, phrase, separator)
        self.found += mailboxes
        self._begin()

    def _begin_after(self, mailboxes: list[Mailbox], phrase: str, separator: str) -> None:
        """Carry `Doe` of `Doe, John <a@b>` on; a phrase that meets no address stands alone."""
        if mailboxes and self.carried:
            name, spec = mailboxes[0]
            if self.angle is not None and name:
                mailboxes[0] = (f"{self.carried}, {name}", spec)
            else:
                self.found.append((self.carried, ""))
            self.carried = ""
        elif not mailboxes and phrase:
            phrase = f"{self.carried}, {phrase}" if self.carried else phrase
            self.carried = phrase
        if self.carried and separator != ",":
            self.found.append((self.carried, ""))
            self.carried = ""

    def _mailboxes(self) -> list[Mailbox]:
        if self.angle is not None and "@" in self.angle:
            return [(self._name(self.words), clean_spec(self.angle))]
        specs = [word for word in self.words if is_spec(word)]
        if specs:
            name = self._name([word for word in self.words if not is_spec(word)])
            return [(name if len(specs) == 1 else "", clean_spec(spec)) for spec in specs]
        if self.angle is not None:
            spec = clean_spec(self.angle)
            return [(self._name(self.words), spec)] if spec or self.words else []
        return self._hidden()

    def _hidden(self) -> list[Mailbox]:
        """Find the address in `"John <a@b>"` or in an encoded word, where nothing else is one."""
        for word in self.words:
            text = one_line(decode_words(_unquoted(word)))
            if text != word and "@" in text:
                name, _, spec = text.rpartition("<")
                if is_spec(spec.rstrip("> ")):
                    return [(name, clean_spec(spec))]
        return []

    def _name(self, words: list[str]) -> str:
        name = _SPACE.sub(" ", "".join(map(_unquoted, words))).strip()
        comment = " ".join(self.comments).strip()
        if name and comment:
            return f"{name} ({comment})"
        return name or comment


def is_spec(word: str) -> bool:
    """Tell whether a word is an address rather than part of a name."""
    local, at, domain = word.rpartition("@")
    return bool(at and local and domain) and (local[0] != '"' or local[-1] == '"')


def clean_spec(spec: str) -> str:
    """Return the address without brackets, route, `mailto:`, comments and loose quotes."""
    spec = _COMMENT.sub("", spec.strip("<> \t\r\n"))
    if spec.startswith("@") and ":" in spec:
        spec = spec.rpartition(":")[2]
    if spec[:7].lower() == "mailto:":
        spec = spec[7:]
    if spec[:1] != '"':
        spec = "".join(spec.split()).replace('"', "")
    return spec.strip("'`") if spec[:1] in "'`" else spec


def _unquoted(word: str) -> str:
    if len(word) > 1 and word[0] == '"' == word[-1]:
        return _ESCAPE.sub(r"\1", word[1:-1])
    return word
