"""Texts of the environment turned into values; a `ValueError` says in a sentence what was expected.

The sentences quote what was written, except for `DATABASE_URL`, which may hold a password.
"""

import ipaddress
import re
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from postroom.net.server import NameServer

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

SWITCHES: Final = {
    **dict.fromkeys(("1", "on", "true", "yes"), True),
    **dict.fromkeys(("0", "off", "false", "no"), False),
}
LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
DATABASE_SCHEMES: Final = ("postgresql://", "postgres://")
# A host name, an IPv4 address, or an IPv6 address in brackets.
HOST: Final = r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\]"
# Django's own: `.example.org` is a domain with all its hosts, `*` is any host.
HOST_PATTERN: Final = re.compile(rf"\*|\.?(?:{HOST})")
STORAGE_CLASS: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
BIND: Final = re.compile(rf"({HOST}):(\w+)")
NAME_SERVER: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::(\d{1,5}))?")
WEB_ADDRESS: Final = re.compile(rf"https?://(?:{HOST})(?::\d{{1,5}})?/?")
SENDER: Final = re.compile(rf"[^\s@<>\"]{{1,64}}@(?:{HOST})")
# As mail programs write it: smtps is TLS from the first octet, smtp is STARTTLS.
RELAYS: Final = {
    "smtps": ("tls", 465),
    "smtp": ("starttls", 587),
    "smtp+plain": ("none", 25),
}
RELAY_LOOKS: Final = (
    "write smtps://user:password@host:465, smtp://user:password@host:587 (STARTTLS) or"
    " smtp+plain://host:25 (no encryption), with %40 for an @ in the user or password."
)
PORTS: Final = re.compile(r"(\w+)(?:-(\w+))?")


class Bind(NamedTuple):
    """The address and port a server listens on."""

    host: str
    port: int


class Relay(NamedTuple):
    """An SMTP server to send by. Its repr does not tell the password."""

    host: str
    port: int
    security: str
    user: str
    password: str

    def __repr__(self) -> str:
        return f"Relay({self.host}:{self.port})"


def parse_path(text: str) -> Path:
    """Read an absolute path; `~` is the home folder."""
    path = Path(text).expanduser()
    if not path.is_absolute():
        raise ValueError(f"“{text}” is not an absolute path; write it from / on.")
    return path


def parse_optional_path(text: str) -> Path | None:
    """Read an absolute path, or nothing."""
    return parse_path(text) if text else None


def parse_path_or_none(text: str) -> Path | None:
    """Read an absolute path, or the word `none`."""
    return None if text == "none" else parse_path(text)


def parse_database_url(text: str) -> str | None:
    """Read a PostgreSQL address as libpq does, so that nothing it accepts is refused here."""
    if not text:
        return None
    if not text.startswith(DATABASE_SCHEMES):
        raise ValueError("only PostgreSQL is supported: postgresql://user:password@host:port/name.")
    try:
        parts = conninfo_to_dict(text)
        for port in str(parts.get("port", "5432")).split(","):
            _port(port)
    except (ProgrammingError, ValueError):
        # These sentences may quote the address, or what of a password stands where the port should.
        raise ValueError(
            "this is not a PostgreSQL address; write postgresql://user:password@host:port/name, "
            "with %40 for an @ and %2F for a / in the password."
        ) from None
    if not parts.get("dbname"):
        raise ValueError("the name of the database is missing after the last slash.")
    return text


def parse_bind(text: str) -> Bind:
    """Read `host:port`; an IPv6 address stands in brackets."""
    parts = BIND.fullmatch(text)
    if parts is None:
        raise ValueError(f"“{text}” is not host:port; write for example 127.0.0.1:8025.")
    return Bind(parts[1].strip("[]"), _port(parts[2]))


def parse_name_server(text: str) -> NameServer | None:
    """Read the address of a DNS server; an IPv6 address with a port stands in brackets."""
    if not text:
        return None
    parts = NAME_SERVER.fullmatch(text)
    try:
        address = ipaddress.ip_address(parts[1] or parts[2] if parts else text)
    except ValueError:
        raise ValueError(
            f"“{text}” is not the address of a DNS server; write for example 192.0.2.53."
        ) from None
    return NameServer(str(address), _port(parts[3]) if parts and parts[3] else 53)


def parse_url(text: str) -> str:
    """Read the address of a web site without a path; the trailing slash is dropped."""
    if not WEB_ADDRESS.fullmatch(text):
        raise ValueError(
            f"“{text}” is not the address of a web site; write for example https://crm.example "
            "(without a path)."
        )
    return text.rstrip("/")


def parse_relay(text: str) -> Relay | None:
    """Read the address of an SMTP server; what it says may be a password, so it is not quoted."""
    if not text:
        return None
    try:
        parts = urlsplit(text)
        security, usual = RELAYS[parts.scheme]
        port = parts.port or usual
    except (ValueError, KeyError):
        raise ValueError(RELAY_LOOKS) from None
    if not parts.hostname or parts.path.strip("/"):
        raise ValueError(RELAY_LOOKS)
    if bool(parts.username) != bool(parts.password):
        raise ValueError("a user and a password belong together; " + RELAY_LOOKS)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Relay(parts.hostname, port, security, user, password)


def parse_sender(text: str) -> str:
    """Read an email address, or nothing."""
    if text and not SENDER.fullmatch(text):
        raise ValueError(f"“{text}” is not an email address; write for example crm@example.com.")
    return text


def parse_hosts(text: str) -> tuple[str, ...]:
    """Read host names with commas or blanks between them, without ports."""
    for host in (hosts := _words(text)):
        if not HOST_PATTERN.fullmatch(host):
            raise ValueError(f"“{host}” is not a host name (no port, no http://).")
    return hosts


def parse_networks(text: str) -> tuple[IPNetwork, ...]:
    """Read networks such as `10.0.0.0/8`, with commas or blanks between them."""
    return tuple(_network(word) for word in _words(text))


def parse_ports(text: str) -> frozenset[int]:
    """Read port numbers and ranges such as `2000-2010`, with commas or blanks between them."""
    ports: set[int] = set()
    for word in _words(text):
        ports.update(_port_range(word))
    return frozenset(ports)


def parse_count(text: str) -> int:
    """Read a whole number from 1 on."""
    return _whole_number(text, 100_000)


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


def parse_storage(text: str) -> dict[str, object] | None:
    """Read the path of a Django storage class with options, as Django's STORAGES has it.

    The options may hold a key, so they are never quoted.
    """
    if not text:
        return None
    path, _, query = text.partition("?")
    if not STORAGE_CLASS.fullmatch(path):
        raise ValueError(f"“{path}” is not the path of a storage class, such as package.Storage.")
    try:
        options = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
    except ValueError:
        raise ValueError(
            "What follows the “?” is not written like name=value&name=value."
        ) from None
    words = {"true": True, "false": False}
    return {"BACKEND": path, "OPTIONS": {k: words.get(v, v) for k, v in options.items()}}


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _port(text: str) -> int:
    return _whole_number(text, 65535, "port number")


def _port_range(text: str) -> range:
    ends = PORTS.fullmatch(text)
    if ends is None:
        raise ValueError(f"“{text}” is neither a port nor a range of ports such as 2000-2010.")
    first, last = _port(ends[1]), _port(ends[2] or ends[1])
    if last < first:
        raise ValueError(f"“{text}” is a range of ports that ends before it begins.")
    return range(first, last + 1)


def _whole_number(text: str, largest: int, kind: str = "whole number") -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= largest:
        raise ValueError(f"“{text[:40]}” is not a {kind} from 1 to {largest}.")
    return int(text)


def _network(text: str) -> IPNetwork:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise ValueError(
            f"“{text}” is not a network; write for example 10.0.0.0/8 (the bits after the prefix "
            "are zero)."
        ) from None
