"""Who asks for what stands in a noticed email: a person as far as can be told, or a machine."""

from datetime import timedelta

import pytest

from postroom.outbox.models import Doubt, Reader
from postroom.outbox.readers import Asked, doubt_about, reader_of

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Mobile/15E148"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
PREFETCH = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
)
LATER = timedelta(minutes=5)

CASES = {
    "a browser": (Asked(CHROME, since_sent=LATER), Doubt.NONE, Reader.COMPUTER),
    "a phone": (Asked(PHONE, since_sent=LATER), Doubt.NONE, Reader.PHONE),
    "a mail program": (Asked("Thunderbird/140.0"), Doubt.NONE, Reader.COMPUTER),
    "something unheard of": (Asked("Mail/1.0"), Doubt.NONE, Reader.UNKNOWN),
    "Gmail’s proxy": (Asked(GMAIL, since_sent=LATER), Doubt.PROXY, Reader.MACHINE),
    "Yahoo’s proxy": (Asked("YahooMailProxy; https://help.yahoo.com"), Doubt.PROXY, Reader.MACHINE),
    "Gmail ahead of its reader": (Asked(PREFETCH), Doubt.AHEAD, Reader.MACHINE),
    "Apple’s mail privacy": (Asked("Mozilla/5.0"), Doubt.AHEAD, Reader.MACHINE),
    "no name at all": (Asked(" "), Doubt.SCANNER, Reader.MACHINE),
    "Bing’s preview": (Asked(f"{CHROME} BingPreview/1.0b"), Doubt.SCANNER, Reader.MACHINE),
    "Office looking ahead": (
        Asked("Microsoft Office Existence Discovery"),
        Doubt.SCANNER,
        Reader.MACHINE,
    ),
    "a library": (Asked("python-requests/2.32"), Doubt.SCANNER, Reader.MACHINE),
    "a browser without a window": (Asked(f"Headless{CHROME}"), Doubt.SCANNER, Reader.MACHINE),
    "HEAD": (Asked(CHROME, is_head=True, since_sent=LATER), Doubt.HEAD, Reader.MACHINE),
    "at once": (Asked(CHROME, since_sent=timedelta(seconds=4)), Doubt.SOON, Reader.COMPUTER),
    "a second link at once": (
        Asked(CHROME, since_sent=LATER, since_another_link=timedelta(seconds=1)),
        Doubt.BURST,
        Reader.COMPUTER,
    ),
    "a second link in time": (
        Asked(CHROME, since_sent=LATER, since_another_link=timedelta(seconds=9)),
        Doubt.NONE,
        Reader.COMPUTER,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_who_asks_is_told_by_what_they_say_and_when(case: tuple[Asked, Doubt, Reader]) -> None:
    asked, doubt, reader = case
    assert doubt_about(asked) == doubt
    assert reader_of(asked) == reader


def test_a_long_name_costs_no_time() -> None:
    assert doubt_about(Asked("Mozilla/5.0 " + "a" * 1_000_000)) == Doubt.NONE
