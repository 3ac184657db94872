"""What a server's capabilities let us do, and which way of syncing they allow."""

from enum import Enum
from typing import Final

ENABLED: Final = frozenset(("QRESYNC", "CONDSTORE", "UTF8=ACCEPT"))
"""The extensions that change how both sides speak, and that we know how to speak."""


class Tier(Enum):
    """How we learn what changed in a mailbox; each names what the server must offer."""

    QRESYNC = "qresync"
    """Changes and removals since last time, in one answer (RFC 7162 §3.2)."""

    CONDSTORE = "condstore"
    """Changed flags since last time; removals by comparing UIDs (RFC 7162 §3.1)."""

    PLAIN = "plain"
    """Compare UIDs and flags. Seen: Exchange Online, Yahoo, Yandex."""


def tier_for(capabilities: frozenset[str], enabled: frozenset[str]) -> Tier:
    """Return the best tier that is offered; QRESYNC counts once it is enabled (RFC 5161)."""
    if "QRESYNC" in enabled:
        return Tier.QRESYNC
    if "CONDSTORE" in capabilities or "QRESYNC" in capabilities:
        return Tier.CONDSTORE
    return Tier.PLAIN


def extensions_to_enable(capabilities: frozenset[str]) -> tuple[str, ...]:
    """Return what ENABLE should ask for (RFC 5161 §3.1); QRESYNC brings CONDSTORE along."""
    if "ENABLE" not in capabilities and "IMAP4REV2" not in capabilities:
        return ()
    wanted = ["QRESYNC"] if "QRESYNC" in capabilities else ["CONDSTORE"]
    wanted.append("UTF8=ACCEPT")
    offered = capabilities | {"UTF8=ACCEPT"} if "UTF8=ONLY" in capabilities else capabilities
    return tuple(name for name in wanted if name in offered)


def append_limit(capabilities: frozenset[str]) -> int | None:
    """Return the octets a message to APPEND may have, if the server says (RFC 7889)."""
    for name in capabilities:
        if name.startswith("APPENDLIMIT=") and name[12:].isdigit() and len(name) < 32:
            return int(name[12:])
    return None
