"""Letters that look like others: words and domains written in two scripts (UTS #39 §5.1).

Only what deceives is told apart: Latin, Cyrillic, Greek and their like share shapes; Japanese
writes three scripts in one word and deceives nobody.
"""

import unicodedata
from typing import Final

import idna

SHARING_SHAPES: Final = frozenset(("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"))
# Small letters that are drawn as Latin ones. https://www.unicode.org/Public/security/
LIKE_LATIN: Final = frozenset("асԁеһіјӏорԛѕԝхуьѵүғαγικνορτυχօոսցհ")
MARKS_THAT_HIDE: Final = frozenset(
    "\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)


def is_mixed_name(name: str) -> bool:
    """Whether a word of a name mixes scripts, or a mark in it hides or turns what stands there."""
    if name.isascii():
        return False
    return not MARKS_THAT_HIDE.isdisjoint(name) or any(map(mixes, name.split()))


def is_mixed_domain(domain: str) -> bool:
    """Whether a label of a domain mixes scripts, or is one that only looks Latin."""
    if domain.isascii() and "xn--" not in domain:
        return False
    labels = shown_domain(domain).split(".")
    return any(mixes(label) or looks_latin(label) for label in labels)


def shown_domain(domain: str) -> str:
    """A domain as a browser might show it; as it is written where it cannot be read."""
    return ".".join(map(_shown_label, domain.lower().split(".")))


def mixes(word: str) -> bool:
    """Whether letters of two scripts that share shapes stand in one word."""
    return len({script for script in map(script_of, word) if script in SHARING_SHAPES}) > 1


def looks_latin(label: str) -> bool:
    """Whether every letter of a label is another script's that is drawn like a Latin one."""
    letters = [each for each in label if each.isalpha()]
    return bool(letters) and LIKE_LATIN.issuperset(letters)


def script_of(letter: str) -> str:
    """The script of a letter, by the first word of its name; '' for all that is none."""
    return unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() else ""


def _shown_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        return label
