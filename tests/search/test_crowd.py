"""The benchmark's crowd, small: what it writes is what its pages find."""

import pytest
from bench.crowd import Size, fill, vocabulary
from bench.crowd_pages import pages

from postroom.archive.models import Email, SearchEntry
from postroom.archive.search import accounts_due

SMALL = Size(emails=400, people=60, accounts=10)


@pytest.fixture
def crowd(database_url: str) -> None:
    """Four hundred emails of sixty people in ten mailboxes."""
    assert max(fill(database_url, SMALL)) == SMALL.emails


def test_every_page_of_the_benchmark_is_there(crowd: None) -> None:
    assert SearchEntry.objects.count() == Email.objects.count() == SMALL.emails
    assert accounts_due() == []
    found = {}
    for page in pages(known=(0, 1)):
        if page.viewer == "all" or page.query == "ref77 ":
            found[page.viewer, page.query] = page.getter()()
    print(f"{len(found)} pages")
    assert len(found) > 50
    assert found["all", vocabulary()[0]] == 50
    assert found["all", "ref77 "] == 1
    assert found["few emails", "ref77 "] + found["one mailbox", "ref77 "] < 2
