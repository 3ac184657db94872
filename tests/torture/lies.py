"""Every way in which the lying server may lie, by the moment at which it does."""

LIES_OF_OPENING = (
    "another uidvalidity", "no uidvalidity", "uidvalidity zero", "exists too high",
    "exists too low", "exists zero", "uidnext too low", "no uidnext", "modseq too high",
    "modseq beyond 63 bits", "no modseq", "opening refused", "opening throttled",
    "folder gone at opening",
)  # fmt: skip
LIES_OF_FINDING = (
    "nothing found", "half found", "ghosts found", "found descending", "found twice",
    "found in two answers", "found nought", "search refused",
)  # fmt: skip
LIES_OF_FETCHING = (
    "one not answered", "none answered", "answered twice", "answered unasked",
    "answered descending", "answers shifted", "body of another", "body is nil", "body is empty",
    "body cut short", "header is nil", "header is empty", "wrong size", "absurd size", "wrong date",
    "no flags", "uid missing", "uid nought", "expunge amid fetch", "exists amid fetch",
    "flags of nobody", "literal too long", "literal too short", "bye amid fetch", "cut amid fetch",
    "partly gone", "fetch refused half way", "fetch throttled", "bad half way",
)  # fmt: skip
LIES_OF_LISTING = (
    "no folders", "one folder not listed", "folders listed twice", "folders renamed",
    "wrong status", "no status", "huge status", "list refused",
)  # fmt: skip
LIES_OF_ENDING = ("stale tag", "never ending", "renumbered in silence", "store refused")
LIES = (
    *LIES_OF_OPENING, *LIES_OF_FINDING, *LIES_OF_FETCHING, *LIES_OF_LISTING, *LIES_OF_ENDING,
)  # fmt: skip
ABOUT_CONTENT = frozenset(
    (
        "answers shifted", "answered twice", "body of another", "body is empty", "body cut short",
        "header is empty", "renumbered in silence", "wrong size", "absurd size", "wrong date",
        "literal too long", "literal too short",
    )
)  # fmt: skip
"""Lies after which a UID may stand for another message than it does in truth."""
