"""format=flowed: paragraphs as short lines that say where they go on (RFC 3676 §4)."""

from typing import Final

_WIDTH: Final = 72
_SIGNATURE: Final = "-- "


def flow(text: str) -> str:
    """Break long lines with a trailing space; quoted lines keep their shape."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line for written in lines for line in _flowed(written))


def unflow(text: str, *, delete_space: bool) -> str:
    """Join the lines that the sender's mailer broke; quotes keep their depth as `>` signs."""
    paragraphs: list[str] = []
    pending: list[str] = []
    depth = 0
    for line in text.split("\n"):
        quotes, content = _unquoted(line)
        if pending and quotes != depth:
            paragraphs.append(_quoted(depth, pending))
            pending = []
        depth = quotes
        flows = content.endswith(" ") and content != _SIGNATURE
        pending.append(content[:-1] if flows and delete_space else content)
        if not flows:
            paragraphs.append(_quoted(depth, pending))
            pending = []
    if pending:
        paragraphs.append(_quoted(depth, pending))
    return "\n".join(paragraphs)


def _flowed(line: str) -> list[str]:
    if line == _SIGNATURE:
        return [line]
    line = line.rstrip(" ")
    if line.startswith(">"):
        return [line]
    lines = []
    while len(line) > _WIDTH and (space := _break(line)) > 0:
        lines.append(_stuffed(line[: space + 1]))
        line = line[space + 1 :]
    return [*lines, _stuffed(line)]


def _break(line: str) -> int:
    """Return the last space that fits, else the first one after; -1 if the line has none."""
    space = line.rfind(" ", 1, _WIDTH)
    return space if space > 0 else line.find(" ", _WIDTH)


def _stuffed(line: str) -> str:
    return " " + line if line.startswith((" ", ">", "From ")) else line


def _unquoted(line: str) -> tuple[int, str]:
    content = line.lstrip(">")
    return len(line) - len(content), content.removeprefix(" ")


def _quoted(depth: int, lines: list[str]) -> str:
    text = "".join(lines)
    return f"{'>' * depth} {text}" if depth else text
