"""Coverage-guided fuzzing: one file for each target, run for minutes or replayed in seconds.

A target has a docstring that says what must hold, `seeds` to begin with, and `check`, for which any
exception is a finding. Nothing here needs more than Python's own library: the fuzzer runs in an
environment of its own (`make fuzz`).
"""

from pathlib import Path

TARGETS = (
    "framing",
    "responses",
    "uid_sets",
    "mailbox_names",
    "mime_headers",
    "mime_messages",
)
FOUND = Path(__file__).with_name("found")


def found(name: str) -> dict[str, bytes]:
    """Return what the fuzzer ever found against a target, by name; it lies there in hexadecimal."""
    paths = sorted((FOUND / name).glob("*.hex"))
    return {path.stem: bytes.fromhex(path.read_text()) for path in paths}
