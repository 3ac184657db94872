"""What the fuzzer begins with and what it ever found, once through every target."""

import importlib
from pathlib import Path

import pytest

from fuzz import FOUND, TARGETS, found


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_we_know_of_crashes_its_target(name: str) -> None:
    target = importlib.import_module(f"fuzz.{name}")
    seeds = list(target.seeds())
    findings = list(found(name).values())
    for octets in seeds + findings:
        target.check(octets)
        target.check(octets[:-1])
        target.check(octets + b"\r\n")
    print(f"{name}: {len(seeds)} seeds, {len(findings)} inputs the fuzzer found")
    assert len(seeds) >= 5


def test_every_target_is_listed() -> None:
    modules = {path.stem for path in Path(__file__).parent.glob("*.py")}
    assert modules - {"__init__", "__main__", "target", "test_replay"} == set(TARGETS)
    assert {path.parent.name for path in FOUND.glob("*/*")} <= set(TARGETS)
