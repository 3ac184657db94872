"""Reads the conversations of the demo, which are written as one plays a scene.

A file holds threads; a thread starts with `== Subject`, each message with a line such as
`@ 204d 09:12 aoi > maya cc ken [room-plan.pdf] !flagged`, its text follows until the next one.
Who is left out is understood: mail goes to Maya, and Maya answers whom she heard last.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_NAME = r"[a-z]+(?:@old)?"
_NAMES = rf"{_NAME}(?:, {_NAME})*"
_OPENING = re.compile(
    rf"@ (?:(?P<moment>\d+d \d\d:\d\d|\d+[hm]) )?(?P<who>{_NAME})"
    rf"(?: > (?P<to>{_NAMES}))?(?: cc (?P<cc>{_NAMES}))?"
    r"(?: \[(?P<enclosures>[^\]]+)\])?(?P<marks>(?: ![a-z]+)*)"
)


@dataclass(frozen=True)
class Line:
    """One message of a conversation, as it stands in the script."""

    moment: str
    who: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    enclosures: tuple[str, ...]
    marks: frozenset[str]
    text: str


@dataclass
class Thread:
    """A conversation; `goes_on` tells that it continues one that has begun elsewhere."""

    subject: str
    goes_on: bool = False
    folder: str = ""
    lines: list[Line] = field(default_factory=list)


def parse_script(text: str) -> list[Thread]:
    """Read all threads of a file, in its order."""
    blocks = re.split(r"^== ", text, flags=re.MULTILINE)[1:]
    return [_parse_thread(block) for block in blocks]


def _parse_thread(block: str) -> Thread:
    heading, *parts = re.split(r"^(?=@ )", block, flags=re.MULTILINE)
    subject, *options = heading.strip().splitlines()
    thread = Thread(subject.removeprefix("+ "), goes_on=subject.startswith("+ "))
    for option in filter(None, options):
        thread.folder = option.removeprefix("folder ")
    thread.lines.extend(_parse_lines(parts))
    return thread


def _parse_lines(parts: list[str]) -> Iterator[Line]:
    heard = "maya"
    for part in parts:
        line = _parse_line(part, heard)
        heard = line.who if line.who != "maya" else heard
        yield line


def _parse_line(part: str, heard: str) -> Line:
    opening, _, text = part.partition("\n")
    match = _OPENING.fullmatch(opening.strip())
    if match is None:
        raise ValueError(f"Not a message: {opening!r}")
    who = match["who"]
    understood = (heard,) if who == "maya" else ("maya",)
    return Line(
        moment=match["moment"] or "",
        who=who,
        to=_names(match["to"]) or understood,
        cc=_names(match["cc"]),
        enclosures=_names(match["enclosures"]),
        marks=frozenset(match["marks"].replace("!", "").split()),
        text=text.strip(),
    )


def _names(listed: str | None) -> tuple[str, ...]:
    return tuple(listed.split(", ")) if listed else ()
