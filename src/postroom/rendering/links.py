"""Links that lead elsewhere than they say, read off the sanitised HTML."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from typing import Final
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from postroom.rendering.scripts import is_mixed_domain, shown_domain

MOST_LINKS: Final = 2_000
MOST_TOLD: Final = 5
LONGEST_TEXT: Final = 2_000
NAMES_OF_FILES: Final = (".zip", ".mov")
"""Domains of the internet by their letter, and files in what people write."""

# The end of a tag as nh3 writes it: every attribute in double quotes, none of which holds another.
_TAG_ENDS: Final = '">'
_HREF = re.compile(r'(?:^| )href="([^"]{1,4000})')
_TAG = re.compile(r"<[^>]*>")
_SAID = re.compile(
    r"(?:https?://)?(?:[^\s/@:]{1,60}@)?((?:[^\s./@:<>()]{1,63}\.){1,8}[^\W\d_]{2,24})(?::\d{1,5})?(?:[/?#]\S*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link that says one domain and leads to another; or only leads to one of mixed letters."""

    says: str
    leads_to: str


def misleading_links(html: str) -> tuple[Link, ...]:
    """The first few links whose text is the address of somebody else's site."""
    found = dict.fromkeys(filter(None, map(misleads, _links(html))))
    return tuple(found)[:MOST_TOLD]


def mixed_links(html: str) -> tuple[str, ...]:
    """The domains behind links whose letters are of two scripts, as a browser may show them."""
    hosts = (host_of(href) for href, _ in _links(html))
    found = dict.fromkeys(shown_domain(host) for host in hosts if is_mixed_domain(host))
    return tuple(found)[:MOST_TOLD]


def links_by_name(html: str) -> tuple[str, ...]:
    """Where links to sites lead whose text is not itself the address of one, each once."""
    links = list(_links(html))
    said = {href for href, text in links if _SAID.fullmatch(text)}
    return tuple(dict.fromkeys(h for h, _ in links if host_of(h) and h not in said))


def misleads(link: tuple[str, str]) -> Link | None:
    """The link, if what it says and where it leads belong to two owners."""
    href, text = link
    said = _SAID.fullmatch(text)
    leads_to = host_of(href)
    if said is None or not leads_to:
        return None
    says = said[1].lower().rstrip(".")
    if (
        says.endswith(NAMES_OF_FILES)
        or owner_of(says) is None
        or owner_of(says) == owner_of(leads_to)
    ):
        return None
    return Link(says, shown_domain(leads_to))


def host_of(href: str) -> str:
    """The host that a link leads to, '' for what leads to none."""
    try:
        parts = urlsplit(href)
        return (parts.hostname or "").rstrip(".") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


@cache
def suffixes() -> PublicSuffixList:
    """The list of what belongs to nobody in particular, from the wheel: nothing is fetched."""
    return PublicSuffixList(accept_unknown=False)


def owner_of(host: str) -> str | None:
    """The part of a host that one owner has; None for what is no name of the internet."""
    try:
        written = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host
    is_address = host.replace(".", "").isdigit()
    return suffixes().privatesuffix(written) or (host if is_address else None)


def _links(html: str) -> Iterator[tuple[str, str]]:
    for piece in html.split("<a ", MOST_LINKS)[1:]:
        attributes, _, rest = piece.partition(_TAG_ENDS)
        if href := _HREF.search(attributes):
            text = rest[:LONGEST_TEXT].partition("</a>")[0]
            yield unescape(href[1]), unescape(_TAG.sub("", text)).strip()
