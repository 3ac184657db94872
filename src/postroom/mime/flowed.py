"""format=flowed text to paragraphs (RFC 3676 §4)."""


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
        flows = content.endswith(" ") and content != "-- "
        pending.append(content[:-1] if flows and delete_space else content)
        if not flows:
            paragraphs.append(_quoted(depth, pending))
            pending = []
    if pending:
        paragraphs.append(_quoted(depth, pending))
    return "\n".join(paragraphs)


def _unquoted(line: str) -> tuple[int, str]:
    content = line.lstrip(">")
    return len(line) - len(content), content.removeprefix(" ")


def _quoted(depth: int, lines: list[str]) -> str:
    text = "".join(lines)
    return f"{'>' * depth} {text}" if depth else text
