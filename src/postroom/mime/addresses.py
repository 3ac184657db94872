"""Address fields to addresses (RFC 5322 §3.4, §4.4), as a careful reader sees them.

Nearly every field in the wild is a plain list, read by one regular expression. What it does not
match whole goes to the scanner in `address_scanner`, which reads anything.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from postroom.mime.address_scanner import scan_mailboxes
from postroom.mime.encoded_words import decode_words, one_line
from postroom.mime.limits import MAX_ADDRESS, MAX_ADDRESSES, MAX_NAME

_SHORT = 200
"""Characters of a field that is worth remembering: the same people write again and again."""

_SPEC = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]++@[A-Za-z0-9.-]++"
_PLAIN = re.compile(
    r"(?:"
    rf'(?:\s*+"([^"\\@]*+)"\s*+|([^"(<>,;:@\[\]\\]*+))<({_SPEC})>'
    rf"|\s*+({_SPEC})"
    r")\s*+(?:,|\Z)"
)
_QUOTED_LOCAL = re.compile(r'"((?:[^"\\]|\\.)*)"\Z')
_DOT_ATOM = re.compile(r"[^\s\"(),:;<>@\[\\\].]+(?:\.[^\s\"(),:;<>@\[\\\].]+)*\Z")
_DOMAIN = re.compile(r"[a-z0-9._-]+\Z|\[[a-z0-9:.-]+\]\Z")


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of an address field.

    `address` is as written, cleaned of what surrounds it; `canonical` is what two spellings of the
    same mailbox share and what people are found by, '' when nothing can be sent there.
    """

    name: str
    address: str
    canonical: str


def parse_addresses(value: str) -> tuple[Address, ...]:
    """Read an unfolded address field; groups are flattened, duplicates stay."""
    if len(value) <= _SHORT:
        return _short_addresses(value)
    return _read(value)


def canonical_address(written: str) -> str:
    """Return the one spelling of an address, '' when it is none.

    The whole is lower-cased: servers that tell `J.Doe` from `j.doe` do not exist in practice,
    people who type both do. Tags (`+crm`) and dots stay: they mean something at most servers.
    """
    value = written.strip()
    if spec := canonical_spec(value):
        return spec
    return next((one.canonical for one in parse_addresses(value) if one.canonical), "")


@lru_cache(maxsize=16_384)
def canonical_spec(spec: str) -> str:
    """Return the canonical form of a bare `local@domain`, '' when it is unusable."""
    local, at, domain = spec.rpartition("@")
    if not at or len(spec) > MAX_ADDRESS:
        return ""
    local, domain = _canonical_local(local), _canonical_domain(domain)
    canonical = f"{local}@{domain}"
    return canonical if local and domain and len(canonical) <= MAX_ADDRESS else ""


def canonical_domain(written: str) -> str:
    """Return the one spelling of a domain, also of `@x.example` and `*.x.example`; '' for none."""
    return _canonical_domain(written.strip().removeprefix("*").lstrip("@."))


def addresses_in(values: list[str]) -> tuple[Address, ...]:
    """Read a field that occurs more than once as one list (RFC 5322 §4.5.3 allowed it)."""
    if len(values) == 1:
        return parse_addresses(values[0])
    found = [address for value in values for address in parse_addresses(value)]
    return tuple(found[:MAX_ADDRESSES])


@lru_cache(maxsize=4_096)
def _short_addresses(value: str) -> tuple[Address, ...]:
    return _read(value)


def _read(value: str) -> tuple[Address, ...]:
    mailboxes = _plain_mailboxes(value)
    if mailboxes is None:
        mailboxes = scan_mailboxes(value, MAX_ADDRESSES)
    return tuple(_address(name, spec) for name, spec in mailboxes)


def _plain_mailboxes(value: str) -> list[tuple[str, str]] | None:
    mailboxes: list[tuple[str, str]] = []
    end = 0
    while end < len(value):
        found = _PLAIN.match(value, end)
        if found is None or len(mailboxes) == MAX_ADDRESSES:
            return None
        quoted, phrase, angle, bare = found.groups()
        mailboxes.append((quoted or phrase or "", angle or bare))
        end = found.end()
    return mailboxes


def _address(name: str, spec: str) -> Address:
    name = one_line(decode_words(name))
    if len(name) > 1 and name[0] == name[-1] and name[0] in "'\"":
        name = name[1:-1].strip()
    return Address(name[:MAX_NAME], spec, canonical_spec(spec))


def _canonical_local(local: str) -> str:
    if quoted := _QUOTED_LOCAL.match(local):
        local = re.sub(r"\\(.)", r"\1", quoted[1])
    local = unicodedata.normalize("NFC", local).lower()
    if not local.strip() or not local.isprintable():
        return ""
    if _DOT_ATOM.match(local) or _mobile_local(local):
        return local
    if not quoted:
        return ""
    return '"' + re.sub(r'(["\\])', r"\\\1", local) + '"'


def _mobile_local(local: str) -> bool:
    """Dots in a row or at an end. Seen: Japanese mobile carriers until 2009, still in use."""
    return local.strip(".") != "" and _DOT_ATOM.match(re.sub(r"\.+", "", local)) is not None


def _canonical_domain(domain: str) -> str:
    domain = domain if domain.isascii() else _in_ascii(domain)
    domain = domain.rstrip(".").lower()
    if not _DOMAIN.match(domain) or len(domain) > 255:
        return ""
    return domain if all(domain.split(".")) or domain[0] == "[" else ""


def _in_ascii(domain: str) -> str:
    """IDNA turns look-alikes into a real `.`, `@` or `/`: what comes out is what to check.

    As browsers read it (UTS 46, non-transitional): `faß.example` is not `fass.example`.
    """
    import idna  # As slow to load as all that is above, and most mail does without.

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except UnicodeError:
        return ""
