"""Fuzz one target, in the environment that has atheris: `python -m fuzz.target NAME FOLDER …`.

Starts with the target's seeds and all that was found before, in FOLDER, and goes on from what an
earlier run left there. Further words are libFuzzer's own options.
"""

import importlib
import sys
from pathlib import Path

import atheris

from fuzz import found


def main(name: str, folder: Path, options: list[str]) -> None:
    """Never returns: libFuzzer ends the process."""
    with atheris.instrument_imports(include=["postroom.imap", "postroom.mime"]):
        target = importlib.import_module(f"fuzz.{name}")
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (folder / f"seed-{number}").write_bytes(seed)
    for label, octets in found(name).items():
        (folder / label).write_bytes(octets)
    atheris.Setup([sys.argv[0], *options, str(folder)], target.check)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
