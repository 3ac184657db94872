"""Names of domains and hosts: compared label by label, and refused when they are none.

What arrives here comes from people, DNS and strangers' web servers.
"""

import re
from typing import Final

ANY_COUNTRY: Final = ".<cc>"
ANY_BELOW: Final = "*."

_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
# The last label is never all digits: that would be an IPv4 address (RFC 3696 §2).
_HOST: Final = re.compile(rf"(?=.{{4,253}}\Z)(?:{_LABEL}\.)+(?![0-9]+\Z){_LABEL}\Z", re.ASCII)
_COUNTRY: Final = re.compile(r"(?:com?\.)?[a-z]{2}", re.ASCII)


def domain_of(address: str) -> str:
    """Return the domain of an address, as it is compared; empty if it has none."""
    return as_compared(address.rpartition("@")[2]) if "@" in address else ""


def as_compared(name: str) -> str:
    """Return a DNS name in lower case without its final dot; international ones as `xn--`."""
    name = name.strip().removesuffix(".").lower()
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def parse_host(text: str) -> str | None:
    """Return a host name with at least two labels; None for IP addresses and all else."""
    name = as_compared(text)
    return name if _HOST.match(name) else None


def matches_domain(domain: str, pattern: str) -> bool:
    """Whether `domain` is `pattern`, which may be `name.<cc>` or `*.name`."""
    if pattern.endswith(ANY_COUNTRY):
        stem = pattern.removesuffix("<cc>")
        return domain.startswith(stem) and bool(_COUNTRY.fullmatch(domain[len(stem) :]))
    if pattern.startswith(ANY_BELOW):
        return domain.endswith(pattern[1:])
    return domain == pattern


def suffixes(host: str) -> list[str]:
    """Return `host` and every name above it, longest first."""
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]
