"""What the fuzzer runs: read, check what must hold of all mail, read the parts again.

python tests/mime/fuzz_target.py -max_total_time=60 -timeout=5 CORPUS_FOLDER
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["postroom.mime"]):
    from mime.invariants import assert_storable
    from mime.nasty_bodies import BODIES
    from mime.nasty_headers import HEADERS
    from postroom.mime import attachment_content, parse_headers, parse_message, stable_identity


def read(raw: bytes) -> None:
    """Read the bytes as sync does; any exception is a finding."""
    message = parse_message(raw)
    assert_storable(message)
    assert len(stable_identity(raw)) == 32
    parse_headers(raw)
    for one in message.attachments[:20]:
        assert len(attachment_content(raw, one.part)) == one.size


def sow(folder: Path) -> None:
    """Begin with the nasty messages, so that the fuzzer need not invent MIME first."""
    for number, row in enumerate(HEADERS + BODIES):
        (folder / f"nasty-{number}").write_bytes(row[1])


if __name__ == "__main__":
    sow(Path(sys.argv[-1]))
    atheris.Setup(sys.argv, read)
    atheris.Fuzz()
