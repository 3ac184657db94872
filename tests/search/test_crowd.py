"""The benchmark's crowd, small: what it writes is what its pages find."""

import pytest
from bench import inbox_crowd
from bench.crowd import Size, fill, vocabulary
from bench.crowd_pages import pages

from postroom.archive.models import Email, SearchEntry
from postroom.archive.search import accounts_due
from postroom.association.inbox_columns import Column
from postroom.association.related import PAGE

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
    assert found["all", vocabulary()[0]] == PAGE
    assert found["all", "ref77 "] == 1
    assert found["few emails", "ref77 "] + found["one mailbox", "ref77 "] < 2


def test_the_inboxes_of_the_benchmark_have_what_they_are_to_have(database_url: str) -> None:
    inbox_crowd.fill(database_url, inbox_crowd.Size(emails=300, people=40, deals=20, strange=20))
    rows = {(p.kind, p.viewer, p.query): p.getter()() for p in inbox_crowd.pages()}
    assert len(rows) == 12 + 2 * (len(inbox_crowd.OWN) + 1)
    columns = {
        viewer: [rows["a column’s first page", viewer, column.words] for column in Column]
        for viewer in ("sales", "strangers")
    }
    assert columns["strangers"] == [0, 0, 20, 0]
    assert min(columns["sales"]) > 5
