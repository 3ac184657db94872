"""The steps of a connection test, and what is told of each as it happens."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from postroom.accounts.models import Security

Side = Literal["incoming", "outgoing"]


class Step(StrEnum):
    """What a test does, one after the other."""

    LOOKUP = "lookup"
    ADDRESS = "address"
    PORT = "port"
    ENCRYPTION = "encryption"
    GREETING = "greeting"
    CAPABILITIES = "capabilities"
    SIGN_IN = "sign_in"
    FOLDERS = "folders"
    """Incoming only: what there is can be listed."""

    SIZE = "size"
    """Outgoing only: how large an email may be."""


class State(StrEnum):
    """How far a step is."""

    BEGUN = "begun"
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a step failed: `sentence` is cause and fix in one, `field` where it can be mended."""

    kind: str
    sentence: str
    cause: str
    fix: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step of one side: begun, then passed with what was found, failed with why, or skipped."""

    side: Side
    step: Step
    state: State
    detail: str = ""
    failure: Failure | None = None


def steps_of(side: Side, security: Security) -> tuple[Step, ...]:
    """The steps of a side in the order in which they happen; STARTTLS comes after the greeting."""
    talk = (Step.ENCRYPTION, Step.GREETING)
    if security == Security.STARTTLS:
        talk = (Step.GREETING, Step.ENCRYPTION)
    last = Step.FOLDERS if side == "incoming" else Step.SIZE
    reach = (Step.LOOKUP, Step.ADDRESS, Step.PORT)
    return (*reach, *talk, Step.CAPABILITIES, Step.SIGN_IN, last)
