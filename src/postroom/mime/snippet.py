"""The line under the subject: what the writer says, without what they quote or sign with."""

import re
from collections.abc import Iterator

from postroom.mime.encoded_words import one_line
from postroom.mime.limits import MAX_SNIPPET

LOOKED_AT = 8_192
_LONG_LINE = 120
_LONGEST_LINE = 2 * MAX_SNIPPET
_ATTRIBUTION = re.compile(
    r"(?:on|am|le|el|il|em|op|den|dne|dnia|w dniu)\b.{0,150}\d.{0,150}:\Z"
    r"|.{0,200}\b(?:wrote|writes|said|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev)"
    r"\s?:\Z"
    r"|.{0,100}<[^<>\s]+@[^<>\s]+>.{0,40}:\Z",
    re.IGNORECASE,
)
_QUOTED_MESSAGE = re.compile(
    r"-{2,}\s*(?:original message|ursprüngliche nachricht|message d'origine|mensaje original"
    r"|messaggio originale|forwarded message|forwarded by).{0,100}\Z|_{20,}\Z",
    re.IGNORECASE,
)
_ORNAMENT = re.compile(r"[\W_]+\Z")


def snippet_of(text: str) -> str:
    """Return one line of at most 200 characters; quoted words only if there are no others."""
    lines = text[:LOOKED_AT].split("\n")
    said = " ".join(_own_lines(lines)) or " ".join(line.lstrip("> ") for line in lines)
    said = one_line(said)
    if len(said) <= MAX_SNIPPET:
        return said
    cut = said[: MAX_SNIPPET - 1]
    return (cut.rpartition(" ")[0] or cut)[: MAX_SNIPPET - 1] + "…"


def _own_lines(lines: list[str]) -> Iterator[str]:
    size = 0
    for number, written in enumerate(lines):
        line = one_line(written[:_LONGEST_LINE])
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if line == "--" or (_QUOTED_MESSAGE.match(line) and size):
            return
        if (
            not line
            or line[0] in ">|"
            or _ORNAMENT.match(line)
            or _introduces_quote(line, following)
        ):
            continue
        yield line
        size += len(line)
        if size > MAX_SNIPPET:
            return


def _introduces_quote(line: str, following: str) -> bool:
    """Tell whether a line, or it and the next, is `On …, Alice wrote:` above a quotation."""
    after = following[:_LONG_LINE].rstrip()
    if line[-1] == ":":
        return _ATTRIBUTION.match(line) is not None
    broken = after.endswith(":") and len(line) < _LONG_LINE
    return broken and _ATTRIBUTION.match(f"{line} {after}") is not None
