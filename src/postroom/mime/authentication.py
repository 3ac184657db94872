"""What a receiving server found out about who sent a message (RFC 8601).

Only the topmost field is read: a server puts its own above what was there, so that one is the
newest, and what stands below may be of the sender's making (§5, §7.1). And it is believed in one
direction: a forged *pass* wins nothing, for nothing is shown for a pass, and a *fail* nobody forges
about themselves.
"""

import re
from dataclasses import dataclass
from typing import Final

from postroom.mime.headers import HeaderFields

MOST_READ: Final = 8_000
"""Characters of the field that are read."""

MOST_RESULTS: Final = 40

_COMMENT = re.compile(r"\([^()]*\)")
_QUOTED = re.compile(r'"[^"]*"')
_RESULT = re.compile(r"\s*([a-z0-9-]{1,40})(?:\s*/\s*\d+)?\s*=\s*([a-z]{1,20})\b", re.IGNORECASE)
_SERVER = re.compile(r'\s*"?([^\s;"]{1,255})')

PASSED: Final = "pass"
FAILED: Final = frozenset(("fail", "softfail"))


@dataclass(frozen=True, slots=True)
class Authentication:
    """Who says so (`authserv-id`), and what each method came to, such as `dkim` to `fail`."""

    server: str
    results: tuple[tuple[str, str], ...]

    @property
    def failed(self) -> tuple[str, ...]:
        """The methods by which the sender is not who they say; none when any speaks for them.

        DMARC has the last word, for it asks whether the others speak for the From at all
        (RFC 7489 §3.1). Without it, both SPF and DKIM must be looked at: lists break one of them.
        """
        dmarc = {verdict for method, verdict in self.results if method == "dmarc"}
        if PASSED in dmarc:
            return ()
        if "fail" in dmarc:
            return ("dmarc",)
        others = [each for each in self.results if each[0] in ("spf", "dkim")]
        if any(verdict == PASSED for _, verdict in others):
            return ()
        return tuple(dict.fromkeys(method for method, verdict in others if verdict in FAILED))


def find_authentication(fields: HeaderFields) -> Authentication | None:
    """Read the topmost field; None when there is none, or it says nothing that can be read."""
    value = next(iter(fields.all(b"authentication-results")), "")[:MOST_READ]
    for _ in range(5):  # Comments nest, though nobody nests them.
        value = _COMMENT.sub(" ", value)
    named = _SERVER.match(value)
    _, *rest = _QUOTED.sub('""', value).split(";")[: MOST_RESULTS + 1]
    found = [result for one in rest if (result := _RESULT.match(one))]
    if not named or not found:
        return None
    results = tuple((one[1].lower(), one[2].lower()) for one in found)
    return Authentication(named[1], results)
