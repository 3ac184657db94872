"""What follows when an attempt to keep an account in sync has ended. Design §5, invariant 7.

The table is what the engine goes by and what docs/sync.md shows as a drawing. A failure that is
not in it is tried again soon.
"""

import random
from dataclasses import dataclass
from enum import StrEnum

from postroom.accounts.troubles import NEEDS_A_PERSON


class After(StrEnum):
    """The state in which an ended attempt leaves its account."""

    SOON = "Tried again soon"
    PATIENTLY = "Tried again patiently"
    MENDED = "Waits for its owner"


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds before the next attempt: the first wait, doubled with every failure to the longest.

    Each is shortened at random by up to a half, so that accounts do not come all at once.
    """

    first: float
    longest: float

    def after(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row."""
        longest = min(self.longest, self.first * 2.0 ** min(failures, 20))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing


WAITS = {After.SOON: Waits(3.0, 600.0), After.PATIENTLY: Waits(60.0, 3600.0)}

# A server that asks for less gets less; what no waiting mends is not asked for every few seconds.
PATIENTLY = frozenset(
    {
        "throttled",
        "too_many_connections",
        "over_quota",
        "disk_full",
        "protocol_violation",
        "too_many_folders",
        "not_an_imap_server",
        "not_a_pop3_server",
        "address_not_allowed",
        "port_not_allowed",
        "plaintext_not_allowed",
        "certificate_mismatch",
        "certificate_untrusted",
        "tls_not_offered",
        "client_refused",
    }
)

ELSEWHERE = (
    ("[*]", "connected", "Catching up"),
    ("Catching up", "everything is recorded", "Watching"),
    ("Watching", "the server tells of a change, or 20 seconds went by", "Catching up"),
    ("Catching up", "the day's budget is used up", "Watching"),
    ("Catching up", "an hour is over", "Handed over"),
    ("Watching", "an hour is over, or the engine is gone for 12 seconds", "Handed over"),
    ("Handed over", "any engine takes it", "Catching up"),
    ("Watching", "a person pauses it", "Paused"),
    ("Paused", "a person resumes it", "Catching up"),
    (After.MENDED, "a new password, a new sign-in, or Resume", "Catching up"),
)


def after(kind: str) -> After:
    """What follows a failure of this kind."""
    if kind in NEEDS_A_PERSON:
        return After.MENDED
    return After.PATIENTLY if kind in PATIENTLY else After.SOON


def find_wait(kind: str, failures: int) -> float | None:
    """Seconds to the next attempt; None if there is none before a person has mended something."""
    waits = WAITS.get(after(kind))
    return waits.after(failures) if waits else None


def drawing() -> str:
    """The states of an account and what leads from one to the next, for Mermaid."""
    back = tuple(
        (state, f"after {waits.first:.0f} s, twice as long each time, up to {waits.longest:.0f} s")
        for state, waits in WAITS.items()
    )
    arrows = [
        *ELSEWHERE,
        *(("Catching up", failures_of(state), state) for state in After),
        *((state, words, "Catching up") for state, words in back),
    ]
    lines = (f"    {name(a)} --> {name(b)}: {words}" for a, words, b in arrows)
    names = sorted({end for a, _, b in arrows for end in (a, b)} - {"[*]"})
    return "\n".join(
        ["stateDiagram-v2", *(f'    state "{one}" as {name(one)}' for one in names), *lines]
    )


def failures_of(state: After) -> str:
    """The kinds of failure that lead to a state, in words."""
    known = {After.PATIENTLY: PATIENTLY, After.MENDED: NEEDS_A_PERSON}
    kinds = known.get(state, ["anything else"])
    return ", ".join(kind.replace("_", " ") for kind in sorted(kinds))


def name(state: str) -> str:
    """A state as an identifier of the drawing."""
    return state if state == "[*]" else "".join(word.capitalize() for word in state.split())
