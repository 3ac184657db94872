"""Which flags of a server are somebody's labels, and whether it would keep one.

Keywords are whatever programs write there (RFC 3501 §2.3.2): those that mean something to machines
are none of ours.
"""

from collections.abc import Iterable
from typing import Final

from postroom.archive.models.labels import LONGEST_KEYWORD

MOST: Final = 20
# Thunderbird's own five; everything else with a dollar is registered for machines.
LABELS_WITH_A_DOLLAR: Final = frozenset(f"$label{number}" for number in range(1, 6))
# Seen: Thunderbird, Apple Mail, Outlook, KMail, Dovecot and Cyrus.
OF_MACHINES: Final = frozenset(
    {
        "forwarded",
        "gm_junk",
        "junk",
        "junkrecorded",
        "mdnsent",
        "nonjunk",
        "notjunk",
        "redirected",
        "receiptchecked",
        "replied",
        "unseen",
        "xxjunk",
        "has_cal",
        "hasattachment",
        "hasnoattachment",
    }
)


def labels_among(flags: Iterable[str]) -> tuple[str, ...]:
    """The keywords that are labels, in one order, each once whatever its case."""
    found = {flag.lower(): flag for flag in sorted(flags, reverse=True) if is_label(flag)}
    return tuple(found[word] for word in sorted(found))[:MOST]


def is_label(flag: str) -> bool:
    """Whether a person may have put it there."""
    word = flag.lower()
    if word.startswith("\\") or len(word) > LONGEST_KEYWORD or not word.isprintable():
        return False
    return word in LABELS_WITH_A_DOLLAR or not (word.startswith("$") or word in OF_MACHINES)


def would_keep(permanent: frozenset[str], keyword: str) -> bool:
    """Whether a server with these PERMANENTFLAGS keeps it (RFC 3501 §7.1).

    One that names none is taken at the word of the same paragraph: all are kept.
    """
    words = {flag.lower() for flag in permanent}
    return not words or "\\*" in words or keyword.lower() in words
