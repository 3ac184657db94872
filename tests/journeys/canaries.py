"""Secrets that must not leak, and a search that finds them however they are written down."""

import base64
import re
import secrets
from collections.abc import Iterable

ESCAPED = "-%&ü"
SOFT_BREAK = re.compile(rb"=\r?\n")


def canary(kind: str) -> str:
    """A secret of a kind, which no accident writes; with what URLs and headers would escape."""
    return f"{kind}-{secrets.token_hex(12)}{ESCAPED}"


def forms_of(secret: str) -> dict[str, bytes]:
    """What to look for: whatever stands before and after it, in any of these writings.

    Base64 depends on where in its text a secret begins: alone, after a user name, after `Bearer `.
    So of each of the three places the middle is taken, which nothing around it changes.
    """
    core = secret.removesuffix(ESCAPED).encode()
    forms = {
        "plain, URL-encoded or quoted-printable": core,
        "hex": core.hex().encode(),
        "HEX": core.hex().upper().encode(),
        "UTF-16": core.decode().encode("utf-16-le"),
    }
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + core)
        first, last = (shift * 8 + 5) // 6 if shift else 0, (shift + len(core)) * 8 // 6
        for name, alphabet in (("base64", b"+/"), ("base64url", b"-_")):
            middle = text[first:last].translate(bytes.maketrans(b"+/", alphabet))
            forms[f"{name} at {shift}"] = middle
    return forms


def leaks_in(places: dict[str, bytes], canaries: Iterable[str]) -> list[str]:
    """Where a secret was found, and in which writing; never the secret itself."""
    searched = {name: SOFT_BREAK.sub(b"", octets) for name, octets in places.items()}
    return [
        f"{canary.partition('-')[0]} as {form} in {name}"
        for canary in canaries
        for form, octets in forms_of(canary).items()
        for name, text in searched.items()
        if octets in text
    ]
