"""Texts of the environment turned into values; a `ValueError` says in a sentence what was expected.

The sentences quote what was written, except for `DATABASE_URL`, which may hold a password.
"""

import ipaddress
import re
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

SWITCHES: Final = {
    **dict.fromkeys(("1", "on", "true", "yes"), True),
    **dict.fromkeys(("0", "off", "false", "no"), False),
}
LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
DATABASE_SCHEMES: Final = ("postgresql://", "postgres://")
# A host name, an IPv4 address, a bracketed IPv6 address, or Django's ".example.org" and "*".
HOST: Final = re.compile(r"\*|\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\]")


class Bind(NamedTuple):
    """The address and port a server listens on."""

    host: str
    port: int


def parse_path(text: str) -> Path:
    """Read an absolute path; `~` is the home folder."""
    path = Path(text).expanduser()
    if not path.is_absolute():
        raise ValueError(f"“{text}” is not an absolute path; write it from / on.")
    return path


def parse_database_url(text: str) -> str | None:
    """Read a PostgreSQL address as libpq does, so that nothing it accepts is refused here."""
    if not text:
        return None
    if not text.startswith(DATABASE_SCHEMES):
        raise ValueError("only PostgreSQL is supported: postgresql://user:password@host:port/name.")
    try:
        parts = conninfo_to_dict(text)
    except ProgrammingError:
        # libpq's own sentence may quote the whole address, password included.
        raise ValueError(
            "this is not a PostgreSQL address; write postgresql://user:password@host:port/name, "
            "with %40 for an @ in the password."
        ) from None
    if not parts.get("dbname"):
        raise ValueError("the name of the database is missing after the last slash.")
    return text


def parse_bind(text: str) -> Bind:
    """Read `host:port`; an IPv6 address stands in brackets."""
    host, colon, port = text.rpartition(":")
    if not colon or not HOST.fullmatch(host) or host.startswith((".", "*")):
        raise ValueError(f"“{text}” is not host:port; write for example 127.0.0.1:8025.")
    return Bind(host.strip("[]"), _port(port))


def parse_url(text: str) -> str:
    """Read the address of a web site without a path; the trailing slash is dropped."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"“{text}” is not a web address; write for example https://crm.example.")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise ValueError(f"“{text}” has more than a host; write for example https://crm.example.")
    return text.rstrip("/")


def parse_hosts(text: str) -> tuple[str, ...]:
    """Read host names with commas or blanks between them, without ports."""
    for host in (hosts := _words(text)):
        if not HOST.fullmatch(host):
            raise ValueError(f"“{host}” is not a host name (no port, no http://).")
    return hosts


def parse_networks(text: str) -> tuple[IPNetwork, ...]:
    """Read networks such as `10.0.0.0/8`, with commas or blanks between them."""
    return tuple(_network(word) for word in _words(text))


def parse_ports(text: str) -> frozenset[int]:
    """Read port numbers and ranges such as `2000-2010`, with commas or blanks between them."""
    ports: set[int] = set()
    for word in _words(text):
        first, _, last = word.partition("-")
        ports.update(range(_port(first), _port(last or first) + 1))
    return frozenset(ports)


def parse_count(text: str) -> int:
    """Read a whole number from 1 on."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1_000_000:
        raise ValueError(f"“{text}” is not a whole number from 1 to 1000000.")
    return int(text)


def parse_log_level(text: str) -> str:
    """Read the name of a log level, in any case."""
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"“{text}” is not one of {', '.join(LOG_LEVELS)}.")
    return text.upper()


def parse_switch(text: str) -> bool:
    """Read on or off."""
    if text.lower() not in SWITCHES:
        raise ValueError(f"“{text}” is neither on nor off.")
    return SWITCHES[text.lower()]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 5 or not 1 <= int(text) <= 65535:
        raise ValueError(f"“{text}” is not a port number from 1 to 65535.")
    return int(text)


def _network(text: str) -> IPNetwork:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise ValueError(
            f"“{text}” is not a network; write for example 10.0.0.0/8 (the bits after the prefix "
            "are zero)."
        ) from None
