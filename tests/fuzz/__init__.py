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
