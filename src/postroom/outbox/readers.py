"""What asks for the image or a link of a noticed email, and whether it is likely a person.

Told by what it says of itself and by when it asks; a table of what the large services and the
scanners are known to send. Everyone else counts as a person, and everyone can pretend.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from postroom.outbox.models import Doubt, Reader

SOON: Final = timedelta(seconds=10)
BURST: Final = timedelta(seconds=3)
LONGEST_TOLD: Final = 400

# Apple's Mail Privacy Protection says nothing but this; Gmail, when it loads images before anybody
# looks, says a browser's name of years ago and this once more.
NOTHING_MORE: Final = "Mozilla/5.0"
AHEAD: Final = "Edge/12.246 Mozilla/5.0"
PROXIES = re.compile(r"GoogleImageProxy|YahooMailProxy|YahooCacheSystem|ggpht\.com", re.IGNORECASE)
SCANNERS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|scan|preview|safelinks|existence discovery|protocol discovery"
    r"|barracuda|proofpoint|mimecast|ironport|trendmicro|fireeye|symantec|messagelabs|sophos"
    r"|headless|phantomjs|curl/|wget/|python|aiohttp|httpx|go-http-client|java/|okhttp|libwww"
    r"|axios|node-fetch|scrapy|postroom",
    re.IGNORECASE,
)
PHONES = re.compile(r"iPhone|iPad|Android|Mobile", re.IGNORECASE)
COMPUTERS = re.compile(r"Windows|Macintosh|X11|Linux|CrOS|Thunderbird|Outlook", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a place: how, by what, how long after it was sent, how long after another link.

    `since_another_link` is None unless another link of the same email was just used.
    """

    agent: str
    is_head: bool = False
    since_sent: timedelta | None = None
    since_another_link: timedelta | None = None


def doubt_about(asked: Asked) -> Doubt:
    """Why it may be no person; the surest reason."""
    agent = asked.agent.strip()[:LONGEST_TOLD]
    if asked.is_head:
        return Doubt.HEAD
    if agent == NOTHING_MORE or agent.endswith(AHEAD):
        return Doubt.AHEAD
    if not agent or SCANNERS.search(agent):
        return Doubt.SCANNER
    if asked.since_sent is not None and asked.since_sent < SOON:
        return Doubt.SOON
    if asked.since_another_link is not None and asked.since_another_link < BURST:
        return Doubt.BURST
    return Doubt.PROXY if PROXIES.search(agent) else Doubt.NONE


def reader_of(asked: Asked) -> Reader:
    """As much of it as is kept."""
    if doubt_about(asked) in (Doubt.PROXY, Doubt.AHEAD, Doubt.SCANNER, Doubt.HEAD):
        return Reader.MACHINE
    if PHONES.search(asked.agent):
        return Reader.PHONE
    return Reader.COMPUTER if COMPUTERS.search(asked.agent) else Reader.UNKNOWN
