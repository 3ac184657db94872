"""Steps as a user puts them together, conditions and deeds: how they are stored, said, refused."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol, TypedDict

LONGEST_TEXT = 200
MOST_STEPS = 10


class Step(TypedDict):
    """A condition or a deed as it is stored."""

    kind: str
    text: str


class Takes(StrEnum):
    """What has to be written beside a kind."""

    NOTHING = "nothing"
    WORDS = "words"
    NUMBER = "number"


class KindOfStep(Protocol):
    """What is known of every kind."""

    @property
    def words(self) -> str:
        """What it is called."""

    @property
    def takes(self) -> Takes:
        """What has to be written beside it."""


def in_words(steps: Sequence[Step], kinds: Mapping[str, KindOfStep]) -> list[str]:
    """Each with what stands beside it."""
    return [
        f"{lower(kinds[step['kind']].words)} “{step['text']}”"
        if step["text"]
        else lower(kinds[step["kind"]].words)
        for step in steps
        if step["kind"] in kinds
    ]


def lower(words: str) -> str:
    """In the middle of a sentence."""
    return words[:1].lower() + words[1:]


def why_unusable(steps: Sequence[Step], kinds: Mapping[str, KindOfStep]) -> str:
    """What is wrong with a step that is unknown, or lacks what it takes; else nothing."""
    if len(steps) > MOST_STEPS:
        return f"There is room for {MOST_STEPS}."
    for step in steps:
        kind = kinds.get(step["kind"])
        if kind is None:
            return "Choose from the list."
        if kind.takes == Takes.WORDS and not 0 < len(step["text"]) <= LONGEST_TEXT:
            return f"“{kind.words}” needs some words beside it."
        if kind.takes == Takes.NUMBER and not is_number(step["text"]):
            return f"“{kind.words}” needs a whole number beside it."
    return ""


def is_number(text: str) -> bool:
    """Whether it is a whole number that a condition can take."""
    return text.isascii() and text.isdigit() and len(text) <= 9
